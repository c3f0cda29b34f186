"""Puts records again: the bytes as they were, under their keys, in the order of each key."""

import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from aftermath.failed_records import FailedRecord
from aftermath.tables import Settled, Tables, has_own_identity, key_of
from handler.once.records import Record
from tailrace.stream.event import Event
from tailrace.stream.feed import Direct
from tailrace.stream.pace import AtOnce
from tailrace.stream.rules import Delivered, GivenUp, Outbox, Rules
from tailrace.stream.sender import Bounds, RequestThreads, Sender, Stop

if TYPE_CHECKING:
    from tailrace.stream.event import Unreadable
    from tailrace.stream.rules import Outcome
    from tailrace.stream.writing import Stream

LOOK = 0.2
"""Seconds between two looks at what became of the records."""


class PutAgain(NamedTuple):
    """A record and where it stands now."""

    failed: FailedRecord
    shard_id: str
    sequence_number: str


@dataclass
class Sent:
    """What a replay put, and what it did not."""

    put: list[PutAgain] = field(default_factory=list)
    given_up: list[tuple[FailedRecord, str]] = field(default_factory=list)


def send(
    stream: "Stream", records: Sequence[FailedRecord], done: Callable[[Sequence[PutAgain]], None], stop: Stop
) -> Sent:
    """Put records by the producer's rules; `done` is told of each acknowledgement before the next is heard.

    The records of one key keep the order that they have here.
    """
    sent = Sent()

    def tell(outcomes: "Sequence[Outcome | Unreadable]") -> None:
        through = [
            PutAgain(records[each.event.line], each.accepted.shard_id, each.accepted.sequence_number)
            for each in outcomes
            if isinstance(each, Delivered)
        ]
        sent.put += through
        sent.given_up += [
            (records[each.event.line], each.reason) for each in outcomes if isinstance(each, GivenUp)
        ]
        if through:
            done(through)

    outbox = Outbox(Rules(record_bytes=stream.record_bytes), Random())  # noqa: S311  spreads retries
    requests = RequestThreads(stream.put, Rules.requests)
    stop.wake = requests.wake
    feed = Direct(_event(index, failed.record) for index, failed in enumerate(records))
    Sender(outbox, feed, AtOnce(), requests, tell).run(Bounds(None, None), stop, lambda: None)
    return sent


def _event(index: int, record: Record) -> Event:
    return Event(
        b64decode(record.data), record.partition_key, record.sequence_number, None, index, record.arrival
    )


@dataclass
class Results:
    """What became of records that were put again."""

    stored: int = 0
    duplicate: int = 0
    quarantined: list[tuple[PutAgain, Settled]] = field(default_factory=list)
    unsettled: list[PutAgain] = field(default_factory=list)


def watch(tables: Tables, put: Sequence[PutAgain], seconds: float) -> Results:
    """Wait until all of them are settled, or the seconds are over; return what became of them."""
    results = Results(unsettled=list(put))
    ends = time.monotonic() + seconds
    while results.unsettled:
        _look(tables, results)
        if not results.unsettled or time.monotonic() >= ends:
            break
        time.sleep(LOOK)
    return results


def _look(tables: Tables, results: Results) -> None:
    """Take those that are settled by now out of the unsettled ones."""
    found = _settled(tables, results.unsettled)
    left = []
    for each in results.unsettled:
        settled = found.get(each.sequence_number)
        if settled is None:
            left.append(each)
        elif settled.where == "stored":
            results.stored += 1
        elif settled.where == "duplicate":
            results.duplicate += 1
        else:
            results.quarantined.append((each, settled))
    results.unsettled = left


def _settled(tables: Tables, put: Sequence[PutAgain]) -> dict[str, Settled]:
    """Look the new records up. One without an identity of its own is stored under its new number."""
    records = [
        each.failed.record._replace(sequence_number=each.sequence_number, shard_id=each.shard_id)
        for each in put
    ]
    found = tables.settled(records)
    for record in records:
        nameless = not has_own_identity(record) and key_of(record) is not None
        if record.sequence_number not in found and nameless and tables.items_of(record.sequence_number):
            found[record.sequence_number] = Settled("stored")
    return found
