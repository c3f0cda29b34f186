"""How times, counts and other people's bytes are printed."""

import json
from base64 import b64encode
from datetime import UTC, datetime

from tailrace.stream.tally import printable

WIDEST = 120


def moment(at: float | datetime) -> str:
    """Return a time (epoch seconds, or a datetime) in UTC, to the millisecond.

    >>> moment(1767323045.678)
    '2026-01-02T03:04:05.678Z'
    """
    when = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def plural(count: int, noun: str, ending: str = "s") -> str:
    """Return a count and its noun.

    >>> plural(1, "record"), plural(2000, "batch", "es")
    ('1 record', '2,000 batches')
    """
    return f"{count:,} {noun}{'' if count == 1 else ending}"


def shown(data: bytes, width: int = WIDEST) -> str:
    r"""Return bytes as a terminal can show them, cut to a width.

    >>> shown(b'{"id": 7}'), shown(b"\xff\x00")
    ('{"id": 7}', '2 bytes: ff00')
    """
    try:
        return printable(data.decode(), width)
    except UnicodeDecodeError:
        return printable(f"{plural(len(data), 'byte')}: {data.hex()}", width)


def as_json_fields(data: bytes) -> dict[str, object]:
    r"""Return bytes as a program reads them in JSON: `json`, or `text`, or `base64`.

    >>> as_json_fields(b'{"id": 7}'), as_json_fields(b"hello"), as_json_fields(b"\xff")
    ({'json': {'id': 7}}, {'text': 'hello'}, {'base64': '/w=='})
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}
    try:
        return {"json": json.loads(text)}
    except (ValueError, RecursionError):
        return {"text": text}
