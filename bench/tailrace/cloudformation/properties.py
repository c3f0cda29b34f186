"""Properties of a template's resources that are kept without effect here, or refused. Pure.

LocalStack's makers of resources pick the properties that they know, and drop the others without a word. What
is dropped and would change an event's way is set after all (`completions.py`), or refused here; with
TAILRACE_STRICT=1 what is kept is refused too. `tests/data/properties.json` has all properties of these types,
as CloudFormation's newest schemas have them: what is not named here is done.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_UNENCRYPTED = "nothing is encrypted, no key is asked"
_POLICIES = "policies are stored, not enforced"
_NO_REPORTS = "no reports are written"
_NO_TABLES = "there are no tables of S3"
_JUDGED = "alarms are judged every 5 s, over periods that end now"
_NO_DESTINATION = "nothing serves it"
_NO_COPIES = "throughput is not bounded"


class Properties(NamedTuple):
    """Of one type: what is kept, and what is refused, with the reason of each."""

    kept: Mapping[str, str] = {}
    refused: Mapping[str, str] = {}
    done_as: Mapping[str, object] = {}
    """Values of refused properties that are what is done here anyhow."""


TABLE: dict[str, Properties] = {
    "AWS::CloudWatch::Alarm": Properties(
        refused={
            "ActionConfiguration": "actions are done as they always were",
            "EvaluationCriteria": _JUDGED,
            "EvaluationInterval": _JUDGED,
            "EvaluationWindow": _JUDGED,
            "WarmUpConfiguration": _JUDGED,
        }
    ),
    "AWS::CloudWatch::CompositeAlarm": Properties(
        refused={"ActionConfiguration": "actions are done as they always were"}
    ),
    "AWS::CloudWatch::Dashboard": Properties(kept={"Tags": "a dashboard carries none"}),
    "AWS::DynamoDB::Table": Properties(
        kept={
            "ContributorInsightsSpecification": _NO_REPORTS,
            "OnDemandThroughput": _NO_COPIES,
            "TableClass": "all tables are in memory",
            "WarmThroughput": _NO_COPIES,
        },
        refused={
            "ImportSourceSpecification": "nothing imports it",
            "VectorIndexes": "DynamoDB Local has no vector indexes",
        },
    ),
    "AWS::Events::EventBus": Properties(
        kept={
            "DeadLetterConfig": "no event fails for the encryption of its bus",
            "Description": "nothing reads it",
            "KmsKeyIdentifier": _UNENCRYPTED,
            "LogConfig": "a bus writes no log",
            "Policy": _POLICIES,
        },
        refused={"EventSourceName": "there are no partners' events"},
    ),
    "AWS::Events::Rule": Properties(kept={"RoleArn": _POLICIES}),
    "AWS::IAM::ManagedPolicy": Properties(kept={"Description": "nothing reads it", "Path": _POLICIES}),
    "AWS::IAM::Role": Properties(),
    "AWS::Kinesis::Stream": Properties(
        refused={
            "RecordDistributionStrategy": "records go to shards by their partition keys",
            "WarmThroughputMiBps": "it needs a billing commitment, which no account has here",
        },
        done_as={"RecordDistributionStrategy": "USER_PARTITION_KEY"},
    ),
    "AWS::Kinesis::StreamConsumer": Properties(),
    "AWS::KinesisFirehose::DeliveryStream": Properties(
        kept={"DirectPutSourceConfiguration": _NO_COPIES},
        refused=dict.fromkeys(
            (
                "AmazonOpenSearchServerlessDestinationConfiguration",
                "DatabaseSourceConfiguration",
                "IcebergDestinationConfiguration",
                "MSKSourceConfiguration",
                "SnowflakeDestinationConfiguration",
            ),
            _NO_DESTINATION,
        ),
    ),
    "AWS::IAM::Policy": Properties(),
    "AWS::Kinesis::ResourcePolicy": Properties(),
    "AWS::Lambda::Alias": Properties(),
    "AWS::Lambda::EventInvokeConfig": Properties(),
    "AWS::Lambda::EventSourceMapping": Properties(),  # all of it is asked of Lambda, which decides
    "AWS::Lambda::Function": Properties(
        kept={
            "FunctionScalingConfig": "it is of managed instances, which are refused",
            "PublishToLatestPublished": "it is of managed instances, which are refused",
            "RecursiveLoop": "nothing looks for loops",
        },
        refused={
            "CodeSigningConfigArn": "nothing checks signatures",
            "DurableConfig": "nothing keeps their steps",
            "TenancyConfig": "environments are not kept apart by tenant",
        },
    ),
    "AWS::Lambda::LayerVersion": Properties(),
    "AWS::Lambda::Permission": Properties(
        kept=dict.fromkeys(
            (
                *("EventSourceToken", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "PrincipalOrgID"),
                "SourceAccount",
            ),
            _POLICIES,
        )
    ),
    "AWS::Lambda::Version": Properties(
        kept={
            "FunctionScalingConfig": "it is of managed instances, which are refused",
            "RuntimePolicy": "runtimes are those that are installed",
        }
    ),
    "AWS::Logs::LogGroup": Properties(
        kept={
            "BearerTokenAuthenticationEnabled": "no token is asked",
            "DeletionProtectionEnabled": "a group may be deleted",
            "FieldIndexPolicies": "queries of Logs Insights are refused",
            "KmsKeyId": _UNENCRYPTED,
            "LogGroupClass": "all groups are of the standard class",
            "ResourcePolicyDocument": _POLICIES,
        },
        refused={"DataProtectionPolicy": "lines are neither inspected nor masked"},
    ),
    "AWS::Logs::LogStream": Properties(),
    "AWS::Logs::MetricFilter": Properties(
        kept={"ApplyOnTransformedLogs": "nothing transforms lines"},
        refused={
            "EmitSystemFieldDimensions": "lines have no such fields",
            "FieldSelectionCriteria": "lines have no such fields",
        },
    ),
    "AWS::Logs::SubscriptionFilter": Properties(
        kept={"ApplyOnTransformedLogs": "nothing transforms lines"},
        refused={
            "EmitSystemFields": "lines have no such fields",
            "FieldSelectionCriteria": "lines have no such fields",
        },
    ),
    "AWS::S3::Bucket": Properties(
        kept={
            "AbacStatus": _POLICIES,
            "AccelerateConfiguration": "there is one place",
            "AnalyticsConfigurations": _NO_REPORTS,
            "IntelligentTieringConfigurations": "all objects are stored alike",
            "InventoryConfigurations": _NO_REPORTS,
            "LifecycleConfiguration": "objects stay",
            "LoggingConfiguration": "requests are not logged",
            "MetricsConfigurations": "there are no metrics of requests",
        },
        refused={
            "BucketNamePrefix": "give it a BucketName",
            "BucketNamespace": "give it a BucketName",
            "MetadataConfiguration": _NO_TABLES,
            "MetadataTableConfiguration": _NO_TABLES,
            "ReplicationConfiguration": "objects are not copied to another bucket",
        },
        done_as={"BucketNamespace": "global"},
    ),
    "AWS::S3::BucketPolicy": Properties(),
    "AWS::SNS::Subscription": Properties(
        kept={"DeliveryPolicy": "a delivery to HTTP is tried once"},
        refused={
            "ReplayPolicy": "nothing is archived, so nothing can be replayed",
            "SubscriptionRoleArn": "a delivery stream is subscribed by the API only",
        },
    ),
    "AWS::SNS::Topic": Properties(
        kept={
            "ArchivePolicy": "nothing is archived; what would replay it is refused",
            "DeliveryStatusLogging": "deliveries are not logged",
            "FifoThroughputScope": "a FIFO topic has no limit",
            "KmsMasterKeyId": _UNENCRYPTED,
            "MaximumMessageSize": "the limit is SNS' own",
            "TracingConfig": "a topic is in no trace",
        },
        refused={"DataProtectionPolicy": "messages are neither inspected nor masked"},
    ),
    "AWS::SNS::TopicPolicy": Properties(),
    "AWS::SQS::QueuePolicy": Properties(),
    "AWS::SQS::Queue": Properties(
        kept={
            "FifoThroughputLimit": "a FIFO queue has no limit",
            "KmsDataKeyReusePeriodSeconds": _UNENCRYPTED,
            "KmsMasterKeyId": _UNENCRYPTED,
            "RedriveAllowPolicy": "any queue may name any other as its dead-letter queue",
        }
    ),
}
_NONE = Properties()
_NOTHING: tuple[object, ...] = (None, "", [], {}, False)


def kept(kind: str, given: Mapping[str, Any]) -> list[str]:
    """Name the properties of a resource that have no effect here.

    >>> kept("AWS::SQS::Queue", {"DelaySeconds": 5, "KmsMasterKeyId": "alias/mine"})
    ['KmsMasterKeyId']
    """
    return sorted(name for name in TABLE.get(kind, _NONE).kept if given.get(name) not in _NOTHING)


def sentence(kind: str, given: Mapping[str, Any], *, strict: bool = False) -> str | None:
    """Say which property of a resource is refused, and why; None if all are done or kept.

    >>> sentence("AWS::Lambda::Function", {"DurableConfig": {"ExecutionTimeout": 60}})
    'DurableConfig of AWS::Lambda::Function is not done by this emulator (nothing keeps their steps)'
    """
    known = TABLE.get(kind, _NONE)
    in_vain = {name: why for name, why in known.kept.items() if strict and why != _POLICIES}
    for name, why in {**known.refused, **in_vain}.items():
        if given.get(name) not in (*_NOTHING, known.done_as.get(name)):
            return f"{name} of {kind} is not done by this emulator ({why})"
    return None
