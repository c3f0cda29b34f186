"""The event, byte for byte."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tailrace.mapping.event import LIMIT, EventScale, Source, event, fits

pytestmark = pytest.mark.unit
patient = examples(deadline=None)  # a busy machine is no failure
SOURCE = Source(
    stream_arn="arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream",
    region="us-east-2",
    shard_id="shardId-000000000006",
    role_arn="arn:aws:iam::123456789012:role/lambda-role",
)


class Record(NamedTuple):
    """A record as the engine keeps it."""

    sequence_number: str
    partition_key: str
    data: str
    arrival: float


records = st.builds(
    Record,
    sequence_number=st.integers(0, 10**56 - 1).map(lambda number: f"{number:056d}"),
    partition_key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256),
    data=st.text("ABCabc+/=", max_size=50),
    arrival=st.integers(10**12, 10**13 - 1).map(lambda ms: ms / 1000),
)


def test_documented_example() -> None:
    """AWS's documented example, with its keys in their order and nothing between them."""
    record = Record(
        sequence_number="49590338271490256608559692538361571095921575989136588898",
        partition_key="1",
        data="SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
        arrival=1545084650.987,
    )
    assert event(SOURCE, [record]).decode() == (
        '{"Records":[{'
        '"kinesis":{'
        '"kinesisSchemaVersion":"1.0",'
        '"partitionKey":"1",'
        '"sequenceNumber":"49590338271490256608559692538361571095921575989136588898",'
        '"data":"SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",'
        '"approximateArrivalTimestamp":1545084650.987},'
        '"eventSource":"aws:kinesis",'
        '"eventVersion":"1.0",'
        '"eventID":"shardId-000000000006:49590338271490256608559692538361571095921575989136588898",'
        '"eventName":"aws:kinesis:record",'
        '"invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role",'
        '"awsRegion":"us-east-2",'
        '"eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"}]}'
    )


@given(st.lists(records, min_size=1, max_size=5))
@patient
def test_any_partition_key(batch: list[Record]) -> None:
    """Whatever the partition keys, the event is JSON that says what the records said."""
    read = json.loads(event(SOURCE, batch))["Records"]
    assert [one["kinesis"]["partitionKey"] for one in read] == [record.partition_key for record in batch]
    assert [one["kinesis"]["data"] for one in read] == [record.data for record in batch]
    assert [one["kinesis"]["approximateArrivalTimestamp"] for one in read] == [one.arrival for one in batch]


@given(st.lists(records, min_size=1, max_size=5))
@patient
def test_weight(batch: list[Record]) -> None:
    """Records weigh what the event has in bytes: weighing decides as writing would."""
    weigh = EventScale(SOURCE)
    weight = sum(weigh(record) for record in batch)
    size = len(event(SOURCE, batch))
    assert fits(weight + LIMIT - size)
    assert not fits(weight + LIMIT - size + 1)


def test_half_a_surrogate_pair() -> None:
    """A key that UTF-8 cannot say is delivered with a `?`; it must not stop its shard for ever."""
    record = Record("1", "a\ud800b", "QQ==", 1_700_000_000.0)
    written = event(SOURCE, [record])
    assert json.loads(written)["Records"][0]["kinesis"]["partitionKey"] == "a?b"
    assert fits(EventScale(SOURCE)(record) + LIMIT - len(written))
    assert not fits(EventScale(SOURCE)(record) + LIMIT - len(written) + 1)
