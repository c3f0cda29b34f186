"""A line of a recording: a record that stood in a stream, with its key and its time of arrival.

JSON Lines, in the order of arrival: {"at": "2026-01-02T03:04:05.678+00:00", "partitionKey": "user_1",
"data": "<base64>"}. A line is one if it has these three fields and no other.
"""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.json_fields import LONGEST_KEY, iso_time, parse_object

FIELDS = {"at", "partitionKey", "data"}


def line_of(at: float, key: str, data: bytes) -> bytes:
    """Return the line of one record, without its end; `at` is its arrival in epoch seconds.

    >>> line_of(1767323045.678, "user_1", b"{}")
    b'{"at":"2026-01-02T03:04:05.678+00:00","partitionKey":"user_1","data":"e30="}'
    """
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    record = {"at": moment, "partitionKey": key, "data": b64encode(data).decode()}
    return json.dumps(record, separators=(",", ":")).encode()


def is_recorded(line: bytes) -> bool:
    """Tell whether a line is one of a recording."""
    try:
        return parse_object(line).keys() == FIELDS
    except ValueError:
        return False


def read_line(number: int, line: bytes) -> Event | Unreadable:
    """Return the record on a line: its bytes and its key as they were recorded, its arrival as its time.

    Nothing is said here of what stands in it: it has no id and no group.
    """
    try:
        at, key, data = _parts(parse_object(line))
    except ValueError as error:
        return Unreadable(number, f"not a line of a recording: {error}")
    return Event(data, key, None, None, number, at, recorded=True)


def _parts(record: dict[str, Any]) -> tuple[float, str, bytes]:
    if record.keys() != FIELDS:
        raise ValueError("not the fields of a recorded record")
    at, key, data = iso_time(record["at"]), record["partitionKey"], record["data"]
    if at is None:
        raise ValueError("its at is no time in ISO 8601")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"its partitionKey is no text of 1 to {LONGEST_KEY} characters")
    if any("\ud800" <= character <= "\udfff" for character in key):
        raise ValueError("its partitionKey holds half of a surrogate pair, which is no Unicode")
    if not isinstance(data, str):
        raise ValueError("its data is no base64")  # noqa: TRY004  a reason, like the others
    return at, key, b64decode(data, validate=True)


class RecordedLines:
    """Reads a recording."""

    name = "a recording"

    def fits(self, line: bytes) -> bool:
        """Tell whether a line has a recording's fields."""
        return is_recorded(line)

    def complaint(self, line: bytes) -> str:  # noqa: ARG002  one of several formats
        """Say nothing: a line that is almost one is JSON Lines."""
        return ""

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the record on a line."""
        return read_line(number, line)
