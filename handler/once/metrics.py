"""Measures are gathered into sums, so that a whole batch costs CloudWatch one call.

Every value of a dimension is a metric of its own, with a bill. So dimensions have closed lists of values,
and no sender can make a metric.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from handler.once.records import Json, Reason, RejectedError

if TYPE_CHECKING:
    from types_boto3_cloudwatch.type_defs import MetricDatumTypeDef

type Unit = Literal[
    "None", "Count", "Percent", "Count/Second",
    "Seconds", "Microseconds", "Milliseconds",
    "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
    "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits",
    "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
    "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second",
]  # fmt: skip
"""CloudWatch's units (its API reference: MetricDatum)."""
type Number = int | Decimal
type Dimensions = tuple[tuple[str, str], ...]

MOST_DATA = 1000
"""Data in one PutMetricData call (CloudWatch's limit)."""
LOWEST, HIGHEST = Decimal(-(2**300)), Decimal(2**300)
"""A value beyond these is refused: CloudWatch takes up to 2**360, and with one beyond refuses the call."""
SMALLEST = 1 / HIGHEST
"""A value nearer to zero than this counts as zero."""
LONGEST = 255
"""Characters of the name of a metric or dimension, and here of a dimension's value."""
MOST_DIMENSIONS = 30
MOST_VALUES = 40
"""Values of one dimension: as many as the totals list in one transaction."""
OTHER = "other"
"""The value of a dimension that stands for every value that is not listed."""
PROCESSED, REJECTED, DUPLICATES, LAG = "EventsProcessed", "EventsRejected", "EventsDuplicate", "Lag"
OWN = frozenset({PROCESSED, REJECTED, DUPLICATES, LAG})
"""Names of metrics that are the layer's to count."""
UNITS = frozenset(get_args(Unit.__value__))


class DimensionValue(NamedTuple):
    """One value of a dimension; `Dimension.of` makes it."""

    name: str
    value: str


class Dimension:
    """A dimension and all its values; whatever is not listed is `other`.

    Listed are up to 40 names of printable ASCII characters; ValueError if they are not.

    >>> kind = Dimension("EventType", "page_view", "purchase")
    >>> kind.of("purchase").value, kind.of("teleport").value, kind.of(None).value
    ('purchase', 'other', 'other')
    """

    def __init__(self, name: str, *values: str) -> None:
        for text in (name, *values):
            if not isinstance(text, str) or not _is_name(text):
                raise ValueError(
                    f"a dimension of metrics cannot hold {text!r:.60}: CloudWatch takes ASCII text"
                )
        listed = len(set(values))
        if listed > MOST_VALUES:
            raise ValueError(
                f"the dimension {name} lists {listed} values, at most {MOST_VALUES}: each is a metric"
            )
        self.name = name
        self._other = DimensionValue(name, OTHER)
        self._values = {value: DimensionValue(name, value) for value in values}

    def of(self, value: Json) -> DimensionValue:
        """Return this dimension's value for what an event says; `other` if that is not listed."""
        return self._values.get(value, self._other) if isinstance(value, str) else self._other


class MetricSeries(NamedTuple):
    """One metric, as CloudWatch tells them apart."""

    name: str
    unit: Unit = "Count"
    dimensions: Dimensions = ()


class Measure(NamedTuple):
    """One value of a metric of the handler's own.

    >>> amount = Measure("PurchaseAmount", Decimal("19.99"), "None")
    >>> alert = Measure("Alerts", dimensions=(Dimension("Kind", "door", "frost").of("door"),))
    """

    name: str
    """None of the layer's own: EventsProcessed, EventsRejected, EventsDuplicate, Lag."""
    value: Number = 1
    unit: Unit = "Count"
    dimensions: tuple[DimensionValue, ...] = ()


class Sample(NamedTuple):
    """A checked Measure: one value of a series."""

    series: MetricSeries
    value: Number = 1


def sample(measure: Measure) -> Sample:
    """Return what a measure counts, exactly; RejectedError if CloudWatch would not take it.

    One wrong measure would make CloudWatch refuse its neighbours, again and again.
    """
    name, value, unit, dimensions = measure
    series = MetricSeries(name, unit, dimensions)
    _check(series)
    number = exact(value)
    if number is None or not LOWEST < number < HIGHEST:
        raise RejectedError(Reason.BAD_VALUE, f"a value of {name} is no number that CloudWatch takes")
    return Sample(series, 0 if -SMALLEST < number < SMALLEST else number)


def exact(value: object) -> Number | None:
    """Return a number without loss, a float by its shortest text; None for what is none."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    return value if isinstance(value, int) else None


@lru_cache(maxsize=1024)
def _check(series: MetricSeries) -> None:
    """Refuse what CloudWatch does not take (its API reference: MetricDatum), and the layer's own names."""
    name, unit, dimensions = series
    if name in OWN:
        raise RejectedError(Reason.ANALYTICS_FAILED, f"analytics cannot count {name}: the layer does")
    if not all(isinstance(value, DimensionValue) for value in dimensions):
        raise RejectedError(
            Reason.ANALYTICS_FAILED,
            f"a dimension of {name!r:.60} is given as Dimension(NAME, VALUES…).of(value)",
        )
    names = [each for each, _ in dimensions]
    if (
        not _is_name(name)
        or unit not in UNITS
        or len(names) > MOST_DIMENSIONS
        or len(set(names)) < len(names)
    ):
        raise RejectedError(Reason.ANALYTICS_FAILED, f"CloudWatch takes no metric like {series!r:.200}")


def _is_name(text: str) -> bool:
    """Tell whether CloudWatch takes a text as a name."""
    return text.isascii() and text.isprintable() and 0 < len(text.strip()) <= LONGEST and text[0] != ":"


class Statistic(NamedTuple):
    """What CloudWatch keeps of many values: their number, sum, smallest and largest."""

    samples: int
    total: Number
    low: Number
    high: Number

    def plus(self, other: "Statistic") -> "Statistic":
        """Return the statistic of both's values."""
        return Statistic(
            self.samples + other.samples,
            self.total + other.total,
            min(self.low, other.low),
            max(self.high, other.high),
        )


class MetricSums:
    """Sums of samples, by series. Adding is exact: values are integers and Decimals.

    >>> tally = MetricSums()
    >>> tally.add(Sample(MetricSeries("Amount", "None"), Decimal("1.10")))
    >>> tally.add(Sample(MetricSeries("Amount", "None"), Decimal("2.20")))
    >>> tally.statistics[MetricSeries("Amount", "None")]
    Statistic(samples=2, total=Decimal('3.30'), low=Decimal('1.10'), high=Decimal('2.20'))
    """

    def __init__(self) -> None:
        self.statistics: dict[MetricSeries, Statistic] = {}

    def add(self, one: Sample) -> None:
        """Count one value."""
        series, value = one
        known = self.statistics.get(series)
        if known is None:
            self.statistics[series] = Statistic(1, value, value, value)
            return
        samples, total, low, high = known
        self.statistics[series] = Statistic(samples + 1, total + value, min(low, value), max(high, value))

    def add_all(self, series: MetricSeries, values: Sequence[Number]) -> None:
        """Count these values."""
        if values:
            self._merge(series, Statistic(len(values), sum(values), min(values), max(values)))

    def count(self, series: MetricSeries, times: int) -> None:
        """Count a 1 so many times."""
        if times:
            self._merge(series, Statistic(times, times, 1, 1))

    def update(self, other: "MetricSums") -> None:
        """Count everything that another tally counted."""
        for series, statistic in other.statistics.items():
            self._merge(series, statistic)

    def _merge(self, series: MetricSeries, statistic: Statistic) -> None:
        known = self.statistics.get(series)
        self.statistics[series] = statistic if known is None else known.plus(statistic)

    def to_text(self) -> str:
        """Return the sums as JSON; `from_text` reads it back without loss."""
        rows = (
            f'[{_named(series)},"{samples}","{total}","{low}","{high}"]'
            for series, (samples, total, low, high) in self.statistics.items()
        )
        return f"[{','.join(rows)}]"

    @classmethod
    def from_text(cls, text: str) -> "MetricSums":
        """Return the tally that `to_text` wrote."""
        tally = cls()
        for name, unit, dimensions, count, *values in json.loads(text):
            series = MetricSeries(name, unit, tuple((key, value) for key, value in dimensions))
            tally.statistics[series] = Statistic(int(count), *map(Decimal, values))
        return tally


@lru_cache(maxsize=1024)
def _named(series: MetricSeries) -> str:
    """Return a series' name, unit and dimensions as JSON's elements."""
    return json.dumps([series.name, series.unit, series.dimensions], separators=(",", ":"))[1:-1]


def metric_data(tally: MetricSums) -> Iterator[list["MetricDatumTypeDef"]]:
    """Give the sums in CloudWatch's form, at most 1,000 to a call: one call, but for very many series."""
    data = [_datum(series, statistic) for series, statistic in tally.statistics.items()]
    for start in range(0, len(data), MOST_DATA):
        yield data[start : start + MOST_DATA]


def _datum(series: MetricSeries, statistic: Statistic) -> "MetricDatumTypeDef":
    return {
        "MetricName": series.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
        "Unit": series.unit,
        "StatisticValues": {
            "SampleCount": float(statistic.samples),
            "Sum": float(statistic.total),
            "Minimum": float(statistic.low),
            "Maximum": float(statistic.high),
        },
    }


def total(tallies: Iterable[MetricSums]) -> MetricSums:
    """Return the sum of tallies."""
    result = MetricSums()
    for tally in tallies:
        result.update(tally)
    return result
