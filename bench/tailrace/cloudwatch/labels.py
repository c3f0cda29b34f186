"""What a series of GetMetricData is called."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tailrace.cloudwatch.expressions.values import TimeSeries

_DYNAMIC = re.compile(r"\$\{([^}]*)\}")
_PROPERTY = re.compile(r"PROP\('([^']*)'\)")
_NUMBERS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: math.fsum(values) / len(values),
    "DATAPOINT_COUNT": len,
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MAX": max,
    "MIN": min,
    "SUM": math.fsum,
}


def differing(queries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what default labels must name beside the metric, since the queries differ in it."""
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    return tuple(name for name in ("Stat", "Period") if len({stat[name] for stat in stats}) > 1)


def label(query: Mapping[str, Any], line: TimeSeries, beside: Sequence[str]) -> str:
    """Return the label of one series: the query's own, with its dynamic parts, or AWS's default."""
    stat = query.get("MetricStat")
    default = line.label or query["Id"]
    if stat:
        default = " ".join((stat["Metric"]["MetricName"], *(str(stat[name]) for name in beside)))
    elif "SEARCH" not in query.get("Expression", ""):
        default = query["Id"]
    given = query.get("Label")
    if given is None:
        return default
    return _DYNAMIC.sub(lambda part: _part(part, default, stat or {}, line), given)


def _part(part: re.Match[str], default: str, stat: Mapping[str, Any], line: TimeSeries) -> str:
    name = part[1]
    if name == "LABEL":
        return default
    if name in _NUMBERS:
        values = list(line.points.values())
        return f"{_NUMBERS[name](values):g}" if values else "--"
    if wanted := _PROPERTY.fullmatch(name):
        return _property(wanted[1], stat)
    return part[0]


def _property(name: str, stat: Mapping[str, Any]) -> str:
    metric = stat.get("Metric", {})
    if name.startswith("Dim."):
        pairs = {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or ()}
        return str(pairs.get(name.removeprefix("Dim."), ""))
    return str({**metric, **stat}.get(name, ""))
