from time import perf_counter

import pytest

from tailrace.cloudwatch.cells import cell_of, key, repeated
from tailrace.cloudwatch.series import DAY, HOUR, Periods, Series
from tailrace.cloudwatch.store import LISTED, MetricId, MetricStore

pytestmark = pytest.mark.unit

START = 1_789_776_000  # a whole hour
HERE = ("111122223333", "eu-central-1")
METRIC = MetricId("Shop", "Orders")
ORDERS = MetricId("Shop", "Orders1")


def read(series: Series, start: int, end: int, period: int) -> dict[int, float]:
    """Return the sums of a stretch."""
    return {begin: cell.total for begin, cell in series.read(Periods(start, end, period)).items()}


def test_periods_begin_at_the_start() -> None:
    """Samples are put into periods that begin where the request does; empty ones are left out."""
    series = Series()
    for second in (0, 59, 60, 299):
        series.add(START + second, repeated(1, 1), START)
    assert read(series, START, START + 300, 60) == {START: 2, START + 60: 1, START + 240: 1}
    assert read(series, START + 30, START + 330, 150) == {START + 30: 2, START + 180: 1}
    assert read(series, START, START + 299, 1)[START + 59] == 1


@pytest.mark.parametrize(
    ("age", "period", "kept"),
    [
        (2 * HOUR, 1, True),
        (4 * HOUR, 1, False),
        (14 * DAY, 60, True),
        (16 * DAY, 60, False),
        (62 * DAY, 300, True),
        (64 * DAY, 300, False),
        (454 * DAY, 3600, True),
        (457 * DAY, 3600, False),
    ],
)
def test_retention(age: int, period: int, *, kept: bool) -> None:
    """Each resolution is kept as long as CloudWatch keeps it."""
    series = Series()
    series.add(START, repeated(1, 1), START)
    series.trim(START + age)
    assert (read(series, START, START + 3600, period) != {}) is kept


def test_what_has_expired_goes_by_itself() -> None:
    """A series that is written for a day holds three hours of seconds, and minutes."""
    series = Series()
    for second in range(0, DAY, 5):
        series.add(START + second, repeated(1, 1), START + second)
    assert len(series) < 3 * 720 + 200 + 1440 + 288 + 24 + 10


def test_units_are_apart() -> None:
    """A metric published in two units is read in either, or together where no unit is asked for."""
    store = MetricStore(lambda: START)
    for unit, value in (("Count", 1.0), ("Seconds", 5.0)):
        store.add(key(HERE, ("Shop", "Orders", unit), {}, START), cell_of([value]))
    stretch = Periods(START, START + 60, 60)
    assert store.read(HERE, METRIC, "Seconds", stretch)[START].total == 5
    assert store.read(HERE, METRIC, None, stretch)[START].total == 6
    assert store.read(HERE, METRIC, "Bytes", stretch) == {}
    assert store.units(HERE, METRIC) == ["Count", "Seconds"]


def test_dimensions_are_apart() -> None:
    """A metric with a dimension does not answer for the one without."""
    store = MetricStore(lambda: START)
    store.add(key(HERE, ("Shop", "Orders", ""), {"Country": "DE"}, START), cell_of([1]))
    assert store.read(HERE, METRIC, None, Periods(START, START + 60, 60)) == {}
    assert [seen.metric.dimensions for seen in store.metrics(HERE)] == [(("Country", "DE"),)]


def test_forgotten_metrics() -> None:
    """A metric without samples for two weeks is not listed, and is gone once its last hour has expired."""
    now = float(START)
    store = MetricStore(lambda: now)
    store.add(key(HERE, ("Shop", "Orders", ""), {}, START), cell_of([1]))
    now += LISTED + 1
    assert store.metrics(HERE) == []
    assert store.units(HERE, METRIC) == ["None"]
    now += 456 * DAY
    assert store.metrics(HERE) == []
    assert store.units(HERE, METRIC) == []


@pytest.fixture(scope="module")
def day() -> tuple[MetricStore, list[float]]:
    """Give a store with a day of three metrics, and its clock; a minute has its samples every ten seconds."""
    clock = [float(START)]
    store = MetricStore(lambda: clock[0])
    for second in range(START, START + DAY, 10):
        clock[0] = float(second)
        metrics = (key(HERE, ("Shop", f"Orders{which}", "Count"), {}, second) for which in range(3))
        store.add_all((one, cell_of([float(second % 7)])) for one in metrics)
    return store, clock


@pytest.mark.parametrize("period", [60, 300, HOUR])
def test_a_day_is_read_in_less_than_a_millisecond(day: tuple[MetricStore, list[float]], period: int) -> None:
    """A plain statistic of any period; the quickest of fifty times, for other programs run too."""
    store, _ = day
    times = []
    for _ in range(50):
        began = perf_counter()
        found = store.read(HERE, ORDERS, None, Periods(START, START + DAY, period), plain=True)
        times.append(perf_counter() - began)
    assert len(found) == DAY / period
    assert min(times) < 0.001


def test_an_idle_night_does_not_grow(day: tuple[MetricStore, list[float]]) -> None:
    """Twelve hours later there is what there was, however often it was read and listed; no more."""
    store, clock = day
    before = store.size()
    for _ in range(12):
        clock[0] += HOUR
        store.read(HERE, ORDERS, None, Periods(START, START + 2 * DAY, 60))
        assert len(store.metrics(HERE)) == 3
    assert store.size() == before
