"""When an alarm changes its state: M of the last N datapoints, and four ways with missing ones. Pure."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
"""What a datapoint is compared by; the three of anomaly detection are not done here."""


class Datapoint(NamedTuple):
    """The value of one period; `at` is its beginning, `samples` how many made it."""

    at: int
    value: float
    samples: float = 1.0


class AlarmRule(NamedTuple):
    """What decides about an alarm's state."""

    comparison: str
    threshold: float
    periods: int
    """How many datapoints are judged: N."""
    needed: int
    """How many of them must breach: M."""
    missing: str
    """missing, ignore, breaching or notBreaching."""

    @property
    def looked_at(self) -> int:
        """How many periods back datapoints are looked for, to stand in for missing ones.

        AWS does not say how many; the tables of its guide show five for three.
        """
        return self.periods + max(self.periods // 3, 2)

    def breaches(self, value: float) -> bool:
        """Tell whether a value crosses the threshold."""
        return COMPARISONS[self.comparison](value, self.threshold)


class Evaluation(NamedTuple):
    """A state, and what it was judged by."""

    state: str
    datapoints: tuple[Datapoint, ...]
    """Those that were judged, the newest last."""
    filled: int
    """How many missing ones were taken for breaching or for not breaching."""


def rule_of(alarm: dict[str, Any]) -> AlarmRule:
    """Return the rule of an alarm as APIs have it."""
    periods = alarm["EvaluationPeriods"]
    return AlarmRule(
        alarm["ComparisonOperator"],
        float(alarm["Threshold"]),
        periods,
        alarm.get("DatapointsToAlarm") or periods,
        alarm.get("TreatMissingData") or "missing",
    )


def judge(rule: AlarmRule, found: Sequence[Datapoint | None]) -> Evaluation | None:
    """Return the state that datapoints ask for; None if it stays what it is.

    `found` has one for each period looked at, the oldest first; None where nothing was measured.
    """
    known = tuple(point for point in found if point is not None)
    judged = known[-rule.periods :]
    breaching = sum(rule.breaches(point.value) for point in judged)
    filled = rule.periods - len(judged)
    if not filled or rule.missing == "notBreaching":
        return Evaluation(ALARM if breaching >= rule.needed else OK, judged, filled)
    if rule.missing == "breaching":
        return Evaluation(ALARM if breaching + filled >= rule.needed else OK, judged, filled)
    if breaching >= rule.needed:
        return Evaluation(ALARM, judged, 0)
    if judged and not (breaching == len(judged) and _age(found) >= rule.needed):
        return Evaluation(OK, judged, 0)
    # Nothing is known, or all that is known breaches and is old enough: too little to be sure.
    return None if rule.missing == "ignore" else Evaluation(ALARM if judged else UNKNOWN, judged, 0)


def _age(found: Sequence[Datapoint | None]) -> int:
    """Return how many periods ago the oldest datapoint is; the latest period is 1."""
    return next(len(found) - place for place, point in enumerate(found) if point is not None)
