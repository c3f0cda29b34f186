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


_DECODER: Any = json.JSONDecoder(parse_constant=_no_json)


def _loads(text: str) -> Any:  # noqa: ANN401  any JSON
    """Read JSON; quickly, if nothing stands around it. Raises ValueError."""
    try:
        value, end = _DECODER.scan_once(text, 0)
    except StopIteration:
        end = -1
    return value if end == len(text) else _DECODER.decode(text)


def record_filter(patterns: Iterable[str]) -> Callable[[Record], bool]:
    """Make the test that a record has to pass; without patterns all pass. Raises PatternError."""
    parsed: list[dict[str, Any]] = [json.loads(pattern) for pattern in patterns]
    if not parsed:
        return lambda _: True
    asking = [compiled(pattern) for pattern in parsed if _asks_data(pattern)]
    others = [compiled(pattern) for pattern in parsed if not _asks_data(pattern)]
    only_data = all(list(pattern) == ["data"] for pattern in parsed)

    def accepts(record: Record) -> bool:
        view = {} if only_data else _metadata(record)
        for matches in others:
            if matches(view):
                return True
        if not asking:
            return False
        try:
            view["data"] = _loads(a2b_base64(record.data).decode())
        except (ValueError, RecursionError):  # the latter for nesting without end
            return False
        for matches in asking:  # noqa: SIM110  half of what `any` takes
            if matches(view):
                return True
        return False

    return accepts


def _metadata(record: Record) -> dict[str, Any]:
    return {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record.partition_key,
        "sequenceNumber": record.sequence_number,
        "approximateArrivalTimestamp": record.arrival,
    }


def _asks_data(pattern: Mapping[str, Any]) -> bool:
    """Tell whether a pattern asks about `data`, perhaps in one of its alternatives only."""
    return "data" in pattern or any(map(_asks_data, alternatives(pattern)))
