"""Alarms of a test's own."""

from typing import Any

QUIET: Any = {
    "MetricName": "none",
    "Namespace": "None",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "ignore",
}
"""An alarm that keeps the state that it is given."""
