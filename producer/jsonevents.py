"""Events from JSON Lines: an object on each line, given the id and the time that the pipeline asks for.

`PARTITION_KEY=`, `EVENT_ID=` and `TIMESTAMP=` name the fields of somebody else's events. Where an event lacks
one, something else is used, and the event carries a note that says so.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.json_fields import any_time, field, iso_time, key_of, parse_object, text_of, with_field
from tailrace.stream.json_lines import Fields, JsonLines, as_it_stands, digest
from tailrace.stream.lines import STANDARD_INPUT, may_wait


class FieldNames(NamedTuple):
    """Names of fields, dotted for nested ones; empty where none was named."""

    key: str = ""
    event_id: str = ""
    time: str = ""


RECIPE = Fields("userId", "eventId", "timestamp", "eventType")


class TimeSource(NamedTuple):
    """The time for events that have none, in ISO 8601, and what it is called."""

    read: Callable[[], str]
    name: str


def clock_of(source: str) -> TimeSource:
    """Return a file's time of change, so that a file sent twice is the same; of a pipe the present."""
    if may_wait(source) or source == STANDARD_INPUT:
        return TimeSource(lambda: _stamp(datetime.now(UTC).timestamp()), "the time of reading")
    changed = _stamp(Path(source).stat().st_mtime)
    return TimeSource(lambda: changed, "the file's time of change")


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


class JsonEvents(JsonLines):
    """Reads JSON Lines, and adds what the pipeline asks for."""

    def __init__(self, named: FieldNames, clock: TimeSource) -> None:
        super().__init__(Fields())
        self._named = named
        self._clock = clock

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the event on a line, as it stands there, but with the id and the time that it may lack.

        An id is made from the line and its number where no field has it, so that a file sent twice gives the
        same events. An event whose `timestamp` the pipeline cannot read is sent as it stands, without an id
        from here: what becomes of it, the pipeline says.
        """
        try:
            body = parse_object(line)
        except ValueError as error:
            return Unreadable(number, f"not a JSON object: {error}")
        notes: list[str] = []
        data = line
        event_id, made = self._id(body, number, line, notes)
        if made:
            data = with_field(data, "eventId", made)
        at, stamp = self._time(body, notes)
        if stamp:
            data = with_field(data, "timestamp", stamp)
        key = self._key(body, event_id, data, notes)
        return Event(data, key, event_id, group_of(body), number, at, notes=tuple(notes))

    def _id(self, body: dict[str, Any], number: int, line: bytes, notes: list[str]) -> tuple[str | None, str]:
        """Return the event's id, and the one to add to it; neither where it would not be stored with one."""
        named = self._named.event_id
        if "eventId" in body:
            own = body["eventId"]
            if named not in {"", "eventId"}:
                notes.append(f"it has an eventId, which the pipeline reads instead of {named}")
            return own if isinstance(own, str) else None, ""
        if "timestamp" in body and iso_time(body["timestamp"]) is None:
            notes.append("its timestamp is not ISO 8601: sent as it stands, without an id from here")
            return None, ""
        found = text_of(field(body, named)) if named else None
        if found is None:
            notes.append(f"no {named or 'eventId'}: an id is made from the line and its number")
            found = blake2b(b"%d %b" % (number, line), digest_size=16).hexdigest()
        return found, found

    def _time(self, body: dict[str, Any], notes: list[str]) -> tuple[float | None, str]:
        """Return the event's own time, and the timestamp to add to it."""
        named = self._named.time
        value = field(body, named) if named else None
        at = any_time(value)
        if "timestamp" in body:
            if named and at is None:
                notes.append(f"no time in {named}: its timestamp is used")
            return iso_time(body["timestamp"]) if at is None else at, ""
        if at is None:
            notes.append(f"no {named or 'timestamp'}: {self._clock.name} is used")
            stamp = self._clock.read()
            return iso_time(stamp), stamp
        if isinstance(value, str) and iso_time(value) is not None:
            return at, value
        return at, _stamp(at)

    def _key(self, body: dict[str, Any], event_id: str | None, data: bytes, notes: list[str]) -> str:
        """Return the partition key: the named field, or the user as in the recipe; else id or digest."""
        name = self._named.key or "userId"
        key = key_of(field(body, name))
        if key is None:
            hint = "" if self._named.key else " (PARTITION_KEY= names another field)"
            notes.append(f"no {name}{hint}: the partition key is the event's id, so no order is kept")
        return key or key_of(event_id) or digest(data)


def read_raw_line(number: int, line: bytes, named: FieldNames) -> Event:
    """Return a line as it stands, with what the named fields say, else the recipe's."""
    own = RECIPE
    fields = Fields(named.key or own.key, named.event_id or own.event_id, named.time or own.time, own.group)
    event = as_it_stands(number, line, fields)
    return event if named.event_id else with_contents(event)


def with_contents(event: Event) -> Event:
    """Return an event with the id and the group that its bytes say, if they are an event."""
    try:
        body = parse_object(event.data)
    except ValueError:
        return event
    return replace(event, event_id=_own_id(body), group=group_of(body))


def group_of(body: dict[str, Any]) -> str | None:
    """Return what a summary counts an event under: its `eventType`, if it has one."""
    kind = body.get("eventType")
    return kind if isinstance(kind, str) else None


def _own_id(body: dict[str, Any]) -> str | None:
    own = body.get("eventId")
    return own if isinstance(own, str) else None
