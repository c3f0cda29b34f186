"""PutMetricAlarm and PutCompositeAlarm checked, in AWS's words where they are known. Pure."""

from collections.abc import Mapping
from typing import Any

from tailrace.cloudwatch.alarms.composite import RuleError, read
from tailrace.cloudwatch.alarms.rules import COMPARISONS
from tailrace.cloudwatch.queries import DAY, HOUR, MINUTE, QueryError
from tailrace.cloudwatch.statistics import PLAIN, UnknownStatisticError, is_extended, statistic

MISSING = ("breaching", "notBreaching", "ignore", "missing")
LOW_COUNT = ("evaluate", "ignore")
SHORT = frozenset({10, 20, 30})
ANOMALY = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")


def check_metric_alarm(request: Mapping[str, Any]) -> None:
    """Raise `QueryError` for what AWS refuses, and for what this emulator cannot judge."""
    _check_unsupported(request)
    _one_of(request.get("ComparisonOperator"), tuple(COMPARISONS), "comparisonOperator")
    if "Threshold" not in request:
        raise _invalid("The parameter Threshold is required.")
    _check_missing(request)
    if request.get("Metrics"):
        _check_metrics(request)
    else:
        _check_statistic(request)
    _check_periods(request)


def check_composite_alarm(request: Mapping[str, Any]) -> None:
    """Raise `QueryError` where the rule cannot be read or suppression is not said whole."""
    try:
        read(request["AlarmRule"])
    except RuleError as error:
        raise _invalid(str(error)) from None
    periods = [f"ActionsSuppressor{kind}Period" for kind in ("Wait", "Extension")]
    given = [name for name in periods if request.get(name) is not None]
    if bool(request.get("ActionsSuppressor")) != (len(given) == len(periods)):
        raise _invalid(
            "ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are given "
            "together, or none of them."
        )


def _check_unsupported(request: Mapping[str, Any]) -> None:
    if request.get("ThresholdMetricId") or request.get("ComparisonOperator") in ANOMALY:
        raise _invalid("Alarms on anomaly detection: not done by this emulator, which trains no model.")
    for name in ("EvaluationCriteria", "EvaluationInterval"):
        if request.get(name):
            raise _invalid(f"{name}: not done by this emulator.")


def _check_missing(request: Mapping[str, Any]) -> None:
    missing = request.get("TreatMissingData")
    if missing and missing not in MISSING:
        raise _invalid(
            f"The value {missing} is not supported for TreatMissingData parameter. Supported values are "
            f"[{', '.join(MISSING)}]."
        )
    low = request.get("EvaluateLowSampleCountPercentile")
    if low and low not in LOW_COUNT:
        raise _invalid(
            f"Option {low} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore."
        )


def _check_statistic(request: Mapping[str, Any]) -> None:
    plain, extended = request.get("Statistic"), request.get("ExtendedStatistic")
    if not request.get("MetricName") or not request.get("Namespace"):
        raise _invalid("Either MetricName and Namespace, or Metrics, must be specified.")
    if bool(plain) == bool(extended):
        raise _invalid("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if plain:
        _one_of(plain, tuple(PLAIN), "statistic")
        return
    try:
        known = is_extended(str(extended)) and statistic(str(extended))
    except UnknownStatisticError:
        known = False
    if not known:
        raise QueryError(
            "InvalidParameterValue", f"The value {extended} for parameter ExtendedStatistic is not supported."
        )


def _check_metrics(request: Mapping[str, Any]) -> None:
    single = [
        name for name in ("MetricName", "Statistic", "ExtendedStatistic", "Period") if request.get(name)
    ]
    if single:
        raise _invalid(f"{single[0]} and Metrics are mutually exclusive and you have specified both.")
    returned = [query for query in request["Metrics"] if query.get("ReturnData", True)]
    if len(returned) != 1:
        raise _invalid("Exactly one element of the metrics list should return data.")


def _check_periods(request: Mapping[str, Any]) -> None:
    periods = request["EvaluationPeriods"]
    needed = request.get("DatapointsToAlarm")
    if needed and needed > periods:
        raise _invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    period = request.get("Period")
    if request.get("Metrics"):
        return
    if period is None or (period not in SHORT and (period <= 0 or period % MINUTE)):
        raise _invalid("Period must be 10, 20, 30 or a multiple of 60")
    most = 7 * DAY if period >= HOUR else DAY
    if period * periods > most:
        raise _invalid(
            f"Metrics cannot be checked across more than {'a week' if most > DAY else 'a day'} "
            f"(EvaluationPeriods * Period must be <= {most})."
        )


def _one_of(value: object, known: tuple[str, ...], where: str) -> None:
    if value not in known:
        raise _invalid(
            f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(known)}]"
        )


def _invalid(message: str) -> QueryError:
    return QueryError("ValidationError", message)
