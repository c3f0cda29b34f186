"""Which records pass a mapping's filters."""

import base64
import json
from typing import Any

import pytest

from tailrace.mapping.filters import record_filter
from tests.unit.mapping.history import Item

pytestmark = pytest.mark.unit


def record(data: bytes, key: str = "key") -> Item:
    """Make a record with this data."""
    return Item("1", 0.0, partition_key=key, data=base64.b64encode(data).decode())


def passes(one: Item, *patterns: dict[str, Any]) -> bool:
    """Ask whether a record passes these filters."""
    return record_filter([json.dumps(pattern) for pattern in patterns])(one)


def test_no_filter() -> None:
    """Without filters everything passes."""
    assert passes(record(b"no JSON"))


def test_data_is_decoded() -> None:
    """A pattern on data sees the JSON that the bytes hold."""
    pattern = {"data": {"kind": ["purchase"]}}
    assert passes(record(b'{"kind":"purchase"}'), pattern)
    assert not passes(record(b'{"kind":"view"}'), pattern)


def test_metadata() -> None:
    """A pattern may ask for the partition key."""
    pattern = {"partitionKey": ["a"]}
    assert passes(record(b"no JSON", key="a"), pattern)
    assert not passes(record(b"{}", key="b"), pattern)


def test_no_json() -> None:
    """Data that is no JSON is dropped by every pattern that asks for data, whatever it asks."""
    for data in (b"no JSON", b"\xff\xfe", b"", b'{"a":NaN}', b"-Infinity", b"[" * 100_000 + b"]" * 100_000):
        assert not passes(record(data), {"data": {}})


def test_any_of_several() -> None:
    """Filters are alternatives: data that is no JSON may still pass by another one."""
    patterns = {"data": {"kind": ["purchase"]}}, {"partitionKey": ["a"]}
    assert passes(record(b"no JSON", key="a"), *patterns)
    assert passes(record(b'{"kind":"purchase"}', key="b"), *patterns)
    assert not passes(record(b'{"kind":"view"}', key="b"), *patterns)


def test_alternatives_in_a_pattern() -> None:
    """A pattern asks about data too where one of its alternatives does; what is no JSON fails it whole."""
    pattern = {"$or": [{"data": {"kind": ["purchase"]}}, {"partitionKey": ["a"]}]}
    assert passes(record(b'{"kind":"purchase"}', key="b"), pattern)
    assert passes(record(b'{"kind":"view"}', key="a"), pattern)
    assert not passes(record(b'{"kind":"view"}', key="b"), pattern)
    assert not passes(record(b"no JSON", key="a"), pattern)
