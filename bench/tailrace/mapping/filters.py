"""Which records of a Kinesis source pass a mapping's filters.

A pattern sees the record as the event's `kinesis` object, with `data` decoded from base64 and parsed as JSON.
A record passes that matches one pattern. Data that is no JSON fails every pattern that asks about `data`;
other patterns judge it by the rest.
"""

import json
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Never

from tailrace.mapping.event import Record
from tailrace.mapping.patterns import alternatives, compiled


def _no_json(constant: str) -> Never:
    """Refuse what Python reads and JSON does not know: NaN and the infinities."""
    raise ValueError(constant)


_LOADS = json.JSONDecoder(parse_constant=_no_json).decode


def record_filter(patterns: Iterable[str]) -> Callable[[Record], bool]:
    """Make the test that a record has to pass; without patterns all pass. Raises PatternError."""
    parsed: list[dict[str, Any]] = [json.loads(pattern) for pattern in patterns]
    if not parsed:
        return lambda _: True
    asking = [compiled(pattern) for pattern in parsed if _asks_data(pattern)]
    others = [compiled(pattern) for pattern in parsed if not _asks_data(pattern)]

    def accepts(record: Record) -> bool:
        view: dict[str, Any] = {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": record.sequence_number,
            "approximateArrivalTimestamp": record.arrival,
        }
        if any(matches(view) for matches in others):
            return True
        if not asking:
            return False
        try:
            view["data"] = _LOADS(a2b_base64(record.data).decode())
        except (ValueError, RecursionError):  # the latter for nesting without end
            return False
        return any(matches(view) for matches in asking)

    return accepts


def _asks_data(pattern: Mapping[str, Any]) -> bool:
    """Tell whether a pattern asks about `data`, perhaps in one of its alternatives only."""
    return "data" in pattern or any(map(_asks_data, alternatives(pattern)))
