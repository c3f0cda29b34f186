"""What a metric filter publishes of log lines. Pure.

Source: the CloudWatch Logs API reference, MetricTransformation.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tailrace.cloudwatch.cells import Cell, CellKey, key, repeated
from tailrace.cloudwatch.patterns import Match, compiled
from tailrace.cloudwatch.subscriptions import LogSource, StoredEvent


def published(
    source: LogSource, metric_filter: Mapping[str, Any], lines: Sequence[StoredEvent]
) -> Iterator[tuple[CellKey, Cell]]:
    """Give a sample for each line that matches, or the default value once if none does.

    A line whose value or dimension is not there, or whose value is no number, publishes nothing.
    """
    matches = compiled(metric_filter.get("filterPattern") or "")
    found = [(line, match) for line in lines if (match := matches(line.message))]
    for transformation in metric_filter.get("metricTransformations") or ():
        for line, match in found:
            value = _value(transformation.get("metricValue", "1"), match)
            dimensions = _dimensions(transformation.get("dimensions") or {}, match)
            if value is not None and dimensions is not None:
                yield _key(source, transformation, dimensions, line), repeated(value, 1)
        default = transformation.get("defaultValue")
        if lines and not found and default is not None:
            yield _key(source, transformation, {}, lines[-1]), repeated(float(default), 1)


def _key(
    source: LogSource, transformation: Mapping[str, Any], dimensions: Mapping[str, str], line: StoredEvent
) -> CellKey:
    unit = transformation.get("unit") or "None"
    metric = (transformation["metricNamespace"], transformation["metricName"], unit)
    return key((source.account, source.region), metric, dimensions, line.timestamp / 1000)


def _value(wanted: str, match: Match) -> float | None:
    found = match.value(wanted) if wanted.startswith("$") else wanted
    if isinstance(found, bool):
        return None
    try:
        return float(found)
    except (TypeError, ValueError):
        return None


def _dimensions(wanted: Mapping[str, str], match: Match) -> dict[str, str] | None:
    found = {name: match.value(selector) for name, selector in wanted.items()}
    if any(value is None or isinstance(value, dict | list) for value in found.values()):
        return None
    return {name: str(value) for name, value in found.items()}
