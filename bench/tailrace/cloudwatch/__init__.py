"""CloudWatch metrics of the emulator's own: gathered, stored every 0.5 s and before anybody reads."""

from collections.abc import Callable, Mapping

from tailrace.cloudwatch.flusher import Flusher
from tailrace.cloudwatch.gather import Gathered, Key, Statistics, key

INTERVAL = 0.5
"""Seconds until a sample is stored."""

GATHERED = Gathered()
_SOURCES: list[Callable[[], None]] = []


def record(  # noqa: PLR0913  a metric has that many parts, all named
    *,
    account: str,
    region: str,
    namespace: str,
    name: str,
    value: float,
    unit: str,
    at: float,
    dimensions: Mapping[str, str] = {},
) -> None:
    """One sample, at `at` (epoch seconds). Returns at once; whoever reads metrics afterwards sees it."""
    add(key((account, region), (namespace, name, unit), dimensions, at), Statistics(1, value, value, value))


def add(which: Key, statistics: Statistics) -> None:
    """Many samples of one metric and second at once."""
    GATHERED.add(which, statistics)
    FLUSHER.note()


def before_flush(source: Callable[[], None]) -> None:
    """Register a function that records what its part has kept back so far."""
    _SOURCES.append(source)


def flush() -> None:
    """Store what waits; returns when all that was recorded before is readable."""
    from tailrace.cloudwatch import store  # noqa: PLC0415  the one module here that needs LocalStack

    for source in _SOURCES:
        source()
    store.write(GATHERED)


FLUSHER = Flusher("metrics", INTERVAL, flush)
