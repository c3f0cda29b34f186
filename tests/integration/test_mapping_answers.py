"""What the API says of a mapping: codes, words, lists, tags, encrypted filters; and what it counts."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig
from tests.integration.wire import call

pytestmark = pytest.mark.emulator_only
NOBODY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def status(answer: Any) -> int:  # noqa: ANN401  an answer of any operation
    """Give an answer's HTTP status."""
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_status_codes(rig: Rig) -> None:
    """Create, Update and Delete are accepted with 202; Get and List are 200."""
    made = rig.make_mapping(rig.make_stream())
    functions, uuid = rig.functions, made["UUID"]
    assert status(made) == 202
    assert status(functions.get_event_source_mapping(UUID=uuid)) == 200
    assert status(functions.list_event_source_mappings(FunctionName=rig.name)) == 200
    assert status(functions.update_event_source_mapping(UUID=uuid, BatchSize=7)) == 202
    assert status(functions.delete_event_source_mapping(UUID=uuid)) == 202


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_unknown_id(target: Target, operation: str) -> None:
    """An id of no mapping is not found, in AWS's words (recorded)."""
    with pytest.raises(ClientError) as raised:
        getattr(target.client("lambda"), f"{operation}_event_source_mapping")(UUID=NOBODY)
    assert status(raised.value.response) == 404
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )
    assert raised.value.response["Type"] == "User"  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        ({"FunctionName": "nobody"}, "InvalidParameterValueException", "Function does not exist"),
        ({"EventSourceArn": None}, "InvalidParameterValueException", "Unrecognized event source."),
        (
            {"StartingPosition": None},
            "InvalidParameterValueException",
            (
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint:"
                " Member must not be null."
            ),
        ),
        (
            {"StartingPosition": "invalid"},
            "ValidationException",
            (
                "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy"
                " constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
            ),
        ),
        (
            {"BatchSize": 10_001},
            "ValidationException",
            (
                "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint:"
                " Member must have value less than or equal to 10000"
            ),
        ),
    ],
    ids=["function", "source", "position", "no position", "model"],
)
def test_refused_in_words(rig: Rig, asked: dict[str, Any], code: str, message: str) -> None:
    """What a request lacks or has wrong is answered in AWS's words (recorded)."""
    request = {
        "EventSourceArn": rig.make_stream(),
        "FunctionName": rig.name,
        "StartingPosition": "LATEST",
    } | asked
    request = {name: value for name, value in request.items() if value is not None}
    unchecked = rig.target.client("lambda", parameter_validation=False)
    with pytest.raises(ClientError) as raised:
        unchecked.create_event_source_mapping(**request)
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


@pytest.mark.parametrize(
    "asked",
    [
        {"ScalingConfig": {"MaximumConcurrency": 2}},
        {"LoggingConfig": {"SystemLogLevel": "INFO"}},
        {"Topics": ["t"]},
        {"ProvisionedPollerConfig": {"MaximumPollers": 2}},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_parameters_of_other_sources(rig: Rig, asked: dict[str, Any]) -> None:
    """What belongs to a queue or to Kafka is refused for a stream, in AWS's words for ScalingConfig."""
    with pytest.raises(ClientError) as raised:
        rig.make_mapping(rig.make_stream(), **asked)
    [name] = asked
    assert raised.value.response["Error"]["Message"] == (
        f"Unsupported {name} parameter for given event source mapping type."
    )


def test_an_alias_is_another_function(rig: Rig) -> None:
    """The function and its alias may be mapped to one stream; each sees every record (recorded)."""
    arn = rig.make_stream()
    version = rig.functions.publish_version(FunctionName=rig.name)["Version"]
    alias = rig.functions.create_alias(FunctionName=rig.name, Name="live", FunctionVersion=version)
    plain, aliased = rig.make_mapping(arn), rig.make_mapping(arn, FunctionName=alias["AliasArn"])
    assert aliased["FunctionArn"] == alias["AliasArn"]
    assert plain["UUID"] != aliased["UUID"]
    rig.put({"name": 1})
    rig.await_names([1, 1])


def test_lists(rig: Rig) -> None:
    """What a list is filtered by need not exist; a page has a marker as long as there are more."""
    arns = [rig.make_stream()]
    version = rig.functions.publish_version(FunctionName=rig.name)["Version"]
    made = [rig.make_mapping(arns[0]), rig.make_mapping(arns[0], FunctionName=f"{rig.name}:{version}")]
    listing = rig.functions.list_event_source_mappings
    assert listing(FunctionName="nobody")["EventSourceMappings"] == []
    assert listing(EventSourceArn=f"{arns[0]}-none")["EventSourceMappings"] == []
    first = listing(FunctionName=rig.name, MaxItems=1)
    rest = listing(FunctionName=rig.name, MaxItems=1, Marker=first["NextMarker"])
    found = [mapping["UUID"] for page in (first, rest) for mapping in page["EventSourceMappings"]]
    assert sorted(found) == sorted(mapping["UUID"] for mapping in made)
    assert "NextMarker" not in rest


def test_tags(rig: Rig) -> None:
    """A mapping has the tags that it is made with, and those that are added to its ARN."""
    made = rig.make_mapping(rig.make_stream(), Tags={"team": "clicks"})
    arn = made["EventSourceMappingArn"]
    rig.functions.tag_resource(Resource=arn, Tags={"stage": "test"})
    rig.functions.untag_resource(Resource=arn, TagKeys=["team"])
    assert rig.functions.list_tags(Resource=arn)["Tags"] == {"stage": "test"}


def test_tags_of_a_stack(rig: Rig) -> None:
    """A mapping of a stack has the template's tags."""
    mapping = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "EventSourceArn": rig.make_stream(),
            "FunctionName": rig.name,
            "StartingPosition": "LATEST",
            "Tags": [{"Key": "team", "Value": "clicks"}],
        },
    }
    cloudformation = rig.target.client("cloudformation")
    cloudformation.create_stack(
        StackName=rig.name, TemplateBody=json.dumps({"Resources": {"Mapping": mapping}})
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=rig.name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        [made] = rig.functions.list_event_source_mappings(FunctionName=rig.name)["EventSourceMappings"]
        tags = rig.functions.list_tags(Resource=made["EventSourceMappingArn"])["Tags"]
        assert tags == {"team": "clicks"}
    finally:
        cloudformation.delete_stack(StackName=rig.name)
        look = rig.functions.list_event_source_mappings
        eventually(
            lambda: look(FunctionName=rig.name)["EventSourceMappings"] == [],
            within=PATIENCE,
            what="the mapping to be gone",
        )


def test_a_stream_of_another_account(rig: Rig) -> None:
    """A mapping on it is refused until the stream's policy lets the function's account read (documented)."""
    owner = "111122223333"

    def ask(operation: str, **request: object) -> bytes:
        """Ask as the stream's owner."""
        status, _, answer = call(rig.target, operation, json.dumps(request).encode(), account=owner)
        assert status == 200, answer
        return answer

    ask("CreateStream", StreamName=rig.name, ShardCount=1)
    eventually(
        lambda: b'"ACTIVE"' in ask("DescribeStreamSummary", StreamName=rig.name),
        within=PATIENCE,
        what="the stream to be active",
    )
    arn = f"arn:aws:kinesis:{rig.target.region}:{owner}:stream/{rig.name}"
    try:
        with pytest.raises(ClientError) as raised:
            rig.make_mapping(arn)
        assert raised.value.response["Error"]["Message"] == (
            f"Cannot access stream {arn}. Please ensure the role can perform the GetRecords,"
            " GetShardIterator, DescribeStream, DescribeStreamSummary, ListShards, and ListStreams Actions"
            " on your stream."
        )
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{rig.target.account}:root"},
            "Action": ["kinesis:Describe*", "kinesis:Get*", "kinesis:ListShards"],
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        ask("PutResourcePolicy", ResourceARN=arn, Policy=policy)
        made = rig.make_mapping(arn)
        ask("PutRecord", StreamName=rig.name, Data="eyJuYW1lIjogMX0=", PartitionKey="k")
        rig.await_names([1])
        rig.delete_mapping(made["UUID"])
    finally:
        ask("DeleteStream", StreamName=rig.name)


def test_a_queue_says_its_own_reason(rig: Rig) -> None:
    """A transition of a queue's mapping is USER_INITIATED, a stream's `User action` (recorded)."""
    _, queue_arn = rig.make_queue()
    of_queue = rig.make_mapping(queue_arn, StartingPosition="LATEST")
    assert of_queue["StateTransitionReason"] == "USER_INITIATED"
    assert rig.make_mapping(rig.make_stream())["StateTransitionReason"] == "User action"


def test_encrypted_filters(rig: Rig) -> None:
    """Filters with a key are shown by Get alone; while the key cannot be used, KMS's error stands there."""
    kms = cast("Any", rig.target).client("kms")
    key = kms.create_key(Description=rig.name)["KeyMetadata"]
    pattern = json.dumps({"data": {"name": ["yes"]}})
    filters: Any = {"Filters": [{"Pattern": pattern}]}
    made = rig.make_mapping(rig.make_stream(), FilterCriteria=filters, KMSKeyArn=key["Arn"])
    get = rig.functions.get_event_source_mapping

    def listed() -> Any:  # noqa: ANN401  as the API answers
        """Give the mapping as the list has it."""
        [one] = rig.functions.list_event_source_mappings(FunctionName=rig.name)["EventSourceMappings"]
        return one

    assert (made["KMSKeyArn"], made["FilterCriteria"]) == (key["Arn"], filters)
    assert get(UUID=made["UUID"])["FilterCriteria"] == filters
    assert "FilterCriteria" not in listed()
    assert listed()["KMSKeyArn"] == key["Arn"]
    kms.disable_key(KeyId=key["KeyId"])
    answered: Any = get(UUID=made["UUID"])
    assert "FilterCriteria" not in answered
    assert answered["FilterCriteriaError"]["ErrorCode"] == "DisabledException"
    assert key["Arn"] in answered["FilterCriteriaError"]["Message"]
    rig.put({"name": "no"}, {"name": "yes"})
    rig.await_names(["yes"])
    changed: Any = rig.functions.update_event_source_mapping(UUID=made["UUID"], KMSKeyArn="")
    assert "KMSKeyArn" not in changed
    assert get(UUID=made["UUID"])["FilterCriteria"] == filters
    with pytest.raises(ClientError, match="NotFoundException"):
        rig.functions.update_event_source_mapping(
            UUID=made["UUID"], KMSKeyArn=key["Arn"].replace(key["KeyId"], NOBODY)
        )
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


def count(rig: Rig, mapping: str, metric: str) -> float | None:
    """Give the sum of a mapping's metric; None without any point."""
    return rig.metric(metric, EventSourceMappingUUID=mapping).get("Sum")


def test_what_a_mapping_counts(rig: Rig) -> None:
    """Records polled, filtered out, invoked again with every retry, failed and delivered (recorded)."""
    queue, queue_arn = rig.make_queue()
    pattern = json.dumps({"data": {"name": [{"anything-but": "no"}]}})
    made = rig.make_mapping(
        rig.make_stream(),
        MetricsConfig={"Metrics": ["EventCount"]},
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    mapping = made["UUID"]
    rig.put({"name": "no"}, {"name": 1, "do": "raise"}, {"name": 2})
    assert rig.message(queue)["KinesisBatchInfo"]["batchSize"] == 2
    rig.put({"name": 3})
    rig.await_calls(3)
    eventually(lambda: count(rig, mapping, "InvokedEventCount") == 5, within=PATIENCE, what="the metrics")
    assert count(rig, mapping, "PolledEventCount") == 4
    assert count(rig, mapping, "FilteredOutEventCount") == 1
    assert count(rig, mapping, "FailedInvokeEventCount") == 4
    assert count(rig, mapping, "OnFailureDestinationDeliveredEventCount") == 2
    assert count(rig, mapping, "DroppedEventCount") is None
    assert count(rig, mapping, "DeletedEventCount") is None, "of queues only"
    assert rig.metric("PolledEventCount", EventSourceMappingUUID=mapping)["SampleCount"] >= 3, "zeros too"


def test_what_is_dropped(rig: Rig) -> None:
    """Records that are given up without a destination are dropped; named failures count as failed."""
    made = rig.make_mapping(
        rig.make_stream(),
        MetricsConfig={"Metrics": ["EventCount"]},
        MaximumRetryAttempts=0,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    mapping = made["UUID"]
    rig.put({"name": 1}, {"name": 2, "do": "fail"}, {"name": 3})
    eventually(lambda: count(rig, mapping, "DroppedEventCount") == 2, within=PATIENCE, what="dropped records")
    assert count(rig, mapping, "InvokedEventCount") == 3 + 2
    assert count(rig, mapping, "FailedInvokeEventCount") == 2 + 2
    assert count(rig, mapping, "OnFailureDestinationDeliveredEventCount") is None


def test_what_is_not_counted(rig: Rig) -> None:
    """Without MetricsConfig a mapping has none of the metrics by its id, not even zeros (documented)."""
    queue, queue_arn = rig.make_queue()
    made = rig.make_mapping(
        rig.make_stream(),
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    rig.put({"name": 1, "do": "raise"})
    rig.message(queue)
    for metric in ("PolledEventCount", "InvokedEventCount", "OnFailureDestinationDeliveredEventCount"):
        assert count(rig, made["UUID"], metric) is None
