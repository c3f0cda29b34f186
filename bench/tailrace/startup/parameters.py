"""Parameters that are kept without effect here, or refused, of what stands around the streaming leg. Pure.

Of S3, SQS, SNS, IAM, EventBridge and others, and what is newer than LocalStack (`newer.py`). LocalStack
stores what it does not do. What changes an event's way, or what becomes of it, is refused here instead; with
TAILRACE_STRICT=1 what is kept is refused too. Whatever else the operations of these services take is done;
`tests/data/parameters.json` has all of it as it is in botocore's newest models.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

KEPT, REFUSED = "kept", "refused"


def _given(value: object) -> bool:
    return value not in (None, "", [], False)


class Parameter(NamedTuple):
    """One parameter: where it stands in a request (lists are passed over), and what becomes of it."""

    service: str
    place: str
    becomes: str
    here: str
    asked: Callable[[object], bool] = _given
    operation: str = ""
    """The only one that it is meant of; empty: any."""
    words: str = ""
    """How it is called; empty: by its name."""


SERVED = (
    "apigateway",
    "events",
    "execute-api",
    "firehose",
    "kinesis",
    "lambda",
    "logs",
    "sns",
    "sqs",
    "states",
)
"""Services whose resources an EventBridge rule may have as targets."""


def _not_served(arn: object) -> bool:
    parts = str(arn).split(":")
    return len(parts) > 5 and parts[2] not in SERVED  # noqa: PLR2004  an ARN, or else it is refused as none


def _nothing_is_undone(value: object) -> bool:
    return value == "DO_NOTHING"


def _all(service: str, becomes: str, **said: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(service, place.replace("__", "."), becomes, here) for place, here in said.items())


_UNENCRYPTED = "nothing is encrypted, no key is asked"
_POLICIES = "policies are stored, not enforced"
_OPEN = "whoever reaches the emulator may use what is in it"
ACCESS = (_POLICIES, _OPEN)
"""What is not refused with TAILRACE_STRICT=1 either: no role can be made without a policy."""
_ONE_CLASS = "all objects are stored alike"
_NO_REPORTS = "no reports are written"

TABLE: tuple[Parameter, ...] = (
    *_all(
        "sqs",
        KEPT,
        Attributes__FifoThroughputLimit="a FIFO queue has no limit",
        Attributes__KmsDataKeyReusePeriodSeconds=_UNENCRYPTED,
        Attributes__KmsMasterKeyId=_UNENCRYPTED,
        Attributes__Policy=_POLICIES,
        Attributes__RedriveAllowPolicy="any queue may name any other as its dead-letter queue",
        ReceiveRequestAttemptId="each receive is one of its own",
    ),
    *_all(
        "sns",
        KEPT,
        Attributes__ArchivePolicy="nothing is archived; what would replay it is refused",
        Attributes__DeliveryPolicy="a delivery to HTTP is tried once",
        Attributes__FifoThroughputScope="a FIFO topic has no limit",
        Attributes__KmsMasterKeyId=_UNENCRYPTED,
        Attributes__MaximumMessageSize="the limit is SNS' own",
        Attributes__Policy=_POLICIES,
        Attributes__SubscriptionRoleArn=_POLICIES,
        Attributes__TracingConfig="a topic is in no trace",
        AuthenticateOnUnsubscribe=_OPEN,
        **{
            f"Attributes.{protocol}{what}": "deliveries are not logged"
            for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
            for what in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
        },
    ),
    *_all(
        "sns",
        REFUSED,
        Attributes__ReplayPolicy="nothing is archived, so nothing can be replayed",
        DataProtectionPolicy="messages are neither inspected nor masked",
    ),
    *_all(
        "s3",
        KEPT,
        ACL=_OPEN,
        AccelerateConfiguration="there is one place",
        AccessControlPolicy=_OPEN,
        AnalyticsConfiguration=_NO_REPORTS,
        BucketKeyEnabled=_UNENCRYPTED,
        BucketLoggingStatus="requests are not logged",
        ConfirmRemoveSelfBucketAccess=_POLICIES,
        GrantFullControl=_OPEN,
        GrantRead=_OPEN,
        GrantReadACP=_OPEN,
        GrantWrite=_OPEN,
        GrantWriteACP=_OPEN,
        IntelligentTieringConfiguration=_ONE_CLASS,
        InventoryConfiguration=_NO_REPORTS,
        LifecycleConfiguration="objects say when they expire, and stay",
        MFA="no device is asked",
        MetricsConfiguration="there are no metrics of requests",
        ObjectOwnership=_OPEN,
        OwnershipControls=_OPEN,
        Policy=_POLICIES,
        PublicAccessBlockConfiguration=_OPEN,
        RequestPayer="nobody pays",
        RequestPaymentConfiguration="nobody pays",
        SSEKMSEncryptionContext=_UNENCRYPTED,
        ServerSideEncryptionConfiguration=_UNENCRYPTED,
        StorageClass=_ONE_CLASS,
    ),
    *_all(
        "s3",
        REFUSED,
        ChecksumMD5="it would not be compared",
        ChecksumSHA512="it would not be compared",
        ChecksumXXHASH128="it would not be compared",
        ChecksumXXHASH3="it would not be compared",
        ChecksumXXHASH64="it would not be compared",
        ObjectLockEventHold="no hold would keep the object",
        ObjectLockEventHoldDurationDays="no hold would keep the object",
        ObjectLockEventHoldDurationYears="no hold would keep the object",
        ReplicationConfiguration="objects are not copied to another bucket",
    ),
    *_all(
        "events",
        KEPT,
        DeadLetterConfig="no event fails for the encryption of its bus",
        KmsKeyIdentifier=_UNENCRYPTED,
        LogConfig="a bus writes no log",
        RoleArn=_POLICIES,
    ),
    *_all(
        "events",
        REFUSED,
        EndpointId="there are no global endpoints",
        EventSourceName="there are no partners' events",
    ),
    Parameter(
        "events", "Targets.Arn", REFUSED, f"served: {', '.join(SERVED)}", _not_served, words="such a target"
    ),
    *_all(
        "iam",
        KEPT,
        AssumeRolePolicyDocument=_POLICIES,
        MaxSessionDuration="sessions do not end",
        PermissionsBoundary=_POLICIES,
        PolicyDocument=_POLICIES,
    ),
    *_all(
        "cloudformation",
        KEPT,
        DisableValidation="nothing is validated ahead",
        EnableTerminationProtection="any stack may be deleted",
        NotificationARNs="no topic is told of a stack's events",
        RoleARN=_POLICIES,
        RollbackConfiguration="no alarm rolls a change back",
        StackPolicyBody=_POLICIES,
        StackPolicyURL=_POLICIES,
        TimeoutInMinutes="a stack may take as long as it does",
    ),
    *(
        Parameter("cloudformation", place, REFUSED, "what fails is rolled back", _nothing_is_undone)
        for place in ("OnFailure", "OnStackFailure")
    ),
    *_all(
        "cloudformation",
        REFUSED,
        DeploymentConfig="resources are deployed in one way",
        DisableRollback="what fails is rolled back",
    ),
    Parameter("cloudwatch", "Tags", KEPT, "a dashboard carries none", operation="PutDashboard"),
    *_all(
        "cloudwatch",
        REFUSED,
        ActionConfiguration="actions are done as they always were",
        EvaluationCriteria="alarms are judged by thresholds",
        EvaluationInterval="alarms are judged every 5 s",
        EvaluationWindow="alarms are judged over periods that end now",
        WarmUpConfiguration="an alarm is judged from its beginning",
    ),
    *_all(
        "dynamodb",
        KEPT,
        OnDemandThroughput="throughput is not bounded",
        SSESpecification=_UNENCRYPTED,
        TableClass="all tables are in memory",
        WarmThroughput="throughput is not bounded",
    ),
    Parameter(
        "dynamodb", "ResourcePolicy", REFUSED, "PutResourcePolicy keeps one", operation="CreateTable"
    ),
    *_all(
        "dynamodb",
        REFUSED,
        GlobalTableSettingsReplicationMode="there are no global tables in other accounts",
        GlobalTableSourceArn="there are no global tables in other accounts",
        GlobalTableWitnessUpdates="a table has no witness",
        MultiRegionConsistency="there is one copy of a table",
        DisassociationProtectionEnabled="there are no global tables in other accounts",
        VectorIndexUpdates="DynamoDB Local has no vector indexes",
        VectorIndexes="DynamoDB Local has no vector indexes",
    ),
    *_all(
        "lambda",
        KEPT,
        Code__S3ObjectStorageMode="code is always copied",
        Content__S3ObjectStorageMode="code is always copied",
        S3ObjectStorageMode="code is always copied",
    ),
    *_all(
        "lambda",
        REFUSED,
        AcceleratorConfig="there are no accelerators",
        RuntimeConfig="runtimes are those that are installed",
    ),
    *_all(
        "logs",
        KEPT,
        applyOnTransformedLogs="nothing transforms lines",
        deletionProtectionEnabled="a group may be deleted",
        entity="nothing is told of it",
        kmsKeyId=_UNENCRYPTED,
        logGroupClass="all groups are of the standard class",
        policyDocument=_POLICIES,
        unmask="nothing is masked",
    ),
    *_all(
        "logs",
        REFUSED,
        emitSystemFieldDimensions="lines have no such fields",
        emitSystemFields="lines have no such fields",
        fieldSelectionCriteria="lines have no such fields",
    ),
    Parameter(
        "logs", "startFromHead", REFUSED, "lines come from the oldest on", lambda value: value is False
    ),
)  # fmt: skip

_ATTRIBUTE = ("AttributeName", "AttributeValue")


def sentence(service: str, operation: str, request: Mapping[str, Any], *, strict: bool = False) -> str | None:
    """Say what of a request is refused, and why; None if all of it is done or kept."""
    request = _normal(request)
    for one in _OF.get(service, ()):
        if not (one.becomes == REFUSED or (strict and one.here not in ACCESS)):
            continue
        if one.operation in {"", operation} and any(map(one.asked, _values(request, one.place.split(".")))):
            return _worded(operation, one.words or one.place.rpartition(".")[2], one.here)
    return None


def _worded(operation: str, what: str, here: str) -> str:
    return f"{operation} with {what} is not done by this emulator ({here}): it can only be tried on AWS."


def _normal(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give one attribute that is set by name as if it were set with others."""
    name, value = map(request.get, _ATTRIBUTE)
    return {**request, "Attributes": {name: value}} if isinstance(name, str) else request


def _values(within: object, path: list[str]) -> Iterator[object]:
    """Give what stands at a place, in each element of a list."""
    if isinstance(within, list):
        for each in within:
            yield from _values(each, path)
    elif not path:
        yield within
    elif isinstance(within, Mapping):
        yield from _values(within.get(path[0]), path[1:])


_OF = {
    service: [one for one in TABLE if one.service == service] for service in {one.service for one in TABLE}
}
