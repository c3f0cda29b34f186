from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from tailrace.story.letters import ReadBack
from tailrace.story.membership import Members
from tailrace.story.replaying import Replayed, replay
from tailrace.stream.errors import StreamError
from tailrace.stream.event import Event
from tailrace.stream.reading import StreamRecord
from tailrace.stream.rules import Accepted, Refused
from tailrace.stream.sender import Stop
from tests.unit.aftermath.given import FIRST, letter

pytestmark = pytest.mark.unit


class Stream:
    """A stream that takes what it is given; `refuses` are keys that it does not take."""

    name, record_bytes = "readings", 2**20

    def __init__(self, refuses: Sequence[str] = ()) -> None:
        self.taken: list[bytes] = []
        self.refuses = refuses

    def put(self, events: Sequence[Event]) -> list[Accepted | Refused]:
        """Take them in order."""
        answer: list[Accepted | Refused] = []
        for event in events:
            if event.key in self.refuses:
                raise ValueError("no request of this kind can succeed")
            self.taken.append(event.data)
            answer.append(Accepted(f"new-{len(self.taken)}", "shardId-000000000000"))
        return answer


class Place:
    """Where messages lie; it notes what had been put when each was deleted."""

    name = "a place"

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.deleted: dict[str, list[bytes]] = {}

    def receive(self) -> Iterator[tuple[str, str]]:
        """Nothing is read here."""
        yield from ()

    def delete(self, ids: Iterable[str]) -> list[str]:
        """Note it."""
        self.deleted |= {each: list(self._stream.taken) for each in ids}
        return []

    def show_again(self) -> None:
        """Nothing was hidden."""


def read(message: str, *which: int, key: str = "k") -> ReadBack:
    """Return a dead letter with these records of the shard."""
    taken = [StreamRecord(str(FIRST + n), key, f"{n}".encode(), 1.0) for n in which]
    return ReadBack(letter(which[0], which[-1], len(which), message), Members(taken, len(which), exact=True))


def replayed(letters: Sequence[ReadBack], ledger: Path, stream: Stream) -> tuple[Replayed, Place]:
    """Put them again."""
    place = Place(stream)
    return replay(letters, stream, place, ledger, Stop()), place  # type: ignore[arg-type]


def test_in_order_and_once(tmp_path: Path) -> None:
    """Records are put in the order in which they were put first, one that two letters name once."""
    stream = Stream()
    outcome, _ = replayed([read("b", 3, 4), read("a", 1, 2, 3)], tmp_path / "ledger", stream)
    assert stream.taken == [b"1", b"2", b"3", b"4"]
    assert (outcome.put, outcome.deleted) == (4, 2)


def test_deleted_after_its_records_are_acknowledged(tmp_path: Path) -> None:
    """When a message is deleted all of its records have been put."""
    stream = Stream()
    _, place = replayed([read("a", 1, 2), read("b", 3)], tmp_path / "ledger", stream)
    assert {b"1", b"2"} <= set(place.deleted["a"])
    assert b"3" in place.deleted["b"]


def test_what_is_refused_keeps_its_message(tmp_path: Path) -> None:
    """A letter of which a record is not taken is not deleted."""
    stream = Stream(refuses=["bad"])
    outcome, place = replayed([read("a", 1, key="bad")], tmp_path / "ledger", stream)
    assert (outcome.put, outcome.deleted, place.deleted) == (0, 0, {})
    assert len(outcome.given_up) == 1


def test_what_the_ledger_has_is_not_put_twice(tmp_path: Path) -> None:
    """After a replay whose message was not deleted, the next one deletes it and puts nothing."""
    replayed([read("a", 1, 2)], tmp_path / "ledger", Stream())
    stream = Stream()
    outcome, place = replayed([read("a", 1, 2), read("b", 5)], tmp_path / "ledger", stream)
    assert stream.taken == [b"5"]
    assert (outcome.put, outcome.put_before, sorted(place.deleted)) == (1, 2, ["a", "b"])


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    """A ledger that cannot be read is refused before anything is put."""
    (tmp_path / "ledger").write_text("hello\n")
    stream = Stream()
    with pytest.raises(StreamError, match="is no ledger: name another file with --ledger"):
        replayed([read("a", 1)], tmp_path / "ledger", stream)
    assert stream.taken == []
