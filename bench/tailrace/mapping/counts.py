"""The metrics of one mapping (`EventCount`): namespace AWS/Lambda, by EventSourceMappingUUID."""

from tailrace import cloudwatch
from tailrace.arns import Arn
from tailrace.mapping.rules.answers import JudgedTry, Kind

FAILED = {Kind.ERROR, Kind.REJECTED, Kind.UNFINISHED, Kind.MISSING}
"""Tries that failed with all their records; that nobody could be invoked counts too, a throttle does not."""


def failed_of(verdict: JudgedTry, records: int) -> int:
    """Count the records whose invocation failed, or that the function named as failed or left behind.

    >>> failed_of(JudgedTry(Kind.PARTLY, processed=2), 5)
    3
    """
    if verdict.kind is Kind.PARTLY:
        return records - verdict.processed
    return records if verdict.kind in FAILED else 0


class EventCounts:
    """Publishes counts of records, if the mapping asked for it."""

    def __init__(self, function_arn: str, mapping: str, *, counted: bool) -> None:
        self._arn = Arn.of(function_arn)
        self._mapping = mapping
        self._counted = counted

    def add(self, name: str, records: int, at: float) -> None:
        """Publish one sample, at a time in epoch seconds."""
        if not self._counted:
            return
        cloudwatch.record(
            account=self._arn.account,
            region=self._arn.region,
            namespace="AWS/Lambda",
            name=name,
            value=records,
            unit="Count",
            dimensions={"EventSourceMappingUUID": self._mapping},
            at=at,
        )
