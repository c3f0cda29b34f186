"""LocalStack's metric store (SQLite), written in batches and read exactly.

As it comes, every sample is a transaction of its own (4 ms), and a metric is found by a LIKE over its
dimensions, so that FunctionName=f answers for FunctionName=f with Resource=f and for FunctionName=f2 as well.
AWS keeps every set of dimensions apart; so does this.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from localstack.aws.api import CommonServiceException
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

from tailrace import cloudwatch
from tailrace.cloudwatch.gather import Gathered, Key, Statistics, key

_ready = threading.Event()
_writing = threading.Lock()

_INSERT = """
INSERT INTO AGGREGATED_METRICS
(account_id, region, metric_name, namespace, timestamp, dimensions, unit, sample_count, sum, min, max)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_SELECT = """
SELECT bucket, SUM(total), SUM(n), MIN(low), MAX(high) FROM (
  SELECT (timestamp - :start) / :period AS bucket, value AS total, 1 AS n, value AS low, value AS high
  FROM SINGLE_METRICS WHERE {condition}
  UNION ALL
  SELECT (timestamp - :start) / :period, sum, sample_count, min, max
  FROM AGGREGATED_METRICS WHERE {condition}
) GROUP BY bucket ORDER BY bucket
"""

_CONDITION = """
metric_name = :name AND namespace = :namespace AND account_id = :account AND region = :region
AND dimensions IS :dimensions AND timestamp >= :start AND timestamp < :end
"""


def install() -> None:
    """Put this in place of the store's own writing and reading. Once, before CloudWatch is loaded."""
    made = CloudwatchDatabase.__init__

    def init(self: object) -> None:
        made(self)
        _ready.set()

    CloudwatchDatabase.__init__ = init
    CloudwatchDatabase.add_metric_data = _add_metric_data
    CloudwatchDatabase.get_metric_data_stat = _get_metric_data_stat
    for name in ("get_units_for_metric_data_stat", "list_metrics", "get_all_metric_data"):
        setattr(CloudwatchDatabase, name, _after_flush(getattr(CloudwatchDatabase, name)))
    CloudwatchDatabase._get_ordered_dimensions_with_separator = _dimensions_column  # noqa: SLF001  searched by
    CloudwatchDatabase._restore_dimensions_from_string = _dimensions_in  # noqa: SLF001  listed by
    clear = CloudwatchDatabase.clear_tables

    def clear_tables(self: object) -> None:
        cloudwatch.GATHERED.take()
        clear(self)

    CloudwatchDatabase.clear_tables = clear_tables


def write(gathered: Gathered) -> None:
    """Store what waits, in one transaction; until CloudWatch is loaded it goes on waiting."""
    if not _ready.is_set():
        return
    with _writing:
        rows = [_row(which, statistics) for which, statistics in gathered.take().items()]
        if not rows:
            return
        with sqlite3.connect(CloudwatchDatabase.METRICS_DB, timeout=30) as connection:
            connection.execute(
                "PRAGMA synchronous = OFF"
            )  # an emulator's metrics need not survive a power cut
            connection.executemany(_INSERT, rows)
        connection.close()


def _row(which: Key, statistics: Statistics) -> tuple[object, ...]:
    return (
        which.account,
        which.region,
        which.name,
        which.namespace,
        which.second,
        _column(which.dimensions),
        which.unit or None,
        *statistics,
    )


def _column(dimensions: Iterable[tuple[str, str]]) -> str | None:
    return "".join(f"{name}={value}\t" for name, value in dimensions) or None


def _dimensions_column(
    self: object,
    dims: list[dict[str, str]] | None,
    for_search: bool = False,  # noqa: FBT001, FBT002  LocalStack's signature
) -> str | None:
    """Write dimensions as they are stored, or as a pattern that finds them; a filter may name no value."""
    del self
    pairs = sorted((d["Name"], d.get("Value", "")) for d in dims or [])
    if not for_search:
        return _column(pairs)
    return "".join(f"%{name}={value}\t%" if value else f"%{name}=%" for name, value in pairs) or None


def _dimensions_in(self: object, dimensions: str | None) -> list[dict[str, str]] | None:
    """Read dimensions as they are stored; a value may hold an equals sign."""
    del self
    pairs = [part.partition("=") for part in (dimensions or "").split("\t") if part]
    return [{"Name": name, "Value": value} for name, _, value in pairs] or None


def _add_metric_data(
    self: object, account_id: str, region: str, namespace: str, metric_data: list[dict[str, Any]]
) -> None:
    del self
    for datum in metric_data:
        stamp = datum.get("Timestamp") or datetime.now().astimezone()
        dimensions = {d["Name"]: d["Value"] for d in datum.get("Dimensions") or []}
        identity = (namespace, datum["MetricName"], datum.get("Unit") or "")
        which = key((account_id, region), identity, dimensions, stamp.timestamp())
        for statistics in _statistics(datum):
            cloudwatch.GATHERED.add(which, statistics)
    cloudwatch.FLUSHER.note()


def _statistics(datum: dict[str, Any]) -> list[Statistics]:
    samples = []
    if datum.get("Value") is not None:
        samples.append((datum["Value"], 1))
    elif values := datum.get("Values"):
        samples += zip(values, datum.get("Counts") or [1] * len(values), strict=True)
    found = [Statistics(count, value * count, value, value) for value, count in samples]
    if given := datum.get("StatisticValues"):
        found.append(Statistics(given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"]))
    return found


def _get_metric_data_stat(  # noqa: PLR0913, PLR0917  LocalStack's signature
    self: object,
    account_id: str,
    region: str,
    query: dict[str, Any],
    start_time: datetime,
    end_time: datetime,
    scan_by: str | None,
) -> dict[str, list[float]]:
    del self
    wanted = query["MetricStat"]
    start, period = int(start_time.timestamp()), wanted["Period"]
    what = {**wanted["Metric"], "Unit": wanted.get("Unit")}
    found = read(
        (account_id, region), what, wanted["Stat"], Periods(start, int(end_time.timestamp()), period)
    )
    timestamps = [float(start + bucket * period) for bucket in found]
    values = list(found.values())
    if scan_by in (None, "TimestampDescending"):
        timestamps.reverse()
        values.reverse()
    return {"timestamps": timestamps, "values": values}


class Periods(NamedTuple):
    """From start to end (epoch seconds), in periods of so many seconds; the first begins at start."""

    start: int
    end: int
    period: int


def read(place: tuple[str, str], metric: Mapping[str, Any], stat: str, periods: Periods) -> dict[int, float]:
    """Return a statistic of each period that has samples, by the period's number, in their order.

    `place` is account and region; `metric` has MetricName, Namespace, and perhaps Dimensions and Unit, as
    CloudWatch's API has them. What waits to be stored is counted.
    """
    cloudwatch.flush()
    account, region = place
    parameters = {
        "account": account,
        "region": region,
        "namespace": metric.get("Namespace"),
        "name": metric.get("MetricName"),
        "dimensions": _column(sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or [])),
        "unit": metric.get("Unit"),
        **periods._asdict(),
    }
    return {bucket: _value(stat, statistics) for bucket, statistics in _select(parameters)}


def _select(parameters: dict[str, Any]) -> list[tuple[int, Statistics]]:
    unit = parameters["unit"]
    condition = _CONDITION
    if unit:
        condition += " AND unit IS NULL" if unit == "NULL_VALUE" else " AND unit = :unit"
    connection = sqlite3.connect(CloudwatchDatabase.METRICS_DB_READ_ONLY, uri=True, timeout=30)
    try:
        rows = connection.execute(_SELECT.format(condition=condition), parameters).fetchall()
    finally:
        connection.close()
    return [(row[0], Statistics(row[2], row[1], row[3], row[4])) for row in rows]


def _value(stat: str, statistics: Statistics) -> float:
    values = {
        "Sum": statistics.total,
        "Average": statistics.total / statistics.samples,
        "Minimum": statistics.minimum,
        "Maximum": statistics.maximum,
        "SampleCount": statistics.samples,
    }
    if stat not in values:
        known = ", ".join(values)
        raise CommonServiceException(
            "InvalidParameterValue", f"The statistic {stat}: not done by this emulator. Available: {known}."
        )
    return values[stat]


def _after_flush(method: Callable[..., object]) -> Callable[..., object]:
    def flushed(self: object, *args: object, **kwargs: object) -> object:
        cloudwatch.flush()
        return method(self, *args, **kwargs)

    return flushed
