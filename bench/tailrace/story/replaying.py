"""Puts the records of dead letters into their stream again, and deletes the messages that are through.

A message is deleted only after the stream has acknowledged all that it names. What is put again stands in a
ledger at once: a replay that breaks off is run again with the same ledger, and puts the rest.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tailrace.story.letters import ReadBack
from tailrace.story.places import Place
from tailrace.stream.again import put_again
from tailrace.stream.errors import StreamError
from tailrace.stream.event import Event
from tailrace.stream.files import LedgerFile
from tailrace.stream.reading import StreamRecord
from tailrace.stream.rules import Delivered, GivenUp
from tailrace.stream.sender import Stop
from tailrace.stream.writing import WritableStream


@dataclass
class Replayed:
    """What a replay came to."""

    put: int = 0
    put_before: int = 0
    """Records that an earlier replay had put, as the ledger says."""
    deleted: int = 0
    undeleted: list[str] = field(default_factory=list)
    given_up: list[GivenUp] = field(default_factory=list)


def event_id(shard_id: str, taken: StreamRecord) -> str:
    """Return what Lambda calls a record of a shard: what a replay's ledger names it by."""
    return f"{shard_id}:{taken.sequence_number}"


def in_ledger(ledger: Path) -> set[str]:
    """Return the records that earlier replays have put. Raises `StreamError` for a file that is no ledger."""
    if not ledger.exists():
        return set()
    try:
        lines = ledger.read_text(encoding="utf-8").splitlines()
        return {json.loads(line)["eventId"] for line in lines}
    except (ValueError, KeyError, TypeError) as error:
        raise StreamError(f"{ledger} is no ledger: name another file with --ledger.") from error


def replay(
    letters: Sequence[ReadBack], stream: WritableStream, place: Place, ledger: Path, stop: Stop
) -> Replayed:
    """Put the records of these letters again, each once, in their order; delete what is through."""
    done = in_ledger(ledger)
    outcome = Replayed(put_before=len(done & set(_ids(letters))))
    waiting = {read.letter.message: set(_ids([read])) - done for read in letters}
    kept = LedgerFile(ledger)

    def through(delivered: Iterable[Delivered]) -> None:
        kept.write(delivered)
        ended = {each.event.event_id for each in delivered}
        for names in waiting.values():
            names.difference_update(ended)
        _delete(place, waiting, outcome)

    _delete(place, waiting, outcome)
    put = put_again(stream, list(_events(letters, done)), through, stop)
    kept.close()
    outcome.put, outcome.given_up = len(put.delivered), put.given_up
    return outcome


def _ids(letters: Iterable[ReadBack]) -> Iterator[str]:
    for read in letters:
        yield from (event_id(read.letter.shard_id, taken) for taken in read.members.records)


def _events(letters: Sequence[ReadBack], done: set[str]) -> Iterator[Event]:
    """Give each record once, in the order in which they were put."""
    found = {
        event_id(read.letter.shard_id, taken): taken for read in letters for taken in read.members.records
    }
    ordered = sorted(found.items(), key=lambda pair: int(pair[1].sequence_number))
    for line, (name, taken) in enumerate(ordered, 1):
        if name not in done:
            yield Event(taken.data, taken.partition_key, name, None, line, taken.arrival, recorded=True)


def _delete(place: Place, waiting: dict[str, set[str]], outcome: Replayed) -> None:
    over = [message for message, names in waiting.items() if not names]
    if over:
        failed = place.delete(over)
        outcome.undeleted += failed
        outcome.deleted += len(over) - len(failed)
    for message in over:
        del waiting[message]
