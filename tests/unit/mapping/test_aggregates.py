"""Aggregates of the Kinesis Producer Library, as Lambda takes them apart for a consumer."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import partial

import pytest

from tailrace.kinesis.engine import Record
from tailrace.kinesis.hashkeys import SPACE, HashKeyRange
from tailrace.mapping.aggregates import deaggregated
from tailrace.mapping.rules.actions import Invoke, Read, Work
from tailrace.mapping.rules.shard import Remains, ShardReader
from tailrace.mapping.settings import MappingSettings

pytestmark = pytest.mark.unit
ALL = HashKeyRange(0, SPACE - 1)


def field(number: int, value: bytes | int) -> bytes:
    """Write one field of a protobuf message; lengths below 128."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def aggregate(
    *records: bytes, keys: tuple[bytes, ...] = (b"a", b"b"), hashes: tuple[bytes, ...] = ()
) -> Record:
    """Write an aggregate as the library does."""
    message = b"".join(field(1, key) for key in keys) + b"".join(field(2, one) for one in hashes)
    message += b"".join(field(3, record) for record in records)
    content = bytes.fromhex("f3899ac2") + message + hashlib.md5(message, usedforsecurity=False).digest()
    return outer(content)


def outer(content: bytes) -> Record:
    """Make the record that holds it."""
    return Record("49", "outer", b64encode(content).decode(), 5.0)


def test_taken_apart() -> None:
    """Inner records have their own keys and data, in order, and share sequence number and arrival."""
    record = aggregate(field(1, 0) + field(3, b"one"), field(1, 1) + field(3, b"two"))
    assert deaggregated(record, ALL) == [
        Record("49", "a", b64encode(b"one").decode(), 5.0),
        Record("49", "b", b64encode(b"two").decode(), 5.0),
    ]


@pytest.mark.parametrize(
    "content",
    [b"plain", bytes.fromhex("f3899ac2"), bytes.fromhex("f3899ac2") + b"x" * 20, bytes.fromhex("f3899ac1")],
)
def test_what_is_none_stays(content: bytes) -> None:
    """A record that is no whole aggregate is delivered as it is."""
    assert deaggregated(outer(content), ALL) == [outer(content)]


def test_an_explicit_hash_outside_the_shard() -> None:
    """An explicit hash key outside the shard keeps the whole aggregate back (recorded second hand)."""
    record = aggregate(field(1, 0) + field(2, 0) + field(3, b"one"), hashes=(b"50",))
    assert len(deaggregated(record, HashKeyRange(50, 99))) == 1
    assert deaggregated(record, HashKeyRange(51, 99)) == []


@pytest.mark.parametrize(
    ("expand", "keys"),
    [(None, ["outer"]), (partial(deaggregated, keys=ALL), ["a", "b"])],
    ids=["stream", "consumer"],
)
def test_by_stream_and_by_consumer(
    expand: Callable[[Record], Iterable[Record]] | None, keys: list[str]
) -> None:
    """By its stream an aggregate is delivered as one opaque record, by a consumer in parts (recorded)."""
    record = aggregate(field(1, 0) + field(3, b"one"), field(1, 1) + field(3, b"two"))
    reader: ShardReader[Record] = ShardReader(
        MappingSettings(),
        Remains(0),
        weigh=lambda _: 1,
        accepts=lambda _: True,
        expand=expand,
        new_request_id=lambda: "id",
        retention=86_400,
    )
    assert isinstance(reader.step(5.0), Read)
    reader.receive(0, [record], 5.0)
    work = reader.step(5.0)
    assert isinstance(work, Work)
    assert isinstance(work.action, Invoke)
    assert [one.partition_key for one in work.action.records] == keys
    assert {one.sequence_number for one in work.action.records} == {"49"}
