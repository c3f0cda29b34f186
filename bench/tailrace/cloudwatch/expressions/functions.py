"""The functions of metric math, by AWS's names for them."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from tailrace.cloudwatch.expressions.errors import ExpressionError, NotDoneError
from tailrace.cloudwatch.expressions.values import Lines, TimeSeries, Value, lines_of

NOT_DONE = {
    "ANOMALY_DETECTION_BAND": "no model is trained here",
    "DB_PERF_INSIGHTS": "there is no RDS here",
    "INSIGHT_RULE_METRIC": "there are no Contributor Insights rules here",
    "LAMBDA": "there are no metrics data sources here",
    "SELECT": "there is no Metrics Insights here",
    "SERVICE_QUOTA": "there are no quotas here",
}
"""What AWS knows and is refused here, with the reason."""


class Grid(NamedTuple):
    """The periods that a query asks for."""

    start: int
    end: int
    period: int

    def moments(self) -> range:
        """Give the beginning of each."""
        return range(self.start, self.end, self.period)


type Function = Callable[[Sequence[Value], Grid], Value]


def call(name: str, arguments: Sequence[Value], grid: Grid) -> Value:
    """Return what a function gives; `ExpressionError` for arguments that it does not take."""
    if name in NOT_DONE:
        raise NotDoneError(f"{name}: not done by this emulator, {NOT_DONE[name]}")
    if name not in FUNCTIONS:
        raise ExpressionError(f"Unknown function: {name}")
    least, most, act = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        raise ExpressionError(f"{name} takes {least}{f' to {most}' if most > least else ''} arguments")
    return act(arguments, grid)


def _each(change: Callable[[float], float | None]) -> Function:
    """For each value of numbers, series and arrays."""

    def act(arguments: Sequence[Value], grid: Grid) -> Value:
        del grid
        value = arguments[0]
        if isinstance(value, float):
            changed = change(value)
            if changed is None:
                raise ExpressionError(f"{value} has no such value")
            return changed
        return _per_line(value, lambda line: line.mapped(change))

    return act


def _per_line(value: Value, change: Callable[[TimeSeries], TimeSeries]) -> Value:
    if isinstance(value, TimeSeries):
        return change(value)
    if isinstance(value, tuple):
        return tuple(change(line) for line in value)
    raise ExpressionError("a time series is expected")


def _folded(fold: Callable[[Sequence[float]], float]) -> Function:
    """One number of a series; one series of an array, from what its series have at each time."""

    def act(arguments: Sequence[Value], grid: Grid) -> Value:
        value = arguments[0]
        if isinstance(value, TimeSeries):
            if not value.points:
                raise EmptyError
            return float(fold(list(value.points.values())))
        if isinstance(value, tuple):
            at: dict[int, list[float]] = {}
            for line in value:
                for moment, number in line.points.items():
                    at.setdefault(moment, []).append(number)
            return TimeSeries(
                {moment: float(fold(at[moment])) for moment in sorted(at)}, _period(value, grid)
            )
        if isinstance(value, float):
            return float(fold([value]))
        raise ExpressionError("a time series is expected")

    return act


def _average(arguments: Sequence[Value], grid: Grid) -> Value:
    """As the guide says: where a value is missing, it counts as zero."""
    value = arguments[0]
    if isinstance(value, tuple):
        sums = _folded(math.fsum)(arguments, grid)
        return sums.mapped(lambda total: total / len(value)) if isinstance(sums, TimeSeries) else sums
    total = _folded(math.fsum)(arguments, grid)
    if not isinstance(value, TimeSeries) or not isinstance(total, float):
        return total
    moments = range(grid.start, grid.end, value.period)
    return total / max(len(moments), len(value.points))


class EmptyError(Exception):
    """A series without values has no such number: the whole expression has no value."""


def _period(lines: Lines, grid: Grid) -> int:
    return max((line.period for line in lines), default=grid.period)


def _logarithm(base: Callable[[float], float]) -> Callable[[float], float | None]:
    return lambda value: base(value) if value > 0 else None


def _fill(arguments: Sequence[Value], grid: Grid) -> Value:
    filling = arguments[1]

    def filled(line: TimeSeries) -> TimeSeries:
        moments = [at for at in grid.moments() if at not in line.points]
        if isinstance(filling, float):
            added = dict.fromkeys(moments, filling)
        elif isinstance(filling, TimeSeries):
            added = {at: filling.points[at] for at in moments if at in filling.points}
        elif filling == "REPEAT":
            added = {at: line.points[last] for at in moments if (last := _before(line, at)) is not None}
        elif filling == "LINEAR":
            added = dict(_between(line, moments))
        else:
            raise ExpressionError("FILL takes a number, REPEAT, LINEAR or a time series")
        return replace(line, points=dict(sorted((*line.points.items(), *added.items()))))

    return _per_line(arguments[0], filled)


def _before(line: TimeSeries, at: int) -> int | None:
    return max((moment for moment in line.points if moment < at), default=None)


def _between(line: TimeSeries, moments: Iterable[int]) -> Iterable[tuple[int, float]]:
    for at in moments:
        low = _before(line, at)
        high = min((moment for moment in line.points if moment > at), default=None)
        if low is not None and high is not None:
            share = (at - low) / (high - low)
            yield at, line.points[low] + (line.points[high] - line.points[low]) * share
        elif low is not None:
            yield at, line.points[low]


def _steps(step: Callable[[tuple[int, float], tuple[int, float]], float]) -> Function:
    """From each value and the one before it."""

    def act(arguments: Sequence[Value], grid: Grid) -> Value:
        del grid

        def stepped(line: TimeSeries) -> TimeSeries:
            items = list(line.points.items())
            pairs = pairwise(items)
            return replace(line, points={later[0]: step(earlier, later) for earlier, later in pairs})

        return _per_line(arguments[0], stepped)

    return act


def _running_sum(arguments: Sequence[Value], grid: Grid) -> Value:
    del grid

    def summed(line: TimeSeries) -> TimeSeries:
        total, points = 0.0, {}
        for at, value in line.points.items():
            total += value
            points[at] = total
        return replace(line, points=points)

    return _per_line(arguments[0], summed)


def _if(arguments: Sequence[Value], grid: Grid) -> Value:
    condition, then = arguments[0], arguments[1]
    other = arguments[2] if len(arguments) > 2 else None  # noqa: PLR2004  its third
    if isinstance(condition, float):
        if condition:
            return then
        return other if other is not None else TimeSeries({}, grid.period)
    if not isinstance(condition, TimeSeries) or isinstance(then, tuple) or isinstance(other, tuple):
        raise ExpressionError("IF takes numbers and time series")
    points = {}
    for at, truth in condition.points.items():
        chosen = then if truth else other
        value = chosen.points.get(at) if isinstance(chosen, TimeSeries) else chosen
        if isinstance(value, float):
            points[at] = value
    return replace(condition, points=points)


def _end(last: int) -> Function:
    def act(arguments: Sequence[Value], grid: Grid) -> Value:
        del grid
        value = arguments[0]
        if isinstance(value, tuple):
            if not value:
                raise EmptyError
            return value[last]
        if not isinstance(value, TimeSeries):
            raise ExpressionError("a time series is expected")
        if not value.points:
            raise EmptyError
        return list(value.points.values())[last]

    return act


def _slice(arguments: Sequence[Value], grid: Grid) -> Value:
    del grid
    lines, bounds = arguments[0], arguments[1:]
    if not isinstance(lines, tuple) or not all(isinstance(bound, float) for bound in bounds):
        raise ExpressionError("SLICE takes an array of time series and one or two numbers")
    first, last = int(bounds[0]), int(bounds[1]) if len(bounds) > 1 else None  # type: ignore[arg-type]
    return lines[first:last]


_SORTS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": statistics.fmean,
    "MAX": max,
    "MIN": min,
    "SUM": math.fsum,
}


def _sort(arguments: Sequence[Value], grid: Grid) -> Value:
    del grid
    lines, by, order = arguments[0], arguments[1], arguments[2]
    if not isinstance(lines, tuple) or not isinstance(by, str) or order not in {"ASC", "DESC"}:
        raise ExpressionError("SORT takes an array of time series, AVG, MAX, MIN or SUM, and ASC or DESC")
    if by not in _SORTS:
        raise ExpressionError(f"SORT cannot sort by {by}: AVG, MAX, MIN or SUM")
    known = [line for line in lines if line.points]
    known.sort(key=lambda line: _SORTS[by](list(line.points.values())), reverse=order == "DESC")
    most = arguments[3] if len(arguments) > 3 else None  # noqa: PLR2004  its fourth
    return tuple(known[: int(most)] if isinstance(most, float) else known)


def _time_series(arguments: Sequence[Value], grid: Grid) -> Value:
    value = arguments[0]
    if not isinstance(value, float):
        raise ExpressionError("TIME_SERIES takes a number")
    return TimeSeries(dict.fromkeys(grid.moments(), value), grid.period)


def _count(arguments: Sequence[Value], grid: Grid) -> Value:
    del grid
    return float(len(lines_of(arguments[0])))


def _datapoints(arguments: Sequence[Value], grid: Grid) -> Value:
    value = arguments[0]
    if isinstance(value, TimeSeries):
        return float(len(value.points))
    counted: dict[int, float] = {}
    lines = lines_of(value)
    for line in lines:
        for at in line.points:
            counted[at] = counted.get(at, 0.0) + 1
    return TimeSeries(dict(sorted(counted.items())), _period(lines, grid))


def _period_of(arguments: Sequence[Value], grid: Grid) -> Value:
    return float(_period(lines_of(arguments[0]), grid))


def _remove_empty(arguments: Sequence[Value], grid: Grid) -> Value:
    del grid
    return tuple(line for line in lines_of(arguments[0]) if line.points)


def _calendar(part: Callable[[datetime], float]) -> Function:
    """For each period of the series, whether it has a value then or not."""

    def act(arguments: Sequence[Value], grid: Grid) -> Value:
        def timed(line: TimeSeries) -> TimeSeries:
            moments = range(grid.start, grid.end, line.period)
            return replace(line, points={at: float(part(datetime.fromtimestamp(at, UTC))) for at in moments})

        return _per_line(arguments[0], timed)

    return act


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "ABS": (1, 1, _each(abs)),
    "AVG": (1, 1, _average),
    "CEIL": (1, 1, _each(lambda value: float(math.ceil(value)))),
    "DATAPOINT_COUNT": (1, 1, _datapoints),
    "DATE": (1, 1, _calendar(lambda at: at.day)),
    "DAY": (1, 1, _calendar(lambda at: at.isoweekday())),
    "DIFF": (1, 1, _steps(lambda earlier, later: later[1] - earlier[1])),
    "DIFF_TIME": (1, 1, _steps(lambda earlier, later: float(later[0] - earlier[0]))),
    "EPOCH": (1, 1, _calendar(lambda at: at.timestamp())),
    "FILL": (2, 2, _fill),
    "FIRST": (1, 1, _end(0)),
    "FLOOR": (1, 1, _each(lambda value: float(math.floor(value)))),
    "HOUR": (1, 1, _calendar(lambda at: at.hour)),
    "IF": (2, 3, _if),
    "LAST": (1, 1, _end(-1)),
    "LOG": (1, 1, _each(_logarithm(math.log))),
    "LOG10": (1, 1, _each(_logarithm(math.log10))),
    "MAX": (1, 1, _folded(max)),
    "METRIC_COUNT": (1, 1, _count),
    "MIN": (1, 1, _folded(min)),
    "MINUTE": (1, 1, _calendar(lambda at: at.minute)),
    "MONTH": (1, 1, _calendar(lambda at: at.month)),
    "PERIOD": (1, 1, _period_of),
    "RATE": (
        1,
        1,
        _steps(lambda earlier, later: (later[1] - earlier[1]) / (later[0] - earlier[0])),
    ),
    "REMOVE_EMPTY": (1, 1, _remove_empty),
    "RUNNING_SUM": (1, 1, _running_sum),
    "SLICE": (2, 3, _slice),
    "SORT": (3, 4, _sort),
    "STDDEV": (1, 1, _folded(statistics.pstdev)),
    "SUM": (1, 1, _folded(math.fsum)),
    "TIME_SERIES": (1, 1, _time_series),
    "YEAR": (1, 1, _calendar(lambda at: at.year)),
}
"""How many arguments each takes, at least and at most, and what it does. METRICS, SEARCH and the array `[…]`
are `evaluate`'s, which knows the other queries and the metrics."""
