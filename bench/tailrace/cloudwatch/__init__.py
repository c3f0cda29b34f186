"""CloudWatch of the emulator's own, in memory.

What the parts of the emulator measure is put into one store; whoever reads CloudWatch sees it at once.

    cells.py        samples added up, with their distribution
    tiers.py        one metric over time at one resolution, all but the newest packed
    series.py       one metric over time, kept as long as AWS keeps it
    store.py        all metrics
    statistics.py   CloudWatch's statistics: plain, percentiles, trimmed
    expressions/    metric math
    queries.py      GetMetricData, GetMetricStatistics, ListMetrics
    alarms/         when an alarm changes its state, why, and who is told
    embedded.py     metrics in what a function logs (embedded metric format)
    flusher.py      a thread that puts away what was noted
    queue_measures.py  what SQS measures
    log_streams.py  lines of a log stream, packed
    provider.py     CloudWatch's API, in place of LocalStack's
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping

from tailrace.clock import CLOCK
from tailrace.cloudwatch.cells import Cell, CellKey, cell_of, key
from tailrace.cloudwatch.flusher import Flusher
from tailrace.cloudwatch.store import MetricStore

INTERVAL = 0.5
"""Seconds until what a part has noted is put into the store."""

STORE = MetricStore(CLOCK.now)
_SOURCES: list[Callable[[], None]] = []
_NOTED: deque[tuple[CellKey, float]] = deque()


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
    """One sample, at `at` (epoch seconds); it is in the store after `flush`."""
    note(key((account, region), (namespace, name, unit), dimensions, at), value)


def note(which: CellKey, value: float) -> None:
    """One sample of a metric and second; it is in the store after `flush`. Cheap: called for each batch."""
    _NOTED.append((which, value))
    FLUSHER.note()


def add(which: CellKey, cell: Cell) -> None:
    """Many samples of one metric and second at once."""
    STORE.add(which, cell)


def before_flush(source: Callable[[], None]) -> None:
    """Register a function that puts into the store what its part has noted so far."""
    _SOURCES.append(source)


def flush() -> None:
    """Return when all that was noted before is in the store."""
    for source in _SOURCES:
        source()
    samples: defaultdict[CellKey, list[float]] = defaultdict(list)
    for which, value in [_NOTED.popleft() for _ in range(len(_NOTED))]:
        samples[which].append(value)
    STORE.add_all([(which, cell_of(values)) for which, values in samples.items()])


FLUSHER = Flusher("metrics", INTERVAL, flush)
