import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.files import Undelivered
from tailrace.stream.pace import ReplayPace
from tailrace.stream.recorded import is_recorded, line_of, read_line
from tailrace.stream.rules import GivenUp

pytestmark = pytest.mark.unit
AT = 1767323045.678
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
MILLISECONDS = st.integers(0, 4_000_000_000_000)


@given(MILLISECONDS, KEYS, st.binary(max_size=200))
def test_a_record_is_read_as_it_was_written(milliseconds: int, key: str, data: bytes) -> None:
    """Bytes, key and time of whatever stood in a stream come back, to the millisecond."""
    line = line_of(milliseconds / 1000, key, data)
    event = read_line(1, line)
    assert isinstance(event, Event)
    assert b"\n" not in line
    assert (event.data, event.key) == (data, key)
    assert event.at == pytest.approx(milliseconds / 1000, abs=0.0006)


def test_a_recording_is_told_by_its_fields() -> None:
    """The three fields make it a recording; an event that has one more is JSON Lines."""
    line = line_of(AT, "k", b"\xff")
    assert is_recorded(line)
    assert not is_recorded(json.dumps({**json.loads(line), "eventId": "e-1"}).encode())


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"at": "yesterday"}, "its at is no time"),
        ({"at": 7}, "its at is no time"),
        ({"partitionKey": ""}, "its partitionKey"),
        ({"partitionKey": "k\ud800"}, "its partitionKey holds half of a surrogate pair"),
        ({"partitionKey": "k" * 257}, "its partitionKey"),
        ({"data": "no base64!"}, "not a line of a recording"),
        ({"data": 7}, "its data is no base64"),
        ({"more": 1}, "not the fields"),
    ],
)
def test_a_damaged_line_is_reported(changed: dict[str, object], reason: str) -> None:
    """A line that cannot be played is named with the reason, and nothing else is made of it."""
    line = json.dumps({**json.loads(line_of(AT, "k", b"x")), **changed}).encode()
    found = read_line(9, line)
    assert isinstance(found, Unreadable)
    assert found.line == 9
    assert reason in found.reason


def test_it_is_played_with_its_own_spacing() -> None:
    """At ten times the speed, what came five seconds later is due half a second later."""
    pace = ReplayPace(10)
    events = [read_line(n, line_of(at, "k", b"x")) for n, at in enumerate((AT, AT + 5, AT + 5))]
    due = [pace.due(event, 100.0) for event in events if isinstance(event, Event)]
    assert due == pytest.approx([100.0, 100.5, 100.5])


def test_what_was_given_up_keeps_its_key(tmp_path: Path) -> None:
    """A recorded record that did not get through is kept as a line of a recording: bytes, key and time."""
    event = read_line(1, line_of(AT, "its own key", b"a\nb"))
    assert isinstance(event, Event)
    undelivered = Undelivered(tmp_path / "u.jsonl")
    undelivered.write([GivenUp(event, "why")])
    undelivered.close()
    (line,) = (tmp_path / "u.jsonl").read_bytes().splitlines()
    assert read_line(1, line) == event
