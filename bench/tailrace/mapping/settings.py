"""What a mapping was asked to do, as numbers and flags instead of the API's dictionary."""

from collections.abc import Mapping
from typing import Any, NamedTuple

FOREVER = -1
"""AWS's "no limit", for retries and for age."""


class MappingSettings(NamedTuple):
    """The parameters of one mapping that its lanes obey.

    >>> MappingSettings.of({"FunctionResponseTypes": ["ReportBatchItemFailures"]}).partial_answers
    True
    """

    batch_size: int = 100
    """Records; a batch never has more."""
    window: float = 0.0
    """Seconds that an incomplete batch waits for more records."""
    retries: int = FOREVER
    """Tries of the same batch after the first one."""
    max_age: float = FOREVER
    """Seconds after arrival at which a record is dropped."""
    bisect: bool = False
    """A batch that fails as a whole is cut in two."""
    partial_answers: bool = False
    """The function says which record failed (`ReportBatchItemFailures`)."""
    destination: str | None = None
    """ARN of the on-failure destination."""
    factor: int = 1
    """Lanes of a shard that run side by side (`ParallelizationFactor`)."""
    tumbling: float = 0.0
    """Seconds of a tumbling window; 0 for none."""
    counted: bool = False
    """Metrics of the mapping's own are published (`MetricsConfig`, `EventCount`)."""
    patterns: tuple[str, ...] = ()
    """Filter patterns, JSON; a record passes that matches one."""

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> "MappingSettings":
        """Read a configuration as the Lambda API words it; what it leaves out takes AWS's default."""
        filters = (configuration.get("FilterCriteria") or {}).get("Filters") or []
        on_failure = (configuration.get("DestinationConfig") or {}).get("OnFailure") or {}
        return cls(
            batch_size=configuration.get("BatchSize", 100),
            window=float(configuration.get("MaximumBatchingWindowInSeconds") or 0),
            retries=configuration.get("MaximumRetryAttempts", FOREVER),
            max_age=float(configuration.get("MaximumRecordAgeInSeconds", FOREVER)),
            bisect=bool(configuration.get("BisectBatchOnFunctionError")),
            partial_answers="ReportBatchItemFailures" in (configuration.get("FunctionResponseTypes") or []),
            destination=on_failure.get("Destination") or None,
            factor=configuration.get("ParallelizationFactor") or 1,
            tumbling=float(configuration.get("TumblingWindowInSeconds") or 0),
            counted="EventCount" in ((configuration.get("MetricsConfig") or {}).get("Metrics") or []),
            patterns=tuple(one["Pattern"] for one in filters),
        )
