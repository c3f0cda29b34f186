"""Fields of a JSON event, by name: `sensor`, or `meta.sensor` for one inside another."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

LONGEST_KEY = 256
"""Characters of a partition key; AWS refuses longer ones."""
_OPENING = re.compile(rb"\s*\{")
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""A number below this is a time in this part of a second: seconds, milli-, micro-, nanoseconds."""


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


def field(body: Mapping[str, Any], name: str) -> object:
    """Return the value of a field; None if there is none. A dot leads into an object, unless a name has it.

    >>> field({"meta": {"sensor": 7}}, "meta.sensor"), field({"a.b": 1}, "a.b"), field({}, "a.b")
    (7, 1, None)
    """
    if name in body:
        return body[name]
    outer, dot, inner = name.partition(".")
    inside = body.get(outer) if dot else None
    return field(inside, inner) if isinstance(inside, dict) else None


def text_of(value: object) -> str | None:
    """Return a text or a number as the text that an id or a partition key is; None for anything else.

    >>> text_of("s-1"), text_of(17), text_of(1.5), text_of(True), text_of("")
    ('s-1', '17', '1.5', None, None)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def key_of(value: object) -> str | None:
    """Return a value as a partition key; None if AWS would not take it."""
    text = text_of(value)
    return text if text and len(text) <= LONGEST_KEY and text.isprintable() else None


def iso_time(value: object) -> float | None:
    """Return the epoch seconds of an ISO 8601 timestamp (UTC where it names no zone), or None."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def any_time(value: object) -> float | None:
    """Return the epoch seconds of an ISO 8601 timestamp, or of a number of seconds, milliseconds or finer.

    >>> any_time("2026-01-01T00:00:00Z"), any_time(1767225600), any_time("1767225600123")
    (1767225600.0, 1767225600.0, 1767225600.123)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return next((value / part for bound, part in _UNITS if 0 <= value < bound), None)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{9,20}(\.[0-9]{1,9})?", value):
        return any_time(float(value))
    return iso_time(value)


def with_field(line: bytes, name: str, value: str) -> bytes:
    """Return the line with one more field in front; all its other bytes stay as they are.

    >>> with_field(b'{"amount": 1.10}', "eventId", "e-1")
    b'{"eventId":"e-1","amount": 1.10}'
    """
    rest = _OPENING.sub(b"", line, count=1)
    comma = b"" if rest.lstrip().startswith(b"}") else b","
    return b"{%s:%s%s%s" % (json.dumps(name).encode(), json.dumps(value).encode(), comma, rest)
