"""Metrics in what a function logs: the embedded metric format. Pure.

Source: the CloudWatch User Guide, "Specification: Embedded metric format". A line that is no such JSON is a
log line and no more; so is one that names a metric, dimension or value that is not valid.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from tailrace.cloudwatch.cells import Cell, CellKey, key
from tailrace.cloudwatch.datapoints import LARGEST, MOST_DIMENSIONS
from tailrace.cloudwatch.store import Place

MOST_METRICS = 100
"""Metrics in one directive."""
MOST_VALUES = 100
"""Values of one metric in one line."""
MARK = '"_aws"'


def metrics_in(place: Place, line: str, at: float) -> list[tuple[CellKey, Cell]]:
    """Return what a log line publishes; nothing if it is not in the format, or not valid.

    `at` is the event's time in epoch seconds; the line's own `Timestamp` (milliseconds) is the metric's.
    """
    if MARK not in line:
        return []
    try:
        root = json.loads(line)
        return list(_read(place, root, at))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return []


def _read(place: Place, root: Mapping[str, Any], at: float) -> Iterator[tuple[CellKey, Cell]]:
    metadata = root["_aws"]
    stamp = metadata.get("Timestamp", at * 1000)
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        raise TypeError
    for directive in metadata["CloudWatchMetrics"]:
        namespace = directive["Namespace"]
        if not isinstance(namespace, str) or not namespace:
            raise TypeError
        sets = [_dimensions(names, root) for names in directive.get("Dimensions") or [[]]]
        metrics = directive.get("Metrics") or []
        if len(metrics) > MOST_METRICS:
            raise ValueError
        for metric in metrics:
            cell = _cell(root[metric["Name"]])
            identity = (namespace, metric["Name"], metric.get("Unit") or "")
            for dimensions in sets:
                yield key(place, identity, dimensions, stamp / 1000), cell


def _dimensions(names: list[str], root: Mapping[str, Any]) -> dict[str, str]:
    if len(names) > MOST_DIMENSIONS or not isinstance(names, list):
        raise ValueError
    values = {name: root[name] for name in names}
    if any(isinstance(value, dict | list | bool) or value is None for value in values.values()):
        raise TypeError
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def _cell(target: Any) -> Cell:  # noqa: ANN401  whatever JSON holds
    cell = Cell()
    values = target if isinstance(target, list) else [target]
    if not values or len(values) > MOST_VALUES:
        raise ValueError
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise ValueError
        cell.add(float(value))
    return cell
