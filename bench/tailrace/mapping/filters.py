"""Which records of a Kinesis source pass a mapping's filters.

A pattern sees the record as the event's `kinesis` object, with `data` decoded from base64 and parsed as JSON.
A record passes that matches one pattern. Data that is no JSON fails every pattern that asks about `data`;
other patterns judge it by the rest.
"""

import base64
import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Never

from tailrace.mapping.event import Record

type Matcher = Callable[[dict[str, Any], dict[str, Any]], bool]
"""Whether a pattern (EventBridge's language) matches an object."""


def record_filter(patterns: Iterable[str], matches: Matcher) -> Callable[[Record], bool]:
    """Make the test that a record has to pass; without patterns all pass."""
    parsed: list[dict[str, Any]] = [json.loads(pattern) for pattern in patterns]
    if not parsed:
        return lambda _: True
    judged = [(pattern, _asks_data(pattern)) for pattern in parsed]
    with_data = any(asks for _, asks in judged)

    def accepts(record: Record) -> bool:
        seen = _view(record, with_data=with_data)
        return any(matches(one, seen) for one, asks in judged if "data" in seen or not asks)

    return accepts


def alternatives(pattern: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the patterns of which one is enough."""
    return (one for one in pattern.get("$or", ()) if isinstance(one, dict))


def _asks_data(pattern: dict[str, Any]) -> bool:
    """Tell whether a pattern asks about `data`, perhaps in one of its alternatives only."""
    return "data" in pattern or any(map(_asks_data, alternatives(pattern)))


def _view(record: Record, *, with_data: bool) -> dict[str, Any]:
    """Show a record as a pattern sees it; without `data` if nobody asks or it is no JSON."""
    view: dict[str, Any] = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record.partition_key,
        "sequenceNumber": record.sequence_number,
        "approximateArrivalTimestamp": record.arrival,
    }
    if with_data:
        with contextlib.suppress(ValueError, RecursionError):  # the latter for nesting without end
            view["data"] = json.loads(base64.b64decode(record.data), parse_constant=_no_json)
    return view


def _no_json(constant: str) -> Never:
    """Refuse what Python reads and JSON does not know: NaN and the infinities."""
    raise ValueError(constant)
