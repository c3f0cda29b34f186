"""GetMetricData: queries become results, page by page. Pure but for the store that it reads.

Source: the API reference of GetMetricData. Texts of errors are AWS's where they are known.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tailrace.cloudwatch import labels
from tailrace.cloudwatch.expressions.errors import ExpressionError, NotDoneError
from tailrace.cloudwatch.expressions.evaluate import World, evaluate
from tailrace.cloudwatch.expressions.functions import Grid
from tailrace.cloudwatch.expressions.search import search
from tailrace.cloudwatch.expressions.values import Lines, TimeSeries, Value
from tailrace.cloudwatch.series import Periods
from tailrace.cloudwatch.statistics import UnknownStatisticError, is_extended, statistic
from tailrace.cloudwatch.store import MetricId, MetricStore, Place

MOST_QUERIES = 500
MOST_DATAPOINTS = 100_800
SHORT_PERIODS = frozenset({1, 5, 10, 20, 30})
MINUTE, FIVE_MINUTES, HOUR, DAY = 60, 300, 3600, 86_400
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


class QueryError(ValueError):
    """A query cannot be answered. `code` is AWS's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class MetricResult:
    """One series of the answer."""

    id: str
    label: str
    points: Sequence[tuple[int, float]]
    complete: bool = True


class ResultPage(NamedTuple):
    """An answer, and where the next one begins; None after the last."""

    results: list[MetricResult]
    token: str | None


def valid_period(period: int) -> bool:
    """Tell whether CloudWatch has such a period, in seconds.

    >>> [period for period in (0, 1, 7, 30, 60, 90, 300) if valid_period(period)]
    [1, 30, 60, 300]
    """
    return period in SHORT_PERIODS or (period > 0 and period % MINUTE == 0)


def begun(start: float, period: int, now: float) -> int:
    """Return a request's start, rounded down as CloudWatch does by its age and period."""
    step = MINUTE
    if period in SHORT_PERIODS:
        step = period
    elif now - start > 63 * DAY:
        step = HOUR
    elif now - start > 15 * DAY:
        step = FIVE_MINUTES
    return int(start) // step * step


def metric_id(metric: Mapping[str, Any]) -> MetricId:
    """Return the identity of a Metric as APIs have it: Namespace, MetricName and perhaps Dimensions."""
    pairs = sorted((pair["Name"], pair["Value"]) for pair in metric.get("Dimensions") or ())
    return MetricId(metric.get("Namespace", ""), metric.get("MetricName", ""), tuple(pairs))


@dataclass
class Queries:
    """The queries of one request over one stretch of time; each is answered once."""

    store: MetricStore
    place: Place
    queries: Sequence[Mapping[str, Any]]
    start: float
    end: float
    now: float
    _known: dict[str, Value] = field(default_factory=dict)
    _asked: list[str] = field(default_factory=list)

    def results(self) -> list[MetricResult]:
        """Return the series of the queries that return data, in their order, oldest value first."""
        self._check()
        differing = labels.differing(self.queries)
        found: list[MetricResult] = []
        for query in self.queries:
            if query.get("ReturnData", True):
                value = self._value_of(query["Id"])
                lines = value if isinstance(value, tuple) else (value,)
                found += [
                    MetricResult(
                        query["Id"], labels.label(query, line, differing), tuple(line.points.items())
                    )
                    for line in lines
                    if isinstance(line, TimeSeries)
                ]
        return found

    def _check(self) -> None:
        if self.start >= self.end:
            raise QueryError(
                "ValidationError", "The parameter StartTime must be less than the parameter EndTime."
            )
        if len(self.queries) > MOST_QUERIES:
            raise QueryError(
                "ValidationError",
                f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}.",
            )
        seen: set[str] = set()
        for number, query in enumerate(self.queries, 1):
            where = f"MetricDataQueries.member.{number}"
            if not _ID.fullmatch(query.get("Id", "")):
                raise QueryError(
                    "ValidationError",
                    f"The value {query.get('Id', '')} for parameter {where}.Id is not matching the "
                    "expression ^[a-z][a-zA-Z0-9_]*$.",
                )
            if query["Id"] in seen:
                raise QueryError(
                    "ValidationError",
                    f"The values for parameter Id in MetricDataQueries are not unique: {query['Id']}.",
                )
            seen.add(query["Id"])
            self._check_one(where, query)
            if query.get("AccountId") not in (None, self.place[0]):
                raise QueryError(
                    "ValidationError",
                    f"{where}.AccountId: not done by this emulator, where no account is linked to another.",
                )

    @staticmethod
    def _check_one(where: str, query: Mapping[str, Any]) -> None:
        given = [name for name in ("Expression", "MetricStat") if query.get(name)]
        if len(given) != 1:
            raise QueryError(
                "ValidationError",
                f"Either {where}.Expression or {where}.MetricStat must be specified, and not both.",
            )
        period = (query.get("MetricStat") or query).get("Period")
        if period is not None and not valid_period(period):
            raise QueryError(
                "ValidationError",
                f"The value {period} for parameter {where}.Period is not valid: 1, 5, 10, 20, 30, or a "
                "multiple of 60.",
            )

    def _value_of(self, query_id: str) -> Value:
        if query_id not in self._known:
            query = next(query for query in self.queries if query["Id"] == query_id)
            if query_id in self._asked:
                raise QueryError("ValidationError", f"Error in expression '{query_id}': it refers to itself")
            self._asked.append(query_id)
            self._known[query_id] = (
                self._computed(query) if query.get("Expression") else self._measured(query["MetricStat"])
            )
            self._asked.pop()
        return self._known[query_id]

    def _measured(self, wanted: Mapping[str, Any]) -> TimeSeries:
        metric = metric_id(wanted["Metric"])
        return self.series(metric, wanted["Stat"], wanted["Period"], wanted.get("Unit"))

    def series(self, metric: MetricId, stat: str, period: int, unit: str | None = None) -> TimeSeries:
        """Return the series of one metric's statistic."""
        try:
            act = statistic(stat)
        except UnknownStatisticError as error:
            raise QueryError("ValidationError", str(error)) from None
        stretch = Periods(begun(self.start, period, self.now), int(-(-self.end // 1)), period)
        cells = self.store.read(self.place, metric, unit, stretch, plain=not is_extended(stat))
        values = ((at, act(cell)) for at, cell in cells.items())
        return TimeSeries({at: value for at, value in values if value is not None}, period, metric.name)

    def _computed(self, query: Mapping[str, Any]) -> Lines | TimeSeries:
        period = query.get("Period") or min(self._periods(), default=FIVE_MINUTES)
        grid = Grid(begun(self.start, period, self.now), int(-(-self.end // 1)), period)
        world = World(grid, self._named, self._metrics, self._found)
        try:
            return evaluate(query["Expression"], world)
        except NotDoneError as error:
            raise QueryError("ValidationError", f"Error in expression '{query['Id']}': {error}") from None
        except (UnknownStatisticError, ExpressionError) as error:
            raise QueryError("ValidationError", f"Error in expression '{query['Id']}': {error}") from None

    def _periods(self) -> Iterator[int]:
        return (query["MetricStat"]["Period"] for query in self.queries if query.get("MetricStat"))

    def _named(self, name: str) -> Value:
        if not any(query["Id"] == name for query in self.queries):
            raise KeyError(name)
        return self._value_of(name)

    def _metrics(self) -> Mapping[str, TimeSeries]:
        measured = [query["Id"] for query in self.queries if query.get("MetricStat")]
        values = ((query_id, self._value_of(query_id)) for query_id in measured)
        return {query_id: value for query_id, value in values if isinstance(value, TimeSeries)}

    def _found(self, expression: str, stat: str, period: int) -> Lines:
        if not valid_period(period):
            raise ExpressionError(f"SEARCH: {period} is no period")
        known = [seen.metric for seen in self.store.metrics(self.place)]
        lines = []
        for metric in search(expression, known):
            label = " ".join((*(value for _, value in metric.dimensions), metric.name))
            lines.append(replace(self.series(metric, stat, period), label=label))
        return tuple(lines)


def paged(
    results: Sequence[MetricResult], token: str | None, most: int | None, *, newest_first: bool
) -> ResultPage:
    """Return a page of at most `most` datapoints, of all series together."""
    begin = _offset(token)
    room = min(most or MOST_DATAPOINTS, MOST_DATAPOINTS)
    end, position, page = begin + room, 0, []
    for result in results:
        points = list(reversed(result.points)) if newest_first else list(result.points)
        size = len(points)
        low, high = max(begin - position, 0), min(end - position, size)
        if (low < high) or (size == 0 and begin <= position < end):
            page.append(replace(result, points=points[low:high], complete=high == size))
        position += size
    return ResultPage(page, _token(end) if position > end else None)


def _token(offset: int) -> str:
    return urlsafe_b64encode(b"datapoint %d" % offset).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(urlsafe_b64decode(token.encode()).removeprefix(b"datapoint "))
    except ValueError:
        raise QueryError("InvalidNextToken", "The next token specified is invalid.") from None
