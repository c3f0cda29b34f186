"""What is wrong with what was found: lost, doubled, out of order, dead-lettered without need. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tailrace.testing.audit import Acknowledged, DeadLettered, Quarantined, Stored

type SetAside = str | bytes | Quarantined


@dataclass(frozen=True)
class Found:
    """What was found of the events of a trial, and how many records the mapping still has before it."""

    stored: Sequence[Stored] = ()
    set_aside: Sequence[SetAside] = ()
    dead_lettered: Sequence[DeadLettered] = ()
    last: Mapping[str, str] | None = None
    behind: int = 0

    def is_stored(self, record: Acknowledged) -> bool:
        """Tell whether an event is stored."""
        return record.element in self._names

    def is_set_aside(self, record: Acknowledged) -> bool:
        """Tell whether the function set a record aside, or the mapping gave it up."""
        return self.is_dead(record) or any(_is(record, one) for one in self.set_aside)

    def is_dead(self, record: Acknowledged) -> bool:
        """Tell whether a record is in a dead letter."""
        return any(letter.covers(record) for letter in self.dead_lettered)

    @property
    def _names(self) -> set[str]:
        return {one.element for one in self.stored}


def _is(record: Acknowledged, entry: SetAside) -> bool:
    if isinstance(entry, Quarantined):
        return record.sequence_number == entry.sequence_number or record.element == entry.element
    return entry in {record.element, record.content, record.sequence_number}


class Break(NamedTuple):
    """How a promise was broken for one event."""

    record: Acknowledged
    what: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked at. `good` events are to be stored; dead letters of theirs are no loss if `given_up`."""

    once: bool = True
    order: bool = True
    given_up: bool = True
    bad: frozenset[str] = field(default_factory=frozenset)


def breaks(records: Sequence[Acknowledged], found: Found, wanted: Wanted) -> list[Break]:
    """Return how promises were broken, event by event."""
    broken = list(_lost(records, found, wanted))
    if wanted.once:
        broken += _doubled(records, found)
    if wanted.order:
        broken += _disordered(records, found)
    return broken


def _lost(records: Iterable[Acknowledged], found: Found, wanted: Wanted) -> Iterable[Break]:
    seen: set[str] = set()
    for record in records:
        if record.element in seen or found.is_stored(record):
            continue
        seen.add(record.element)
        if not found.is_set_aside(record):
            waits = "; the mapping is still before it or hangs" if found.behind else ""
            yield Break(record, f"is lost: neither stored, nor set aside, nor in a dead letter{waits}")
        elif not wanted.given_up and record.element not in wanted.bad:
            yield Break(record, "is not stored, though nothing is wrong with it: it was given up")


def _doubled(records: Iterable[Acknowledged], found: Found) -> Iterable[Break]:
    times = Counter(one.element for one in found.stored)
    seen: set[str] = set()
    for record in records:
        if times[record.element] > 1 and record.element not in seen:
            seen.add(record.element)
            yield Break(record, f"is stored {times[record.element]} times")


def _disordered(records: Sequence[Acknowledged], found: Found) -> Iterable[Break]:
    by_key: defaultdict[str, list[Acknowledged]] = defaultdict(list)
    for record in records:
        by_key[record.partition_key].append(record)
    at = {one.element: one.applied_at for one in found.stored if one.applied_at is not None}
    for key, mine in by_key.items():
        known = [record for record in mine if record.element in at]
        for earlier, later in pairwise(known):
            if (at[earlier.element] or 0) > (at[later.element] or 0):
                yield Break(later, f"was put after {earlier.element} of the same key, and applied before it")
                break
        stored = [record for record in mine if found.is_stored(record)] or mine
        if found.last is not None and key in found.last and found.last[key] != stored[-1].element:
            yield Break(stored[-1], f"was put last of its key, but {found.last[key]} was applied last")


def tells_order(found: Found) -> bool:
    """Tell whether what was found says anything of the order."""
    return found.last is not None or any(one.applied_at is not None for one in found.stored)


def cost(records: Sequence[Acknowledged], found: Found, bad: Acknowledged) -> list[Break]:
    """Return which neighbours of a bad record had to pay for it.

    Those before it in its shard may not be in its dead letter; all have to be stored.
    """
    broken = []
    for record in records:
        if record == bad:
            continue
        before = record.shard_id == bad.shard_id and int(record.sequence_number) < int(bad.sequence_number)
        if not found.is_stored(record):
            how = "was given up with it" if found.is_set_aside(record) else "is lost"
            broken.append(Break(record, f"is good, and {how} ({bad.element} is the bad one)"))
        elif before and found.is_dead(record):
            broken.append(
                Break(record, f"was put before {bad.element}, stored, and dead-lettered all the same")
            )
    return broken
