"""One metric over time, at CloudWatch's resolutions, each kept as long as CloudWatch keeps it. Pure.

    every second     3 hours
    every minute    15 days
    5 minutes       63 days
    an hour        455 days

On AWS seconds are kept of metrics that are published with a StorageResolution of 1; here of all.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tailrace.cloudwatch.cells import Cell, merged, summed

HOUR = 3600
DAY = 24 * HOUR


class Tier(NamedTuple):
    """A resolution, and how long it is kept; both in seconds."""

    resolution: int
    kept: int


class Periods(NamedTuple):
    """What is read: periods of so many seconds, the first beginning at `start`, none at `end` or later."""

    start: int
    end: int
    period: int


TIERS = (Tier(1, 3 * HOUR), Tier(60, 15 * DAY), Tier(300, 63 * DAY), Tier(HOUR, 455 * DAY))
TRIMMED_EVERY = 600
"""Seconds of a series' own time between two looks at what has expired."""


class Series:
    """The cells of one metric and unit. Whoever holds it changes it under one lock."""

    __slots__ = ("_cells", "_trimmed", "newest")

    def __init__(self) -> None:
        self._cells: tuple[dict[int, Cell], ...] = tuple({} for _ in TIERS)
        self._trimmed = 0.0
        self.newest = 0
        """The latest second that has a sample."""

    def add(self, second: int, cell: Cell, now: float) -> None:
        """Add samples of one second; what expires by `now` goes."""
        for (resolution, kept), cells in zip(TIERS, self._cells, strict=True):
            slot = second - second % resolution
            if slot + resolution + kept <= now:
                continue
            known = cells.get(slot)
            if known is None:
                known = cells[slot] = Cell()
            known.merge(cell)
        self.newest = max(self.newest, second)
        if now >= self._trimmed + TRIMMED_EVERY:
            self.trim(now)

    def trim(self, now: float) -> None:
        """Drop what has been kept long enough."""
        self._trimmed = now
        for (resolution, kept), cells in zip(TIERS, self._cells, strict=True):
            for slot in [slot for slot in cells if slot + resolution + kept <= now]:
                del cells[slot]

    @property
    def empty(self) -> bool:
        """Whether nothing is left of it."""
        return not any(self._cells)

    def read(self, stretch: Periods, *, plain: bool = False) -> dict[int, Cell]:
        """Return a cell for each period that has samples, by its beginning, in order.

        The coarsest resolution is read that both `start` and `period` are multiples of. With `plain`
        the cells are good for plain statistics only.
        """
        start, end, period = stretch
        join = summed if plain else merged
        resolution, cells = 1, self._cells[0]
        for tier, kept_cells in zip(TIERS, self._cells, strict=True):
            if start % tier.resolution == 0 and period % tier.resolution == 0:
                resolution, cells = tier.resolution, kept_cells
        if resolution == period:
            return {slot: join((cells[slot],)) for slot in self._slots(cells, range(start, end, period))}
        grouped: dict[int, list[Cell]] = {}
        for slot in self._slots(cells, range(start, end, resolution)):
            grouped.setdefault(slot - (slot - start) % period, []).append(cells[slot])
        return {begin: join(found) for begin, found in grouped.items()}

    @staticmethod
    def _slots(cells: dict[int, Cell], wanted: range) -> Iterator[int]:
        if len(wanted) <= len(cells):
            return (slot for slot in wanted if slot in cells)
        return iter(sorted(slot for slot in cells if slot in wanted))

    def __len__(self) -> int:
        return sum(map(len, self._cells))
