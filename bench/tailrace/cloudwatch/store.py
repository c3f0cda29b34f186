"""All metrics of the emulator, in memory: written by whoever measures, read by whoever asks."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from tailrace.cloudwatch.cells import Cell, CellKey
from tailrace.cloudwatch.series import Periods, Series

LISTED = 14 * 24 * 3600
"""Seconds after its last sample that ListMetrics still knows a metric."""

type Place = tuple[str, str]
"""Account and region."""


class MetricId(NamedTuple):
    """What tells one metric from another. `dimensions` in order of name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class Seen(NamedTuple):
    """A metric that is known, and the second of its newest sample."""

    metric: MetricId
    newest: int


class MetricStore:
    """Series by place, metric and unit. Everything in it changes under one lock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._series: dict[Place, dict[MetricId, dict[str, Series]]] = {}

    def add(self, which: CellKey, cell: Cell) -> None:
        """Add the samples of one second of one metric."""
        self.add_all(((which, cell),))

    def add_all(self, found: Iterable[tuple[CellKey, Cell]]) -> None:
        """Add the samples of many."""
        now = self._now()
        with self._lock:
            for which, cell in found:
                place = self._series.setdefault((which.account, which.region), {})
                units = place.setdefault(MetricId(which.namespace, which.name, which.dimensions), {})
                series = units.get(which.unit)
                if series is None:
                    series = units[which.unit] = Series()
                series.add(which.second, cell, now)

    def read(
        self, place: Place, metric: MetricId, unit: str | None, stretch: Periods, *, plain: bool = False
    ) -> Mapping[int, Cell]:
        """Return the cells of the periods that have samples, by their beginning, in order.

        Without a unit all units count together; `None` as a unit is how AWS calls a metric without one. With
        `plain` the cells are good for plain statistics only.
        """
        with self._lock:
            units = self._series.get(place, {}).get(metric, {})
            found = [
                each.read(stretch, plain=plain)
                for name, each in units.items()
                if unit is None or (name or "None") == unit
            ]
        if len(found) == 1:
            return found[0]
        whole: dict[int, Cell] = {}
        for cells in found:
            for begin, cell in cells.items():
                whole.setdefault(begin, Cell()).merge(cell)
        return dict(sorted(whole.items()))

    def units(self, place: Place, metric: MetricId) -> list[str]:
        """Return the units that a metric was published in, in order; `None` where it was without."""
        with self._lock:
            return sorted(unit or "None" for unit in self._series.get(place, {}).get(metric, {}))

    def metrics(self, place: Place) -> list[Seen]:
        """Return the metrics that had samples within two weeks, in order; forget what has expired."""
        return list(self._listed(place))

    def _listed(self, place: Place) -> Iterator[Seen]:
        now = self._now()
        with self._lock:
            by_metric = self._series.get(place, {})
            known = [
                (metric, max(each.newest for each in units.values())) for metric, units in by_metric.items()
            ]
            for metric, newest in known:
                if newest + LISTED < now:
                    self._expire(by_metric, metric, now)
        return (Seen(metric, newest) for metric, newest in sorted(known) if newest + LISTED >= now)

    @staticmethod
    def _expire(by_metric: dict[MetricId, dict[str, Series]], metric: MetricId, now: float) -> None:
        for unit, series in list(by_metric[metric].items()):
            series.trim(now)
            if series.empty:
                del by_metric[metric][unit]
        if not by_metric[metric]:
            del by_metric[metric]

    def forget(self, place: Place) -> None:
        """Forget the metrics of one place."""
        with self._lock:
            self._series.pop(place, None)

    def size(self) -> int:
        """Count the cells that are held."""
        with self._lock:
            metrics = [units for place in self._series.values() for units in place.values()]
            return sum(len(series) for units in metrics for series in units.values())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._series.clear()
