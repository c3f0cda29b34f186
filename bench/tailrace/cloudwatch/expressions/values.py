"""What expressions compute with: numbers, time series, and arrays of time series."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tailrace.cloudwatch.expressions.errors import ExpressionError


@dataclass(frozen=True)
class TimeSeries:
    """A time series: values by the beginning of their period, in order of time."""

    points: Mapping[int, float]
    period: int
    label: str = ""

    def mapped(self, change: Callable[[float], float | None]) -> "TimeSeries":
        """Return the series with each value changed; where that gives None, there is none."""
        changed = ((at, change(value)) for at, value in self.points.items())
        return replace(self, points={at: value for at, value in changed if value is not None})


type Lines = tuple[TimeSeries, ...]
type Value = float | str | TimeSeries | Lines


def _divided(left: float, right: float) -> float | None:
    return left / right if right else None


def _power(left: float, right: float) -> float | None:
    try:
        result = left**right
    except (OverflowError, ZeroDivisionError):
        return None
    return result if isinstance(result, float) else None


SIGNS: dict[str, Callable[[float, float], float | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "^": _power,
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "AND": lambda left, right: float(bool(left) and bool(right)),
    "OR": lambda left, right: float(bool(left) or bool(right)),
}


def combined(sign: str, left: Value, right: Value) -> Value:
    """Return `left sign right`: of series where both have a value, of arrays for each of their series."""
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError(f"Unsupported operand type(s) for {sign}: String")
    if isinstance(left, tuple) and isinstance(right, tuple):
        raise ExpressionError(f"Unsupported operand type(s) for {sign}: '[TimeSeries[], TimeSeries[]]'")
    if isinstance(left, tuple):
        return tuple(_of_lines(sign, each, right) for each in left)
    if isinstance(right, tuple):
        return tuple(_of_lines(sign, left, each) for each in right)
    if isinstance(left, TimeSeries) or isinstance(right, TimeSeries):
        return _of_lines(sign, left, right)
    result = SIGNS[sign](left, right)
    if result is None:
        raise ExpressionError("Division by zero" if sign == "/" else f"{left}{sign}{right} is no number")
    return result


def _of_lines(sign: str, left: Value, right: Value) -> TimeSeries:
    act = SIGNS[sign]
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        both = {at: act(value, right.points[at]) for at, value in left.points.items() if at in right.points}
        return replace(left, points={at: value for at, value in both.items() if value is not None})
    if isinstance(left, TimeSeries) and isinstance(right, float):
        return left.mapped(lambda value: act(value, right))
    if isinstance(right, TimeSeries) and isinstance(left, float):
        return right.mapped(lambda value: act(left, value))
    raise ExpressionError(f"Unsupported operand type(s) for {sign}")


def lines_of(value: Value) -> Lines:
    """Return a value's series; none of a number."""
    if isinstance(value, TimeSeries):
        return (value,)
    return value if isinstance(value, tuple) else ()
