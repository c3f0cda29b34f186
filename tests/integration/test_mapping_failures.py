"""What the emulator's event source mapping does when the function, or its destination, fails."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig

pytestmark = pytest.mark.emulator_only
PARTIAL = ["ReportBatchItemFailures"]


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def to(arn: str) -> dict[str, Any]:
    """Word an on-failure destination."""
    return {"OnFailure": {"Destination": arn}}


def test_partial_failure(rig: Rig) -> None:
    """The last of three records fails always, 3 retries: delivered five times, then reported alone."""
    queue, queue_arn = rig.make_queue()
    stream_arn = rig.make_stream()
    rig.put({"name": 4}, {"name": 5}, {"name": 6, "do": "fail"})
    rig.make_mapping(
        stream_arn,
        BatchSize=3,
        MaximumRetryAttempts=3,
        FunctionResponseTypes=PARTIAL,
        DestinationConfig=to(queue_arn),
    )
    letter = rig.message(queue)
    calls = rig.calls()
    assert [call.names for call in calls] == [[4, 5, 6], [6], [6], [6], [6]]
    record = calls[-1].event["Records"][0]
    assert set(letter) == {"requestContext", "responseContext", "version", "timestamp", "KinesisBatchInfo"}
    assert letter["requestContext"] == {
        "requestId": calls[-1].id,
        "functionArn": rig.function_arn,
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 4,
    }
    assert letter["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": None,
    }
    info = letter["KinesisBatchInfo"]
    assert info["batchSize"] == 1
    assert info["startSequenceNumber"] == info["endSequenceNumber"] == record["kinesis"]["sequenceNumber"]
    assert info["shardId"] == "shardId-000000000000"
    assert info["streamArn"] == stream_arn
    assert calls[0].id != calls[1].id == calls[2].id == calls[3].id == calls[4].id


def test_backoff(rig: Rig) -> None:
    """The same batch is tried again after delays that double."""
    rig.make_mapping(rig.make_stream(), MaximumRetryAttempts=3)
    rig.put({"name": 1, "do": "raise"}, {"name": 2})
    times = [call.at for call in rig.await_calls(4)]
    waits = [later - earlier for earlier, later in pairwise(times)]
    for wait, wanted in zip(waits, [0.35, 0.7, 1.4], strict=True):
        assert wanted <= wait < wanted + 0.35


def test_bisect(rig: Rig) -> None:
    """With bisect the one record that fails is found and reported alone; all others are processed."""
    queue, queue_arn = rig.make_queue()
    stream_arn = rig.make_stream()
    rig.put(*({"name": number, "do": "raise" if number == 5 else ""} for number in range(8)))
    rig.make_mapping(
        stream_arn, BisectBatchOnFunctionError=True, MaximumRetryAttempts=0, DestinationConfig=to(queue_arn)
    )
    letter = rig.message(queue)
    assert letter["KinesisBatchInfo"]["batchSize"] == 1
    assert letter["responseContext"]["functionError"] == "Unhandled"
    rig.await_names([*range(8), *range(4), *range(4, 8), 4, 5, 4, 5, 6, 7])


def test_next_batch_waits(rig: Rig) -> None:
    """A batch that fails holds back the shard until it passes; then the rest follows, in order."""
    rig.make_mapping(rig.make_stream(), BatchSize=2, FunctionResponseTypes=PARTIAL)
    rig.put({"name": 1}, {"name": 2, "do": "fail once"}, {"name": 3}, {"name": 4})
    rig.await_names([1, 2, 2, 3, 4])


def test_throttled(rig: Rig) -> None:
    """A throttled batch spends no retry: with concurrency again it is delivered, and nothing is reported."""
    queue, queue_arn = rig.make_queue()
    rig.functions.put_function_concurrency(FunctionName=rig.name, ReservedConcurrentExecutions=0)
    stream_arn = rig.make_stream()
    rig.put({"name": 1})
    made = rig.make_mapping(stream_arn, MaximumRetryAttempts=0, DestinationConfig=to(queue_arn))
    rig.await_problem(made["UUID"])
    rig.functions.delete_function_concurrency(FunctionName=rig.name)
    rig.await_names([1])
    assert "Messages" not in rig.sqs.receive_message(QueueUrl=queue)


def test_function_deleted(rig: Rig) -> None:
    """Without its function a mapping stays enabled and tries on; with the function back nothing is lost."""
    made = rig.make_mapping(rig.make_stream(), MaximumRetryAttempts=0)
    rig.functions.delete_function(FunctionName=rig.name)
    rig.put({"name": 1})
    rig.await_problem(made["UUID"])
    assert rig.state(made["UUID"]) == "Enabled"
    rig.make_function()
    rig.await_names([1])


def test_too_large(rig: Rig) -> None:
    """A record whose event is over 6 MB is never sent, spends its retries, and holds nobody back."""
    queue, queue_arn = rig.make_queue()
    stream_arn = rig.make_stream(MaxRecordSizeInKiB=10240)
    rig.put({"name": 1, "filler": "x" * 5 * 1024 * 1024})
    rig.put({"name": 2})
    rig.make_mapping(stream_arn, MaximumRetryAttempts=2, DestinationConfig=to(queue_arn))
    letter = rig.message(queue)
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert letter["requestContext"]["approximateInvokeCount"] == 3
    assert "responseContext" not in letter
    rig.await_names([2])


def test_too_large_without_end(rig: Rig) -> None:
    """A record that is too large holds up its shard where retries have no end, and the mapping says so."""
    made = rig.make_mapping(rig.make_stream(MaxRecordSizeInKiB=10240))
    rig.put({"name": 1, "filler": "x" * 5 * 1024 * 1024})
    rig.await_problem(made["UUID"])
    assert rig.names() == []


def test_topic(rig: Rig) -> None:
    """A topic gets the same message that a queue would."""
    queue, queue_arn = rig.make_queue()
    sns = rig.target.session.client("sns", region_name=rig.target.region, endpoint_url=rig.target.endpoint)
    topic = sns.create_topic(Name=rig.name)["TopicArn"]
    subscribed = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"]
    rig.make_mapping(rig.make_stream(), MaximumRetryAttempts=0, DestinationConfig=to(topic))
    rig.put({"name": 1, "do": "raise"})
    letter = rig.message(queue)
    sns.unsubscribe(SubscriptionArn=subscribed)
    sns.delete_topic(TopicArn=topic)
    assert "Subject" not in letter
    assert json.loads(letter["Message"])["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_bucket(rig: Rig) -> None:
    """A bucket gets the message with the whole event in it, under a key that says mapping, shard and time."""
    s3 = rig.target.client("s3")
    s3.create_bucket(Bucket=rig.name)
    made = rig.make_mapping(
        rig.make_stream(), MaximumRetryAttempts=0, DestinationConfig=to(f"arn:aws:s3:::{rig.name}")
    )
    rig.put({"name": 1, "do": "raise"})
    found = eventually(
        lambda: s3.list_objects_v2(Bucket=rig.name).get("Contents"), within=PATIENCE, what="an object"
    )
    assert found
    [entry] = found
    kept = s3.get_object(Bucket=rig.name, Key=entry["Key"])
    letter = json.loads(kept["Body"].read())
    s3.delete_object(Bucket=rig.name, Key=entry["Key"])
    s3.delete_bucket(Bucket=rig.name)
    assert kept["ContentType"] == "application/octet-stream"
    assert entry["Key"].startswith(
        f"aws/lambda/{made['UUID']}/shardId-000000000000/{letter['timestamp'][:4]}/"
    )
    assert json.loads(letter["payload"]) == rig.calls()[0].event


def test_destination_gone(rig: Rig) -> None:
    """If the destination takes no message, the batch is done with all the same, and the failure counted."""
    queue, queue_arn = rig.make_queue()
    rig.sqs.delete_queue(QueueUrl=queue)
    rig.make_mapping(rig.make_stream(), BatchSize=1, MaximumRetryAttempts=0, DestinationConfig=to(queue_arn))
    rig.put({"name": 1, "do": "raise"}, {"name": 2})
    rig.await_names([1, 2])
    assert rig.metric("DestinationDeliveryFailures", FunctionName=rig.name)["Sum"] == 1
