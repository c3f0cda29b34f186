"""Events from JSON Lines: a JSON object on each line."""

import json
import re
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NoReturn

from tailrace.stream.event import Event, Unreadable, partition_key

_OPENING = re.compile(rb"\s*\{")


def _no_such_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


_decode = json.JSONDecoder(parse_constant=_no_such_number).decode


def parse_object(line: bytes) -> dict[str, Any]:
    """Return the JSON object that a line is; ValueError with a reason if it is none."""
    try:
        value = _decode(line.decode())
    except RecursionError:
        raise ValueError("nested too deep") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start + 1}") from None
    if not isinstance(value, dict):
        kind = {list: "an array", str: "a string", type(None): "null", bool: "a truth value"}
        raise ValueError(f"{kind.get(type(value), 'a number')}, and an event is an object")  # noqa: TRY004  a reason, like the others
    return value


def own_time(value: object) -> float | None:
    """Return the epoch seconds of an ISO 8601 timestamp (UTC where it names no zone), or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _with(line: bytes, field: str, value: str) -> bytes:
    """Return the line with one more field in front; all its other bytes stay as they are.

    >>> _with(b'{"amount": 1.10}', "eventId", "e-1")
    b'{"eventId":"e-1","amount": 1.10}'
    """
    rest = _OPENING.sub(b"", line, count=1)
    comma = b"" if rest.lstrip().startswith(b"}") else b","
    return b"{%s:%s%s%s" % (json.dumps(field).encode(), json.dumps(value).encode(), comma, rest)


def read_line(number: int, line: bytes, read_at: str) -> Event | Unreadable:
    """Return the event on a line, as it stands there, but with the id and the time that it may lack.

    An id is made from the line and its number, so that a file sent twice gives the same events. A time is
    made (`read_at`, ISO 8601) only where there is no `timestamp` at all; an event whose timestamp cannot be
    read is sent as it stands, without an id from here: what becomes of it, the pipeline says.
    """
    try:
        body = parse_object(line)
    except ValueError as error:
        return Unreadable(number, f"not a JSON object: {error}")
    event_id = body.get("eventId")
    stamp = body.get("timestamp", read_at)
    at = own_time(stamp)
    data = line
    if "eventId" not in body and at is not None:
        event_id = blake2b(b"%d %b" % (number, line), digest_size=16).hexdigest()
        data = _with(data, "eventId", event_id)
    if "timestamp" not in body:
        data = _with(data, "timestamp", read_at)
    return _event(number, data, body, event_id, at)


def read_raw(number: int, line: bytes) -> Event:
    """Return a line as it stands, whatever it is."""
    try:
        body = parse_object(line)
    except ValueError:
        body = {}
    return _event(number, line, body, body.get("eventId"), own_time(body.get("timestamp")))


def _event(number: int, data: bytes, body: dict[str, Any], event_id: object, at: float | None) -> Event:
    known_id = event_id if isinstance(event_id, str) else None
    kind = body.get("eventType")
    key = partition_key(body.get("userId"), known_id, data)
    return Event(data, key, known_id, kind if isinstance(kind, str) else "?", number, at)
