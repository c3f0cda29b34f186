"""Minutes become the bars of a range: one for each step, what was counted in its minutes added up. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from dashboard.ranges import Range
from handler.once.totals import MINUTE, Minute

type Counts = tuple[tuple[str, int], ...]


FEWEST = 5
"""Bars of a stack that was made just now."""


class Bar(NamedTuple):
    """What one bar of the charts stands for."""

    counted: Minute
    """The totals of its minutes together; `at` is the beginning of the first."""
    seconds: float
    """How long it has lasted by now: less than its minutes if it is still going on."""

    @property
    def at(self) -> datetime:
        """Its beginning."""
        return self.counted.at


def bars(minutes: Iterable[Minute], shown: Range, now: datetime, made: datetime | None = None) -> list[Bar]:
    """Return the bars of a range that ends with the minute that goes on, oldest first.

    Of a stack that was `made` within the range, the time before is left out: it says nothing.
    """
    end = now.replace(second=0, microsecond=0) + MINUTE
    begin = shown.begin(end)
    if made:
        fewest = shown.bar(end - MINUTE) - (FEWEST - 1) * shown.step * MINUTE
        begin = max(begin, min(shown.bar(made.replace(second=0, microsecond=0)), fewest))
    parts: dict[datetime, list[Minute]] = defaultdict(list)
    for minute in minutes:
        if begin <= minute.at < end:
            parts[shown.bar(minute.at)].append(minute)
    return [
        Bar(_together(at, members), _lasted(at, len(members) * MINUTE, now)) for at, members in parts.items()
    ]


def _lasted(at: datetime, whole: timedelta, now: datetime) -> float:
    """Return seconds; a bar that has just begun counts as one, or its rate had no bounds."""
    return min(max(now - at, timedelta(seconds=1)), whole).total_seconds()


def _together(at: datetime, members: Sequence[Minute]) -> Minute:
    if len(members) == 1:
        return members[0]
    keyed: dict[str, dict[str, Decimal]] = {}
    for name in {name: None for minute in members for name in minute.keyed}:
        keyed[name] = added(minute.by(name) for minute in members)
    dimension = next((minute.dimension for minute in members if minute.dimension), "")
    return Minute(at, added(minute.sums for minute in members), keyed, dimension)


def added(sums: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Add sums up by key."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in sums:
        for key, value in each.items():
            found[key] += value
    return dict(found)
