"""Registered consumers and their subscriptions (1.7)."""

from typing import Any, cast

import pytest
from botocore.eventstream import EventStreamBuffer

from tailrace.clock import StandingClock
from tailrace.kinesis.events import SubscriptionFrames
from tailrace.kinesis.operations.subscribe import describe_event
from tailrace.kinesis.subscriptions import End, Subscription, SubscriptionEvent, SubscriptionWait
from tailrace.protocol.wire import to_json
from tests.unit.kinesis.stage import ACCOUNT, FIRST, REGION, START, Stage, decoded

pytestmark = pytest.mark.unit
ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
CONSUMER = f"{ARN}/consumer/app:{int(START)}"


def staged(delay: float = 0.0) -> Stage:
    """Make a stream with a consumer."""
    stage = Stage(shards=1, delay=delay)
    stage.now += delay
    stage("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="app")
    return stage


def subscribe(stage: Stage, kind: str = "TRIM_HORIZON", arn: str = CONSUMER, **more: Any) -> Subscription:  # noqa: ANN401  as JSON has it
    """Subscribe to the first shard."""
    begun = stage("SubscribeToShard", ConsumerARN=arn, ShardId=FIRST, StartingPosition={"Type": kind, **more})
    assert isinstance(begun, Subscription)
    return begun


def event(stage: Stage, subscription: Subscription) -> dict[str, Any]:
    """Give what a subscription sends now."""
    step = subscription.step(stage.now)
    assert isinstance(step, SubscriptionEvent)
    return describe_event(subscription, step, stage.now)


def test_registered() -> None:
    """A consumer's ARN ends with its second; it is CREATING, then ACTIVE, and counted (recorded)."""
    stage = Stage(shards=1, delay=5.0)
    stage.now += 5
    made = stage("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="app")["Consumer"]
    assert made == {
        "ConsumerName": "app",
        "ConsumerARN": f"{ARN}/consumer/app:{int(START) + 5}",
        "ConsumerStatus": "CREATING",
        "ConsumerCreationTimestamp": int(START) + 5,
    }
    stage.now += 5
    asked = {"StreamARN": ARN, "ConsumerName": "app"}
    described = stage("DescribeStreamConsumer", **asked)["ConsumerDescription"]
    assert (described["ConsumerStatus"], described["StreamARN"]) == ("ACTIVE", ARN)
    summary = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert summary["ConsumerCount"] == 1


def test_registered_twice() -> None:
    """A name is taken once for each stream (recorded)."""
    assert staged().refusal("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="app") == (
        "ResourceInUseException",
        f"Consumer app under stream clicks already exists for account {ACCOUNT}.",
    )


def test_twenty_at_most() -> None:
    """A stream has 20 consumers (documented)."""
    stage = Stage(shards=1)
    for number in range(20):
        stage("RegisterStreamConsumer", StreamARN=ARN, ConsumerName=f"c{number}")
    refused = stage.refusal("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="more")
    assert refused[0] == "LimitExceededException"
    page = stage("ListStreamConsumers", StreamARN=ARN, MaxResults=15)
    rest = stage("ListStreamConsumers", StreamARN=ARN, NextToken=page["NextToken"])
    assert len(page["Consumers"] + rest["Consumers"]) == 20
    assert "NextToken" not in rest


def test_deregistered() -> None:
    """A consumer that is deregistered is gone, and its subscription ends."""
    stage = staged()
    subscription = subscribe(stage)
    stage("DeregisterStreamConsumer", ConsumerARN=CONSUMER)
    assert stage("ListStreamConsumers", StreamARN=ARN)["Consumers"] == []
    assert subscription.step(stage.now) == End()
    assert stage.refusal("DescribeStreamConsumer", ConsumerARN=CONSUMER)[0] == "ResourceNotFoundException"


def test_a_stream_with_consumers_is_not_deleted() -> None:
    """Deleting a stream with consumers has to be asked for with EnforceConsumerDeletion (documented)."""
    stage = staged()
    assert stage.refusal("DeleteStream", StreamName="clicks")[0] == "ResourceInUseException"
    stage("DeleteStream", StreamName="clicks", EnforceConsumerDeletion=True)
    assert stage("ListStreams")["StreamNames"] == []


def test_records_as_they_come() -> None:
    """A subscription gives what is there at once, and what comes later when it comes."""
    stage = staged()
    number = stage.put("a")
    subscription = subscribe(stage)
    first = event(stage, subscription)
    assert ([decoded(record) for record in first["Records"]], first["ContinuationSequenceNumber"]) == (
        ["a"],
        number,
    )
    assert subscription.step(stage.now) == SubscriptionWait(stage.now + 5)
    stage.put("b")
    assert [decoded(record) for record in event(stage, subscription)["Records"]] == ["b"]


def test_efo_heartbeat_and_end() -> None:
    """An idle shard: an event without records every 5 s, each with a later number; the end after 5 min."""
    stage = staged()
    subscription, numbers = subscribe(stage, "LATEST"), []
    for _ in range(59):
        stage.now += 5
        numbers.append(int(event(stage, subscription)["ContinuationSequenceNumber"]))
    assert numbers == sorted(set(numbers))
    stage.now += 5
    assert subscription.step(stage.now) == End(expired=True)


def test_goes_on_after_a_heartbeat() -> None:
    """A heartbeat's number is a place to go on from: nothing is lost, nothing comes twice."""
    stage = staged()
    stage.put("a")
    subscription = subscribe(stage, "LATEST")
    stage.now += 5
    number = event(stage, subscription)["ContinuationSequenceNumber"]
    stage.put("b")
    stage.now += 5
    again = subscribe(stage, "AFTER_SEQUENCE_NUMBER", SequenceNumber=number)
    assert [decoded(record) for record in event(stage, again)["Records"]] == ["b"]


def test_terminal_efo_frame() -> None:
    """The end of a closed shard: the children, no continuation, MillisBehindLatest above 0 (recorded)."""
    stage = staged()
    stage.put("a")
    subscription = subscribe(stage)
    stage("SplitShard", StreamName="clicks", ShardToSplit=FIRST, NewStartingHashKey="9")
    assert len(event(stage, subscription)["Records"]) == 1
    last = event(stage, subscription)
    assert [child["ShardId"][-1] for child in last["ChildShards"]] == ["1", "2"]
    assert last["Records"] == []
    assert last["MillisBehindLatest"] > 0
    assert "ContinuationSequenceNumber" not in last
    assert subscription.step(stage.now) == End()


def test_second_subscribe() -> None:
    """Within 5 s the same consumer and shard is refused; later it takes over, and the first ends."""
    stage = staged()
    first = subscribe(stage)
    stage.now += 4
    asked = {"ConsumerARN": CONSUMER, "ShardId": FIRST, "StartingPosition": {"Type": "LATEST"}}
    assert stage.refusal("SubscribeToShard", **asked)[0] == "ResourceInUseException"
    stage.now += 1
    subscribe(stage)
    assert first.step(stage.now) == End()


def test_two_mebibytes_a_second() -> None:
    """A consumer gets 2 MiB a second from a shard where limits are kept (documented)."""
    stage = staged()
    for _ in range(4):
        stage.put("x" * ((1 << 20) - 3))
    subscription = subscribe(stage)
    given = 0
    while isinstance(step := subscription.step(stage.now, limited=True), SubscriptionEvent):
        given += sum(len(record.data) * 3 // 4 for record in step.page.records)
        if given > 8 << 20:
            break
    assert given <= (2 << 20) + (1 << 20)
    assert isinstance(step, SubscriptionWait)
    assert step.until <= stage.now + 2


def test_frames() -> None:
    """On the wire: an initial response, then events that botocore's own decoder reads."""
    stage = staged()
    stage.put("a")
    clock = StandingClock(stage.now)
    subscription = subscribe(stage)
    frames = iter(SubscriptionFrames(subscription, "application/json", to_json, lambda: False, clock))
    buffer = EventStreamBuffer()
    buffer.add_data(next(frames) + next(frames))
    initial, first = list(buffer)
    kinds = [cast("dict[str, Any]", message.headers)[":event-type"] for message in (initial, first)]
    assert kinds == ["initial-response", "SubscribeToShardEvent"]
    assert b'"Data":"YQ=="' in first.payload
    subscription.taken_over = True
    assert list(frames) == []


def test_dry_run() -> None:
    """A dry run of what would succeed is a DryRunOperationException, and begins nothing (recorded)."""
    stage = staged()
    asked = {"ConsumerARN": CONSUMER, "ShardId": FIRST, "StartingPosition": {"Type": "LATEST"}}
    assert stage.refusal("SubscribeToShard", DryRun=True, **asked)[0] == "DryRunOperationException"
    assert subscribe(stage)
    put = {"StreamName": "clicks", "Data": "", "PartitionKey": "a", "DryRun": True}
    assert stage.refusal("PutRecord", **put) == (
        "DryRunOperationException",
        (
            "DryRunOperation validation succeeded while calling PutRecord operation.:"
            " Request would have succeeded, but DryRun flag is set."
        ),
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []
    missing = put | {"StreamName": "none"}
    assert stage.refusal("PutRecord", **missing)[0] == "ResourceNotFoundException"
