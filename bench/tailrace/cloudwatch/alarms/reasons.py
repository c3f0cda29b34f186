"""Why an alarm changed its state, in AWS's words, and as data. Pure."""

from datetime import UTC, datetime
from typing import Any

from tailrace.cloudwatch.alarms.rules import ALARM, OK, UNKNOWN, AlarmRule, Datapoint, Evaluation

CREATED = "Unchecked: Initial alarm creation"
_PHRASES = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanOrEqualToThreshold": "less than or equal to",
    "LessThanThreshold": "less than",
}
_FILLED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


def reason(rule: AlarmRule, judgement: Evaluation) -> str:
    """Return the reason's text."""
    if judgement.state == UNKNOWN:
        return f"Insufficient Data: {_counted(rule.periods, 'datapoint')} {_were(rule.periods)} unknown."
    if judgement.filled:
        received = len(judgement.datapoints)
        many = _counted(received, "datapoint") if received else "no datapoints"
        return (
            f"Threshold Crossed: {many} {'was' if received == 1 else 'were'} received for "
            f"{_counted(rule.periods, 'period')} and {_counted(judgement.filled, 'missing datapoint')} "
            f"{_were(judgement.filled)} treated as [{_FILLED[rule.missing]}]."
        )
    breaching = judgement.state == ALARM
    deciding = [point for point in judgement.datapoints if rule.breaches(point.value) is breaching]
    needed = rule.needed if breaching else rule.periods - rule.needed + 1
    change = f"{OK} -> {ALARM}" if breaching else f"{ALARM} -> {OK}"
    return (
        f"Threshold Crossed: {len(deciding)} out of the last {len(judgement.datapoints)} datapoints "
        f"[{', '.join(map(_shown, reversed(deciding)))}] {_were(len(deciding))} "
        f"{'' if breaching else 'not '}{_PHRASES[rule.comparison]} the threshold ({rule.threshold}) "
        f"(minimum {_counted(needed, 'datapoint')} for {change} transition)."
    )


def data(alarm: dict[str, Any], judgement: Evaluation, now: float) -> dict[str, Any]:
    """Return the reason as AWS's StateReasonData has it, before it is made JSON."""
    points = judgement.datapoints
    known: dict[str, Any] = {
        "version": "1.0",
        "queryDate": _moment(now),
        "startDate": _moment(points[0].at) if points else None,
        "unit": alarm.get("Unit"),
        "statistic": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
        "period": alarm.get("Period"),
        "recentDatapoints": [point.value for point in points],
        "threshold": float(alarm["Threshold"]),
        "evaluatedDatapoints": [_evaluated(point) for point in reversed(points)],
    }
    return {name: value for name, value in known.items() if value is not None}


def _evaluated(point: Datapoint) -> dict[str, Any]:
    return {"timestamp": _moment(point.at), "sampleCount": point.samples, "value": point.value}


def _shown(point: Datapoint) -> str:
    return f"{point.value} ({datetime.fromtimestamp(point.at, UTC):%d/%m/%y %H:%M:%S})"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.{int(at * 1000) % 1000:03}+0000"


def _counted(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"


def _were(many: int) -> str:
    return "was" if many == 1 else "were"
