"""Puts records again: the bytes as they were, under their keys, in the order of each key."""

import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from aftermath.failed_records import FailedRecord
from aftermath.tables import Settled, Tables, has_own_identity, key_of
from handler.once.records import Record
from tailrace.stream.again import put_again
from tailrace.stream.event import Event
from tailrace.stream.rules import Delivered
from tailrace.stream.sender import Stop

if TYPE_CHECKING:
    from tailrace.stream.writing import WritableStream

LOOK = 0.2
"""Seconds between two looks at what became of the records."""


class ReplayedRecord(NamedTuple):
    """A record and where it stands now."""

    failed: FailedRecord
    shard_id: str
    sequence_number: str


@dataclass
class Sent:
    """What a replay put, and what it did not."""

    put: list[ReplayedRecord] = field(default_factory=list)
    given_up: list[tuple[FailedRecord, str]] = field(default_factory=list)


def send(
    stream: "WritableStream",
    records: Sequence[FailedRecord],
    done: Callable[[Sequence[ReplayedRecord]], None],
    stop: Stop,
) -> Sent:
    """Put records by the producer's rules; `done` is told of each acknowledgement before the next is heard.

    The records of one key keep the order that they have here.
    """
    events = [_event(index, failed.record) for index, failed in enumerate(records)]
    put = put_again(stream, events, lambda some: done([_put(records, one) for one in some]), stop)
    return Sent(
        [_put(records, each) for each in put.delivered],
        [(records[each.event.line], each.reason) for each in put.given_up],
    )


def _put(records: Sequence[FailedRecord], each: Delivered) -> ReplayedRecord:
    return ReplayedRecord(records[each.event.line], each.accepted.shard_id, each.accepted.sequence_number)


def _event(index: int, record: Record) -> Event:
    return Event(
        b64decode(record.data), record.partition_key, record.sequence_number, None, index, record.arrival
    )


@dataclass
class Results:
    """What became of records that were put again."""

    stored: int = 0
    duplicate: int = 0
    quarantined: list[tuple[ReplayedRecord, Settled]] = field(default_factory=list)
    unsettled: list[ReplayedRecord] = field(default_factory=list)


def watch(tables: Tables, put: Sequence[ReplayedRecord], seconds: float) -> Results:
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


def _settled(tables: Tables, put: Sequence[ReplayedRecord]) -> dict[str, Settled]:
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
