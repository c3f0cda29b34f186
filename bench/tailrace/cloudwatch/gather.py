"""Metrics added up before they are stored. Pure: no clock, no store.

Stored metrics have a resolution of one second, so samples of one metric, unit and set of dimensions within
one second become one statistic set: nothing that CloudWatch could answer is lost (percentiles, which
LocalStack does not compute, aside).
"""

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Key(NamedTuple):
    """A metric's identity within a second. `dimensions` in order of name."""

    account: str
    region: str
    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    second: int


class Statistics(NamedTuple):
    """Samples added up."""

    samples: float
    total: float
    minimum: float
    maximum: float

    def plus(self, other: "Statistics") -> "Statistics":
        """Both together."""
        return Statistics(
            self.samples + other.samples,
            self.total + other.total,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )


def statistics(samples: Sequence[float]) -> Statistics:
    """Add up samples, at least one."""
    return Statistics(len(samples), sum(samples), min(samples), max(samples))


class Gathered:
    """Samples that wait to be stored."""

    def __init__(self) -> None:
        self._waiting: dict[Key, Statistics] = {}
        self._lock = threading.Lock()

    def add(self, key: Key, statistics: Statistics) -> None:
        """Add samples to whatever waits under the same key."""
        with self._lock:
            known = self._waiting.get(key)
            self._waiting[key] = statistics if known is None else known.plus(statistics)

    def take(self) -> dict[Key, Statistics]:
        """All that waits; it waits no longer."""
        with self._lock:
            batch, self._waiting = self._waiting, {}
        return batch


def key(
    owner: tuple[str, str], metric: tuple[str, str, str], dimensions: Mapping[str, str], at: float
) -> Key:
    """Of (account, region), (namespace, name, unit), dimensions, and epoch seconds."""
    return Key(*owner, *metric, tuple(sorted(dimensions.items())), int(at))
