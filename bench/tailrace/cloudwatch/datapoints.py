"""PutMetricData's data become samples; AWS's checks of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tailrace.cloudwatch.cells import Cell, CellKey, key
from tailrace.cloudwatch.queries import QueryError
from tailrace.cloudwatch.store import Place

MOST = 1000
"""Metrics in one request."""
MOST_VALUES = 150
MOST_DIMENSIONS = 30
LARGEST = 2.0**360
"""CloudWatch takes values between -2^360 and 2^360."""
PAST, FUTURE = 14 * 86_400, 2 * 3600
"""How far a timestamp may lie from now, in seconds."""


def samples(
    place: Place, namespace: str, data: Sequence[Mapping[str, Any]], now: float
) -> list[tuple[CellKey, Cell]]:
    """Return what one request publishes; `QueryError` in AWS's words if it is not valid: then nothing is."""
    if not data:
        raise QueryError("MissingParameter", "The parameter MetricData is required.")
    if len(data) > MOST:
        raise QueryError(
            "InvalidParameterValue", f"The collection MetricData must not have a size greater than {MOST}."
        )
    return [
        _sample(place, namespace, datum, f"MetricData.member.{number}", now)
        for number, datum in enumerate(data, 1)
    ]


def _sample(
    place: Place, namespace: str, datum: Mapping[str, Any], where: str, now: float
) -> tuple[CellKey, Cell]:
    dimensions = {pair["Name"]: pair["Value"] for pair in datum.get("Dimensions") or ()}
    if len(dimensions) > MOST_DIMENSIONS:
        raise QueryError(
            "InvalidParameterValue",
            f"The collection {where}.Dimensions must not have a size greater than {MOST_DIMENSIONS}.",
        )
    stamp = datum.get("Timestamp")
    at = now if stamp is None else stamp.timestamp()
    if at < now - PAST or at > now + FUTURE:
        raise QueryError(
            "InvalidParameterValue",
            f"The parameter {where}.Timestamp must specify a time within the past two weeks and no more than "
            "two hours in the future.",
        )
    cell = Cell()
    for value, count in _values(datum, where):
        cell.add(value, count)
    if given := datum.get("StatisticValues"):
        cell.add_set(
            *(
                _number(given[name], f"{where}.StatisticValues.{name}")
                for name in ("SampleCount", "Sum", "Minimum", "Maximum")
            )
        )
    identity = (namespace, datum["MetricName"], datum.get("Unit") or "")
    return key(place, identity, dimensions, at), cell


def _values(datum: Mapping[str, Any], where: str) -> Iterator[tuple[float, float]]:
    given = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) not in (None, [])]
    if not given:
        raise QueryError(
            "MissingParameter",
            f"At least one of the parameters {where}.Value, {where}.Values and {where}.StatisticValues "
            "must be specified.",
        )
    if len(given) > 1:
        raise QueryError(
            "InvalidParameterCombination",
            f"The parameters {where}.{given[0]} and {where}.{given[1]} are mutually exclusive and you have "
            "specified both.",
        )
    if given == ["Value"]:
        yield _number(datum["Value"], f"{where}.Value"), 1.0
    elif given == ["Values"]:
        values, counts = datum["Values"], datum.get("Counts") or [1.0] * len(datum["Values"])
        if len(values) > MOST_VALUES:
            raise QueryError(
                "InvalidParameterValue",
                f"The collection {where}.Values must not have a size greater than {MOST_VALUES}.",
            )
        if len(values) != len(counts):
            raise QueryError(
                "InvalidParameterValue",
                f"The parameters {where}.Values and {where}.Counts must be of the same size.",
            )
        for value, count in zip(values, counts, strict=True):
            yield _number(value, f"{where}.Values"), _number(count, f"{where}.Counts")


def _number(value: float, where: str) -> float:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise QueryError("InvalidParameterValue", f"The value {value} for parameter {where} is invalid.")
    return float(value)
