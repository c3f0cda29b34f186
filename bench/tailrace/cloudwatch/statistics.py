"""CloudWatch's statistics of a cell: plain ones, percentiles, trimmed and winsorized means. Pure.

Source: the CloudWatch User Guide, "CloudWatch statistics definitions". AWS does not say how it interpolates;
here a percentile lies between its two neighbours, as NumPy's does, and a bound in the middle of equal values
takes its share of them.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tailrace.cloudwatch.cells import Cell

type Statistic = Callable[[Cell], float | None]
"""Gives None where the samples do not tell: a percentile of statistic sets."""

PLAIN: dict[str, Statistic] = {
    "SampleCount": lambda cell: cell.count,
    "Sum": lambda cell: cell.total,
    "Average": lambda cell: cell.total / cell.count,
    "Minimum": lambda cell: cell.low,
    "Maximum": lambda cell: cell.high,
}
_SHORT = re.compile(r"(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)", re.IGNORECASE)
_NUMBER = r"-?\d+(?:\.\d+)?"
_LONG = re.compile(rf"(TM|WM|TC|TS|PR)\((?:({_NUMBER})(%?))?:(?:({_NUMBER})(%?))?\)", re.IGNORECASE)
HUNDRED = 100.0


class UnknownStatisticError(ValueError):
    """There is no such statistic; the message is AWS's."""


class TrimmedPart(NamedTuple):
    """What lies between two bounds of a distribution, with what lies below and above it."""

    inside: Sequence[tuple[float, float]]
    """Values in order, and how many of each; fractions where a bound falls between equal values."""
    below: float
    above: float


@lru_cache(maxsize=512)
def statistic(name: str) -> Statistic:
    """Return a statistic by AWS's name for it.

    >>> from tailrace.cloudwatch.cells import cell_of
    >>> statistic("p50")(cell_of([1, 2, 3, 4])), statistic("TM(:2)")(cell_of([1, 2, 9]))
    (2.5, 1.5)
    """
    if name in PLAIN:
        return PLAIN[name]
    if name.upper() == "IQM":
        return _of("tm", _by_percent(25, 75))
    if short := _SHORT.fullmatch(name):
        percent = float(short[2])
        if percent <= HUNDRED:
            kind = short[1].lower()
            if kind == "p":
                return lambda cell: percentile(cell, percent) if cell.distributed else None
            return _of(kind, _by_percent(0, percent))
    if (long := _LONG.fullmatch(name)) and (long[2] or long[4]):
        return _long(name, long)
    raise UnknownStatisticError(f"The value {name} for parameter Stat is not supported.")


def is_extended(name: str) -> bool:
    """Tell whether it is one of those that APIs call ExtendedStatistic."""
    return name not in PLAIN


def percentile(cell: Cell, percent: float) -> float:
    """Return the value below which so many percent of the samples lie."""
    position = percent / HUNDRED * (cell.count - 1)
    seen, lower = 0.0, None
    for value, count in sorted(cell.items()):
        seen += count
        if lower is not None:
            return lower + (value - lower) * (position - math.floor(position))
        if position <= seen - 1:
            return value
        if position < seen:
            lower = value
    return cell.high


def _long(name: str, form: re.Match[str]) -> Statistic:
    kind = form[1].lower()
    low, high = (float(form[2]) if form[2] else None), (float(form[4]) if form[4] else None)
    percents = {mark for bound, mark in ((form[2], form[3]), (form[4], form[5])) if bound}
    if len(percents) > 1 or (low is not None and high is not None and low >= high):
        raise UnknownStatisticError(f"The value {name} for parameter Stat is not supported.")
    if percents == {"%"}:
        if kind == "pr":
            raise UnknownStatisticError(f"The value {name} for parameter Stat is not supported.")
        return _of(kind, _by_percent(low or 0, HUNDRED if high is None else high))
    return _of(kind, _by_value(-math.inf if low is None else low, math.inf if high is None else high))


def _of(kind: str, cut: Callable[[Cell], TrimmedPart]) -> Statistic:
    def value(cell: Cell) -> float | None:
        if not cell.distributed:
            return None
        return _value(kind, cut(cell), cell.count)

    return value


def _value(kind: str, part: TrimmedPart, samples: float) -> float | None:
    count = sum(count for _, count in part.inside)
    total = sum(value * count for value, count in part.inside)
    known: dict[str, float] = {"tc": count, "ts": total, "pr": HUNDRED * count / samples}
    if count:
        known["tm"] = total / count
        known["wm"] = (total + part.inside[0][0] * part.below + part.inside[-1][0] * part.above) / samples
    return known.get(kind)


def _by_percent(low: float, high: float) -> Callable[[Cell], TrimmedPart]:
    def cut(cell: Cell) -> TrimmedPart:
        first, last = low / HUNDRED * cell.count, high / HUNDRED * cell.count
        inside, seen = [], 0.0
        for value, count in sorted(cell.items()):
            share = min(seen + count, last) - max(seen, first)
            if share > 0:
                inside.append((value, share))
            seen += count
        return TrimmedPart(inside, first, cell.count - last)

    return cut


def _by_value(low: float, high: float) -> Callable[[Cell], TrimmedPart]:
    """Bounds that are values: above the lower one, up to and with the upper one."""

    def cut(cell: Cell) -> TrimmedPart:
        items = sorted(cell.items())
        below = sum(count for value, count in items if value <= low)
        above = sum(count for value, count in items if value > high)
        return TrimmedPart([(value, count) for value, count in items if low < value <= high], below, above)

    return cut
