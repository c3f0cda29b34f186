"""Events from JSON Lines: an object on each line, sent as it stands."""

from hashlib import blake2b
from typing import Any, NamedTuple

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.json_fields import any_time, field, key_of, parse_object, text_of


class Fields(NamedTuple):
    """Names of fields, dotted for nested ones; empty where there is none."""

    key: str = ""
    """Of the partition key."""
    event_id: str = ""
    time: str = ""
    group: str = ""
    """Of what a summary counts an event under."""


class JsonLines:
    """Reads JSON Lines."""

    name = "JSON Lines"

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def fits(self, line: bytes) -> bool:
        """Tell whether a line is a JSON object."""
        try:
            parse_object(line)
        except ValueError:
            return False
        return True

    def complaint(self, line: bytes) -> str:
        """Say what is wrong with a line that begins as an object does."""
        read = self.read_line(1, line) if line.lstrip().startswith(b"{") else None
        return read.reason if isinstance(read, Unreadable) else ""

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the event on a line."""
        try:
            body = parse_object(line)
        except ValueError as error:
            return Unreadable(number, f"not a JSON object: {error}")
        return _event(number, line, body, self._fields)


def as_it_stands(number: int, line: bytes, fields: Fields) -> Event:
    """Return a line as an event, whatever it is; its fields are read if it is a JSON object."""
    try:
        body = parse_object(line)
    except ValueError:
        body = {}
    return _event(number, line, body, fields)


def _event(number: int, line: bytes, body: dict[str, Any], fields: Fields) -> Event:
    event_id = text_of(field(body, fields.event_id))
    key = key_of(field(body, fields.key))
    notes: tuple[str, ...] = ()
    if fields.key and not key:
        instead = "the event's id" if key_of(event_id) else "made from the event's bytes"
        notes = (f"no {fields.key}: the partition key is {instead}, so no order is kept",)
    group = field(body, fields.group)
    return Event(
        line,
        key or key_of(event_id) or digest(line),
        event_id,
        group if isinstance(group, str) else None,
        number,
        any_time(field(body, fields.time)),
        notes=notes,
    )


def digest(data: bytes) -> str:
    """Return the partition key of bytes that name none."""
    return blake2b(data, digest_size=16).hexdigest()
