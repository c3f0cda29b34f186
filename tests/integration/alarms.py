"""Alarms of a test's own."""

from typing import Any

ABOVE_ZERO: Any = {
    "Statistic": "Sum",
    "EvaluationPeriods": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}
"""An alarm that is raised by a period in which a metric's sum is above 0."""
QUIET: Any = {
    **ABOVE_ZERO,
    "MetricName": "none",
    "Namespace": "None",
    "Period": 60,
    "TreatMissingData": "ignore",
}
"""An alarm that keeps the state that it is given."""
