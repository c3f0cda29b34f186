"""One metric over time, at CloudWatch's resolutions, each kept as long as CloudWatch keeps it. Pure.

    every second     3 hours
    every minute    15 days
    5 minutes       63 days
    an hour        455 days

On AWS seconds are kept of metrics that are published with a StorageResolution of 1; here of all.
"""

from typing import NamedTuple

from tailrace.cloudwatch.cells import Cell, merged, summed
from tailrace.cloudwatch.tiers import Tier, TierCells

HOUR = 3600
DAY = 24 * HOUR


class Periods(NamedTuple):
    """What is read: periods of so many seconds, the first beginning at `start`, none at `end` or later."""

    start: int
    end: int
    period: int


TIERS = (
    Tier(1, 3 * HOUR, 120),
    Tier(60, 15 * DAY, 2 * HOUR),
    Tier(300, 63 * DAY, 8 * HOUR),
    Tier(HOUR, 455 * DAY, DAY),
)
TRIMMED_EVERY = 600
"""Seconds of a series' own time between two looks at what has expired."""


class Series:
    """The cells of one metric and unit. Whoever holds it changes it under one lock."""

    __slots__ = ("_tiers", "_trimmed", "newest")

    def __init__(self) -> None:
        self._tiers = tuple(map(TierCells, TIERS))
        self._trimmed = 0.0
        self.newest = 0
        """The latest second that has a sample."""

    def add(self, second: int, cell: Cell, now: float) -> None:
        """Add samples of one second; what expires by `now` goes."""
        for cells in self._tiers:
            resolution, kept, _ = cells.tier
            if second - second % resolution + resolution + kept > now:
                cells.add(second, cell)
        self.newest = max(self.newest, second)
        if now >= self._trimmed + TRIMMED_EVERY:
            self.trim(now)

    def trim(self, now: float) -> None:
        """Drop what has been kept long enough."""
        self._trimmed = now
        for cells in self._tiers:
            cells.trim(now)

    @property
    def empty(self) -> bool:
        """Whether nothing is left of it."""
        return not any(map(len, self._tiers))

    def read(self, stretch: Periods, *, plain: bool = False) -> dict[int, Cell]:
        """Return a cell for each period that has samples, by its beginning, in order.

        The coarsest resolution is read that both `start` and `period` are multiples of. With `plain`
        the cells are good for plain statistics only.
        """
        start, end, period = stretch
        cells = self._tiers[0]
        for one in self._tiers:
            if start % one.tier.resolution == 0 and period % one.tier.resolution == 0:
                cells = one
        found = cells.within(range(start, end, cells.tier.resolution), plain=plain)
        if cells.tier.resolution == period:
            return dict(found)
        grouped: dict[int, list[Cell]] = {}
        for slot, cell in found:
            grouped.setdefault(slot - (slot - start) % period, []).append(cell)
        join = summed if plain else merged
        return {begin: join(many) for begin, many in grouped.items()}

    def __len__(self) -> int:
        return sum(map(len, self._tiers))
