import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.jsonevents import FieldNames, JsonEvents, TimeSource, read_raw_line, with_contents
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.recorded import line_of
from tailrace.stream.recorded import read_line as read_recorded

pytestmark = pytest.mark.unit


NOW = "2026-03-02T09:00:00+00:00"
CLOCK = TimeSource(lambda: NOW, "the time of reading")


def read(line: bytes, number: int = 1, **named: str) -> Event:
    """Return the event on a line that has one; `named` are names of fields."""
    event = JsonEvents(FieldNames(**named), CLOCK).read_line(number, line)
    assert isinstance(event, Event)
    return event


def test_an_event_with_id_and_time_stays_as_it_is() -> None:
    """Not a byte of a complete event is changed: neither its spaces nor its numbers."""
    line = b'{ "eventId": "e-1",  "timestamp": "2026-01-01T00:00:00Z", "userId": "u", "n": 1.10, "m": 1e400 }'
    assert read(line).data == line
    assert read(line) == Event(line, "u", "e-1", None, 1, 1767225600.0)


def test_a_missing_id_is_given() -> None:
    """An event without an id gets one, and keeps all its other bytes."""
    event = read(b'{"timestamp": "2026-01-01T00:00:00Z", "amount": 1.10}')
    assert event.event_id is not None
    rest = b'"timestamp": "2026-01-01T00:00:00Z", "amount": 1.10}'
    assert event.data == b'{"eventId":"%s",%s' % (event.event_id.encode(), rest)


def test_the_same_file_gives_the_same_ids() -> None:
    """A given id depends on the line and its number, and on nothing else."""
    line = b'{"timestamp": "2026-01-01T00:00:00Z"}'
    assert read(line, 7).event_id == read(line, 7).event_id
    assert len({read(line, 7).event_id, read(line, 8).event_id, read(line + b" ", 7).event_id}) == 3


def test_a_missing_time_is_given() -> None:
    """An event without a timestamp gets the time at which it is read."""
    event = read(b'{"eventId": "e-1"}')
    assert json.loads(event.data) == {"eventId": "e-1", "timestamp": NOW}
    assert json.loads(read(b" {} ").data).keys() == {"eventId", "timestamp"}


@pytest.mark.parametrize("stamp", ['"yesterday"', "17", "null"])
def test_an_unusable_time_is_sent_as_it_is(stamp: str) -> None:
    """What the pipeline makes of a timestamp that cannot be read is the pipeline's to say."""
    line = f'{{"timestamp": {stamp}, "userId": "u"}}'.encode()
    note = "its timestamp is not ISO 8601: sent as it stands, without an id from here"
    assert read(line) == Event(line, "u", None, None, 1, None, notes=(note,))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1]", "not a JSON object: an array, and an event is an object"),
        (b'"word"', "not a JSON object: a string, and an event is an object"),
        (b"17", "not a JSON object: a number, and an event is an object"),
        (b"null", "not a JSON object: null, and an event is an object"),
        (b'{"a": \xff}', "not a JSON object: not UTF-8 at byte 7"),
        (b'{"a": NaN}', "not a JSON object: NaN is no JSON"),
        (b'{"a": 1', "not a JSON object: Expecting ',' delimiter: line 1 column 8 (char 7)"),
        (b'{"a":' * 100_000, "not a JSON object: nested too deep"),
    ],
)
def test_a_line_that_is_no_object_is_reported(line: bytes, reason: str) -> None:
    """It is reported with its number and the reason."""
    assert JsonEvents(FieldNames(), CLOCK).read_line(3, line) == Unreadable(3, reason)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"userId": "user_1", "eventId": "e-1"}, "user_1"),
        ({"userId": 17, "eventId": "e-1"}, "17"),
        ({"userId": "", "eventId": "e-1"}, "e-1"),
        ({"userId": None, "eventId": "e-1"}, "e-1"),
        ({"userId": True, "eventId": "e-1"}, "e-1"),
        ({"userId": "u" * 257, "eventId": "e-1"}, "e-1"),
        ({"userId": "u" * 256, "eventId": "e-1"}, "u" * 256),
    ],
)
def test_the_key_is_the_user(body: dict[str, Any], key: str) -> None:
    """Events are keyed by user, as in the recipe; by their id where there is none that AWS takes as a key."""
    assert read(json.dumps(body).encode()).key == key


@pytest.mark.parametrize("line", [b"", b"\xff\x00", b"[1]", b'{"a": NaN}', b'{"eventId": null}'])
def test_raw_lines_are_sent_as_they_stand(line: bytes) -> None:
    """RAW sends any bytes, with a key made from them."""
    event = read_raw_line(4, line, FieldNames())
    assert (event.data, event.event_id, event.line) == (line, None, 4)
    assert len(event.key) == 32


OBJECTS = st.dictionaries(
    st.text(max_size=8) | st.sampled_from(["eventId", "userId", "eventType", "timestamp"]),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
)


@given(OBJECTS, st.booleans())
def test_any_object_survives(body: dict[str, Any], ascii_only: bool) -> None:  # noqa: FBT001  drawn
    """What is sent is the object of the line, at most with an id and a time more; AWS takes its key."""
    event = read(json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))
    sent = json.loads(event.data)
    assert {name: value for name, value in sent.items() if name in body} == body
    assert sent.keys() - body.keys() <= {"eventId", "timestamp"}
    assert 1 <= len(event.key) <= 256
    event.key.encode()


def test_a_strangers_fields() -> None:
    """Named fields give key, id and time, numbers too and nested ones; all other bytes stay as they are."""
    line = b'{"meta": {"sensor": 17, "n": 1.50}, "reading": 4711, "at": 1767225600123}'
    event = read(line, key="meta.sensor", event_id="reading", time="at")
    stamp = "2026-01-01T00:00:00.123+00:00"
    assert event.data == b'{"timestamp":"%s","eventId":"4711",%s' % (stamp.encode(), line[1:])
    assert (event.key, event.event_id, event.at, event.notes) == ("17", "4711", 1767225600.123, ())


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("1767225600", 1767225600.0),
        ("1767225600.25", 1767225600.25),
        ("1767225600250", 1767225600.25),
        ("1767225600250000", 1767225600.25),
        ('"1767225600"', 1767225600.0),
        ('"2026-01-01T01:00:00+01:00"', 1767225600.0),
        ('"2026-01-01 00:00:00"', 1767225600.0),
    ],
)
def test_a_time_in_any_unit(value: str, at: float) -> None:
    """Epoch seconds, milli- and microseconds, as numbers or texts, and ISO 8601 are times."""
    event = read(b'{"ts": %s}' % value.encode(), time="ts")
    assert event.at == at
    assert datetime.fromisoformat(json.loads(event.data)["timestamp"]).replace(tzinfo=UTC).timestamp() in {
        at,
        at + 3600,  # the zone that the text itself names
    }


def test_fields_that_are_missing() -> None:
    """What a line lacks is replaced, and a note says by what; the line next to it is not touched."""
    whole = read(b'{"s": "a", "id": "x", "ts": 1767225600}', key="s", event_id="id", time="ts")
    assert whole.notes == ()
    event = read(b'{"s": {}, "id": null, "ts": "soon"}', key="s", event_id="id", time="ts")
    assert event.key == event.event_id
    assert json.loads(event.data)["timestamp"] == NOW
    assert event.notes == (
        "no id: an id is made from the line and its number",
        "no ts: the time of reading is used",
        "no s: the partition key is the event's id, so no order is kept",
    )


def test_the_pipelines_own_fields_come_first() -> None:
    """An event that has an eventId and a timestamp is stored by these, whatever else was named."""
    line = b'{"eventId": "e-1", "timestamp": "2026-01-01T00:00:00Z", "id": "x", "s": "a"}'
    event = read(line, key="s", event_id="id")
    assert (event.data, event.event_id, event.key) == (line, "e-1", "a")
    assert event.notes == ("it has an eventId, which the pipeline reads instead of id",)


def test_raw_lines_have_keys_too() -> None:
    """With RAW the named fields are read, and not a byte is added."""
    line = b'{"s": 5, "id": 7, "ts": 1767225600}'
    event = read_raw_line(1, line, FieldNames("s", "id", "ts"))
    assert event == Event(line, "5", "7", None, 1, 1767225600.0)


def test_what_a_recorded_record_holds_is_known() -> None:
    """The id and type of an event are those in its bytes; bytes that are no event have none."""
    for data, known in (
        (b'{"eventId": "e-1", "eventType": "click"}', ("e-1", "click")),
        (b"\x00", (None, None)),
    ):
        recorded = read_recorded(3, line_of(0, "k", data))
        assert isinstance(recorded, Event)
        event = with_contents(recorded)
        assert (event.event_id, event.group) == known
        assert (event.key, event.recorded) == ("k", True)
