"""What went in must come out: every acknowledged record is looked for, by name, wherever it may end.

A *record* is one entry that `PutRecords` acknowledged: shard and sequence number. An *element* is what the
sender meant by it: the event's own id, or the sequence number where it has none. One element may be put
several times (several records); it must come out once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from .verdict import Disorder, Double, Loss, Stranger, Verdict


class Acknowledged(NamedTuple):
    """A record that the stream took; `content` is its bytes where the test knows them."""

    element: str
    partition_key: str
    shard_id: str
    sequence_number: str
    content: bytes | None = None


class Stored(NamedTuple):
    """An item of the results table; `applied_at` rises with the order in which items were written.

    What the table does not tell is left out: without `applied_at` the order is not looked at.
    """

    element: str
    partition_key: str = ""
    sequence_number: str = ""
    applied_at: int | None = None


class Quarantined(NamedTuple):
    """A record that the handler set apart, whole, with the reason."""

    element: str
    shard_id: str
    sequence_number: str
    reason: str


class DeadLettered(NamedTuple):
    """A range of a shard, both ends included, that the mapping gave up on."""

    shard_id: str
    first: str
    last: str

    def covers(self, record: Acknowledged) -> bool:
        """Whether a record lies in the range."""
        inside = int(self.first) <= int(record.sequence_number) <= int(self.last)
        return inside and record.shard_id == self.shard_id


class Sighting(NamedTuple):
    """A trace of a record on its way; in a trail, later ones come later."""

    sequence_number: str
    where: str


def audit(
    acknowledged: Collection[Acknowledged],
    stored: Collection[Stored],
    quarantined: Collection[Quarantined] = (),
    dead_lettered: Collection[DeadLettered] = (),
    trail: Iterable[Sighting] = (),
) -> Verdict:
    """Compare what was acknowledged with everything that was found, and say what does not balance."""
    return Verdict(
        acknowledged=len(acknowledged),
        stored=len(stored),
        quarantined=len(quarantined),
        dead_lettered=len(dead_lettered),
        lost=tuple(_lost(acknowledged, stored, quarantined, dead_lettered, trail)),
        unexpected=tuple(_unexpected(acknowledged, stored, quarantined, dead_lettered)),
        doubled=tuple(_doubled(acknowledged, stored, quarantined)),
        disordered=tuple(_disordered(stored)),
        repeated=tuple(_repeated(acknowledged, stored, dead_lettered)),
    )


def _lost(
    acknowledged: Iterable[Acknowledged],
    stored: Iterable[Stored],
    quarantined: Iterable[Quarantined],
    dead_lettered: Collection[DeadLettered],
    trail: Iterable[Sighting],
) -> Iterator[Loss]:
    """Name the records that ended nowhere, unless their like is stored (same element, same bytes)."""
    set_aside = {record.sequence_number for record in quarantined}
    kept = _contents(acknowledged, stored)
    last_seen = {sighting.sequence_number: sighting.where for sighting in trail}
    for record in acknowledged:
        if record.sequence_number in set_aside or _is_like(record, kept):
            continue
        if any(letter.covers(record) for letter in dead_lettered):
            continue
        seen = last_seen.get(record.sequence_number, "acknowledged, and nowhere since")
        yield Loss(record.element, record.partition_key, record.shard_id, record.sequence_number, seen)


def _contents(
    acknowledged: Iterable[Acknowledged], stored: Iterable[Stored]
) -> Mapping[str, Collection[bytes | None]]:
    """Give the bytes that the stored item of each element was made from; None where nobody knows them."""
    bytes_of = {record.sequence_number: record.content for record in acknowledged}
    kept: defaultdict[str, set[bytes | None]] = defaultdict(set)
    for item in stored:
        kept[item.element].add(bytes_of.get(item.sequence_number))
    return kept


def _is_like(record: Acknowledged, kept: Mapping[str, Collection[bytes | None]]) -> bool:
    contents = kept.get(record.element, ())
    return bool(contents) and (record.content is None or None in contents or record.content in contents)


def _unexpected(
    acknowledged: Iterable[Acknowledged],
    stored: Iterable[Stored],
    quarantined: Iterable[Quarantined],
    dead_lettered: Iterable[DeadLettered],
) -> Iterator[Stranger]:
    """Name what was found though nobody was told that it had been taken."""
    records = list(acknowledged)
    elements = {record.element for record in records}
    for item in stored:
        if item.element not in elements:
            yield Stranger(item.element, f"stored, sequence number {item.sequence_number}")
    numbers = {record.sequence_number for record in records}
    for set_aside in quarantined:
        if set_aside.sequence_number not in numbers and set_aside.element not in elements:
            yield Stranger(
                set_aside.element,
                f"quarantined as {set_aside.reason}, sequence number {set_aside.sequence_number}",
            )
    for letter in dead_lettered:
        if not any(letter.covers(record) for record in records):
            yield Stranger(
                f"{letter.first} to {letter.last}", f"dead-lettered, {letter.shard_id}, no such record"
            )


def _doubled(
    acknowledged: Iterable[Acknowledged], stored: Iterable[Stored], quarantined: Iterable[Quarantined]
) -> Iterator[Double]:
    """Name what ended in more than one place, or in one place more than once."""
    items = Counter(item.element for item in stored)
    yield from (Double(element, f"stored {n} times") for element, n in items.items() if n > 1)
    set_aside = Counter((record.element, record.sequence_number) for record in quarantined)
    for (element, number), n in set_aside.items():
        if n > 1:
            yield Double(element, f"quarantined {n} times, sequence number {number}")
    records = {record.sequence_number: record for record in acknowledged}
    kept = _contents(records.values(), stored)
    for element, number in set_aside:
        if number in records and _is_like(records[number], kept):
            yield Double(element, f"stored, and quarantined as well, sequence number {number}")


def _disordered(stored: Iterable[Stored]) -> Iterator[Disorder]:
    """Name neighbours of one key that were applied in another order than they were put, or at once."""
    by_key: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for item in stored:
        if item.applied_at is not None:
            by_key[item.partition_key].append((int(item.sequence_number), item.applied_at, item.element))
    for key, items in by_key.items():
        for (_, before, earlier), (_, after, later) in pairwise(sorted(items)):
            if before >= after:
                yield Disorder(key, earlier, before, later, after)


def _repeated(
    acknowledged: Iterable[Acknowledged], stored: Iterable[Stored], dead_lettered: Collection[DeadLettered]
) -> Iterator[Double]:
    """Name what is allowed: put more than once, or dead-lettered after it was stored."""
    records = list(acknowledged)
    puts = Counter(record.element for record in records)
    yield from (Double(element, f"put {n} times") for element, n in puts.items() if n > 1)
    kept = {item.element for item in stored}
    for record in records:
        if record.element in kept and any(letter.covers(record) for letter in dead_lettered):
            yield Double(record.element, f"stored, and dead-lettered as {record.sequence_number}")
