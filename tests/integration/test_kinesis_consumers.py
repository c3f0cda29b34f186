"""Resharding, consumers, encryption and limits, as SDKs use them against the emulator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import Rig

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def rig(target: Target, run: Run) -> Iterator[Rig]:
    """Give a function, and a stream's name, of this test's own."""
    with Rig(target, run.prefix) as made:
        yield made


def stream_of(rig: Rig, **parameters: Any) -> str:  # noqa: ANN401  the API's parameters
    """Make the stream; returns its ARN."""
    return rig.make_stream(**parameters)


def active(rig: Rig) -> None:
    """Wait until the stream is ACTIVE."""
    look = rig.kinesis.describe_stream_summary
    eventually(
        lambda: look(StreamName=rig.name)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE",
        within=30,
        what="the stream to be active",
    )


def test_subscribe_to_shard(rig: Rig) -> None:
    """boto3 subscribes over HTTP/1.1: records come as events, and the shard's end with its children."""
    arn = stream_of(rig)
    consumer = rig.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="app")["Consumer"]
    name = consumer["ConsumerARN"]
    status = rig.kinesis.describe_stream_consumer
    eventually(
        lambda: status(ConsumerARN=name)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE",
        within=30,
        what="the consumer",
    )
    rig.put({"name": 1}, {"name": 2})
    subscribed = rig.kinesis.subscribe_to_shard(
        ConsumerARN=name, ShardId="shardId-000000000000", StartingPosition={"Type": "TRIM_HORIZON"}
    )
    events = iter(subscribed["EventStream"])
    assert len(next(events)["SubscribeToShardEvent"]["Records"]) == 2
    rig.put({"name": 3})
    assert len(next(events)["SubscribeToShardEvent"]["Records"]) == 1
    rig.kinesis.split_shard(
        StreamName=rig.name, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
    )
    rest = [event["SubscribeToShardEvent"] for event in events]
    assert [child["ShardId"][-1] for child in rest[-1]["ChildShards"]] == ["1", "2"]
    rig.kinesis.deregister_stream_consumer(ConsumerARN=name)


def test_a_reshard_under_traffic(rig: Rig) -> None:
    """Factor 3 through a split and a merge: nothing lost, nothing twice, order per key (7)."""
    arn = stream_of(rig, shards=2)
    rig.make_mapping(arn, ParallelizationFactor=3, BatchSize=7)
    wave = [{"name": number, "key": f"k{number % 13}"} for number in range(400)]
    rig.put(*wave[:100])
    rig.kinesis.update_shard_count(StreamName=rig.name, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    rig.put(*wave[100:200])
    active(rig)
    rig.kinesis.merge_shards(
        StreamName=rig.name,
        ShardToMerge="shardId-000000000002",
        AdjacentShardToMerge="shardId-000000000006",
    )
    rig.put(*wave[200:])

    def arrived() -> bool:
        names = rig.names()
        assert len(names) == len(wave), f"{len(names)} of {len(wave)}"
        return True

    eventually(arrived, within=60, what="all records")
    names = rig.names()
    assert sorted(names) == list(range(400))
    for key in range(13):
        of_key = [name for name in names if name % 13 == key]
        assert of_key == sorted(of_key)


def test_children_after_their_parent(rig: Rig) -> None:
    """From LATEST too, children are read from their start, and not before their parent is done (7)."""
    arn = stream_of(rig)
    rig.make_mapping(arn, StartingPosition="LATEST", BatchSize=1)
    rig.put({"name": 1, "do": "wait", "seconds": 2})
    rig.kinesis.split_shard(
        StreamName=rig.name, ShardToSplit="shardId-000000000000", NewStartingHashKey="1000"
    )
    rig.put({"name": 2})
    rig.await_names([1, 2])
    parent, child = rig.calls()
    assert child.at - parent.at > 1.9, "it waits for a record of its parent"
    assert child.event["Records"][0]["eventID"].startswith("shardId-000000000002:")


def test_a_consumer_as_source(rig: Rig) -> None:
    """A mapping reads by a consumer's ARN, and its events name the consumer (4, recorded)."""
    arn = stream_of(rig)
    consumer = rig.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="app")["Consumer"]
    name = consumer["ConsumerARN"]
    made = rig.make_mapping(name)
    assert made["EventSourceArn"] == name
    rig.put({"name": 1})
    [call] = rig.await_calls(1)
    assert call.event["Records"][0]["eventSourceARN"] == name
    rig.delete_mapping(made["UUID"])
    rig.kinesis.deregister_stream_consumer(ConsumerARN=name)


def test_at_timestamp(rig: Rig) -> None:
    """A mapping from a timestamp on reads what arrived then or later."""
    arn = stream_of(rig)
    rig.put({"name": "before"})
    read = rig.kinesis.get_shard_iterator(StreamName=rig.name, ShardId="0", ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    [before] = rig.kinesis.get_records(ShardIterator=read)["Records"]

    second = before["ApproximateArrivalTimestamp"].replace(microsecond=0)

    def later() -> Any:  # noqa: ANN401  records
        rig.put({"name": "after"})
        records = rig.kinesis.get_records(ShardIterator=read)["Records"]
        return records[-1]["ApproximateArrivalTimestamp"].replace(microsecond=0) > second and records

    records = eventually(later, within=10, what="a later second")
    moment = records[-1]["ApproximateArrivalTimestamp"].replace(microsecond=0)  # botocore sends whole seconds
    kept = sum(record["ApproximateArrivalTimestamp"] >= moment for record in records)
    rig.make_mapping(arn, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)
    rig.await_names(["after"] * kept)


def test_a_deleted_stream_that_is_made_again(rig: Rig) -> None:
    """A mapping goes on with a new stream of the same name, from its start."""
    arn = stream_of(rig)
    rig.make_mapping(arn)
    rig.put({"name": 1})
    rig.await_names([1])
    rig.kinesis.delete_stream(StreamName=rig.name)
    rig.kinesis.get_waiter("stream_not_exists").wait(StreamName=rig.name, WaiterConfig={"Delay": 1})
    rig.make_stream()
    rig.put({"name": 2})
    rig.await_names([1, 2])


def test_event_counts(rig: Rig) -> None:
    """With MetricsConfig a mapping counts what it polled and what it invoked the function with (8.1)."""
    arn = stream_of(rig)
    made = rig.make_mapping(arn, MetricsConfig={"Metrics": ["EventCount"]})
    assert made["MetricsConfig"] == {"Metrics": ["EventCount"]}
    rig.put({"name": 1}, {"name": 2})
    rig.await_names([1, 2])
    for metric in ("PolledEventCount", "InvokedEventCount"):
        eventually(
            lambda metric=metric: rig.metric(metric, EventSourceMappingUUID=made["UUID"])["Sum"] == 2,  # type: ignore[misc]
            within=30,
            what=metric,
        )


def test_an_encrypted_stream(rig: Rig) -> None:
    """Encryption that is started is read back, and records say KMS."""
    stream_of(rig)
    rig.kinesis.start_stream_encryption(StreamName=rig.name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    active(rig)
    rig.put({"name": 1})
    read = rig.kinesis.get_shard_iterator(StreamName=rig.name, ShardId="0", ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    [record] = rig.kinesis.get_records(ShardIterator=read)["Records"]
    assert record["EncryptionType"] == "KMS"
    described = rig.kinesis.describe_stream(StreamName=rig.name)["StreamDescription"]
    assert (described["EncryptionType"], described["KeyId"]) == ("KMS", "alias/aws/kinesis")


def test_unknown_alias(rig: Rig) -> None:
    """A mapping to an alias that is not there is refused in a sentence, not a server's error."""
    arn = stream_of(rig)
    with pytest.raises(ClientError) as raised:
        rig.make_mapping(arn, FunctionName=f"{rig.name}:none")
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert raised.value.response["Error"]["Message"] == "Function does not exist"


def test_cdks_default_stream(rig: Rig) -> None:
    """CDK's stream as it comes, which is encrypted with AWS's key, deploys and reads back as KMS."""
    stream = {
        "Type": "AWS::Kinesis::Stream",
        "Properties": {
            "Name": rig.name,
            "RetentionPeriodHours": 24,
            "ShardCount": 1,
            "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
        },
    }
    cloudformation = rig.target.client("cloudformation")
    cloudformation.create_stack(
        StackName=rig.name, TemplateBody=json.dumps({"Resources": {"Stream": stream}})
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=rig.name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        described = rig.kinesis.describe_stream(StreamName=rig.name)["StreamDescription"]
        assert described["EncryptionType"] == "KMS"
    finally:
        cloudformation.delete_stack(StackName=rig.name)
