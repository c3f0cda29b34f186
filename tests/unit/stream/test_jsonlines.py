import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.jsonlines import read_line, read_raw

pytestmark = pytest.mark.unit


NOW = "2026-03-02T09:00:00+00:00"


def read(line: bytes, number: int = 1) -> Event:
    """Return the event on a line that has one."""
    event = read_line(number, line, NOW)
    assert isinstance(event, Event)
    return event


def test_an_event_with_id_and_time_stays_as_it_is() -> None:
    """Not a byte of a complete event is changed: neither its spaces nor its numbers."""
    line = b'{ "eventId": "e-1",  "timestamp": "2026-01-01T00:00:00Z", "userId": "u", "n": 1.10, "m": 1e400 }'
    assert read(line).data == line
    assert read(line) == Event(line, "u", "e-1", "?", 1, 1767225600.0)


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
    assert read(line) == Event(line, "u", None, "?", 1, None)


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
    assert read_line(3, line, NOW) == Unreadable(3, reason)


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


@pytest.mark.parametrize("line", [b"", b"\xff\x00", b"[1]", b'{"a": NaN}', b'{"eventId": 5}'])
def test_raw_lines_are_sent_as_they_stand(line: bytes) -> None:
    """RAW sends any bytes, with a key made from them."""
    event = read_raw(4, line)
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
