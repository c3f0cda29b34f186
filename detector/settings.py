"""What the function reads of its environment, once, when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from detector.model import Sensitivity


class SettingsError(Exception):
    """A variable is missing or is no number; the message names it."""


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """Where the detector reads, writes and reports, and when it does."""

    table: str
    namespace: str
    topic: str
    retention_days: int
    history_hours: int
    """Hours of minutes that are looked at; with 25 and more, the time of day counts too."""
    settle: int
    """Seconds after its end from which on a minute is finished, unless events are stored later than that."""
    sensitivity: Sensitivity

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "DetectorSettings":
        """Read the variables. Raises SettingsError."""
        return cls(
            table=_given(environ, "LEDGER_TABLE"),
            namespace=_given(environ, "METRIC_NAMESPACE"),
            topic=_given(environ, "ALARM_TOPIC_ARN"),
            retention_days=int(_number(environ, "RETENTION_DAYS", 30)),
            history_hours=int(_number(environ, "HISTORY_HOURS", 6)),
            settle=int(_number(environ, "SETTLE_SECONDS", 20)),
            sensitivity=Sensitivity(
                threshold=_number(environ, "ANOMALY_THRESHOLD", 5.0),
                minimum=int(_number(environ, "ANOMALY_MINIMUM", 15)),
            ),
        )


def _given(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise SettingsError(f"The function's variable {name} is not set: the template sets it.")
    return value


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"The function's variable {name} is {text!r}: it is a number.") from None
