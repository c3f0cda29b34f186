"""Which metrics a request gives (8.2)."""

from collections.abc import Iterable
from typing import Any

import pytest

from tailrace.kinesis import measures
from tailrace.kinesis.errors import (
    AlreadySubscribedError,
    LimitExceededError,
    ResourceInUseError,
    ThroughputExceededError,
)
from tailrace.kinesis.measures import StreamSample
from tailrace.protocol.errors import RequestError

pytestmark = pytest.mark.unit

SHARD, OTHER = "shardId-000000000000", "shardId-000000000001"
REFUSAL = ThroughputExceededError(SHARD, "clicks", "111122223333")
THROTTLE = {"ErrorCode": REFUSAL.code, "ErrorMessage": REFUSAL.message}
FAULT = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure."}
ENTRY = {"Data": "YWJj", "PartitionKey": "ü"}  # 3 bytes and 2


def values(samples: Iterable[StreamSample]) -> dict[str, float]:
    """Give the values by name; a sample of a shard or consumer has that before it."""
    return {":".join([*(s.dimension or ())[1:], s.name]): s.value for s in samples}


def test_put_record() -> None:
    """A record that was taken counts, with the bytes of data and key."""
    answer = {"ShardId": SHARD, "SequenceNumber": "1"}
    assert values(measures.put("PutRecord", ENTRY, answer, 2.5)) == {
        "IncomingRecords": 1,
        "IncomingBytes": 5,
        "WriteProvisionedThroughputExceeded": 0,
        "PutRecord.Bytes": 5,
        "PutRecord.Latency": 2.5,
        "PutRecord.Success": 1,
    }


def test_a_throttled_put_record() -> None:
    """A record for which there was no room counts as refused, of the stream and of its shard."""
    found = values(measures.put("PutRecord", ENTRY, REFUSAL, 1.0))
    assert (found["IncomingRecords"], found["PutRecord.Success"]) == (0, 0)
    assert found["WriteProvisionedThroughputExceeded"] == 1
    assert values(measures.put_by_shard("PutRecord", ENTRY, REFUSAL)) == {
        f"{SHARD}:IncomingRecords": 0,
        f"{SHARD}:IncomingBytes": 0,
        f"{SHARD}:WriteProvisionedThroughputExceeded": 1,
    }


def test_put_records() -> None:
    """Each record of a put counts as it ended: taken, throttled, or failed."""
    request = {"Records": [ENTRY] * 4}
    taken = {"ShardId": SHARD, "SequenceNumber": "1"}
    answer = {"FailedRecordCount": 2, "Records": [taken, THROTTLE, FAULT, taken | {"ShardId": OTHER}]}
    found = values(measures.put("PutRecords", request, answer, 1.0))
    assert found | {"PutRecords.Latency": 1.0} == {
        "IncomingRecords": 2,
        "IncomingBytes": 10,
        "WriteProvisionedThroughputExceeded": 1,
        "PutRecords.Bytes": 10,
        "PutRecords.Latency": 1.0,
        "PutRecords.Success": 1,
        "PutRecords.TotalRecords": 4,
        "PutRecords.SuccessfulRecords": 2,
        "PutRecords.FailedRecords": 1,
        "PutRecords.ThrottledRecords": 1,
    }
    assert values(measures.put_by_shard("PutRecords", request, answer)) == {
        f"{SHARD}:IncomingRecords": 1,
        f"{SHARD}:IncomingBytes": 5,
        f"{SHARD}:WriteProvisionedThroughputExceeded": 1,
        f"{OTHER}:IncomingRecords": 1,
        f"{OTHER}:IncomingBytes": 5,
        f"{OTHER}:WriteProvisionedThroughputExceeded": 0,
    }


def test_get_records() -> None:
    """A read counts what it gave, of the stream and of the shard; a throttled one only that."""
    answer: dict[str, Any] = {"Records": [ENTRY, ENTRY], "MillisBehindLatest": 3000}
    assert values(measures.read(answer, 1.5)) == {
        "GetRecords.Success": 1,
        "GetRecords.Latency": 1.5,
        "ReadProvisionedThroughputExceeded": 0,
        "GetRecords.Records": 2,
        "GetRecords.Bytes": 6,
        "GetRecords.IteratorAgeMilliseconds": 3000,
    }
    assert values(measures.read_by_shard(answer, SHARD))[f"{SHARD}:OutgoingBytes"] == 6
    assert values(measures.read_by_shard(REFUSAL, SHARD)) == {f"{SHARD}:ReadProvisionedThroughputExceeded": 1}
    assert values(measures.read(REFUSAL, 1.0)) == {
        "GetRecords.Success": 0,
        "GetRecords.Latency": 1.0,
        "ReadProvisionedThroughputExceeded": 1,
    }


def test_efo_samples() -> None:
    """One sample an event, also of one without records: Success 1, Bytes 0, Records 0 (recorded)."""
    event = {"Records": [], "MillisBehindLatest": 0}
    assert values(measures.sent(event, "app")) == {
        "app:SubscribeToShardEvent.Success": 1,
        "app:SubscribeToShardEvent.Records": 0,
        "app:SubscribeToShardEvent.Bytes": 0,
        "app:SubscribeToShardEvent.MillisBehindLatest": 0,
    }


@pytest.mark.parametrize(
    ("refusal", "success", "too_often"),
    [
        (None, 1, 0),
        (AlreadySubscribedError("again"), 0, 1),
        (LimitExceededError("too often"), 0, 1),
        (ResourceInUseError("not ACTIVE"), 0, 0),
    ],
)
def test_subscribe_to_shard(refusal: RequestError | None, success: int, too_often: int) -> None:
    """A subscription counts as begun or refused, and as too many where the consumer has one already."""
    assert values(measures.subscribed("app", refusal)) == {
        "app:SubscribeToShard.Success": success,
        "app:SubscribeToShard.RateExceeded": too_often,
    }


def test_the_natural_end_of_a_subscription() -> None:
    """After its five minutes a subscription has one more Success sample, of 0 (recorded)."""
    assert values(measures.expired("app")) == {"app:SubscribeToShardEvent.Success": 0}
