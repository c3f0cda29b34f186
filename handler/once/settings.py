"""The function's environment variables."""

from collections.abc import Mapping
from typing import NamedTuple


class SettingsError(Exception):
    """An environment variable is missing or makes no sense; the message names it."""


class FunctionSettings(NamedTuple):
    """What the stack tells the function."""

    results_table: str
    ledger_table: str
    quarantine_url: str
    namespace: str
    retention_days: int


def read(environment: Mapping[str, str]) -> FunctionSettings:
    """Return the settings; SettingsError if one is missing.

    >>> read({"DYNAMODB_TABLE": "analytics-results"})
    Traceback (most recent call last):
      ...
    handler.once.settings.SettingsError: the function needs the environment variable LEDGER_TABLE: ...
    """
    return FunctionSettings(
        _named(environment, "DYNAMODB_TABLE", "the table of results"),
        _named(environment, "LEDGER_TABLE", "the table of receipts and markers"),
        _named(environment, "QUARANTINE_URL", "the URL of the queue for records that can never be stored"),
        _named(environment, "METRIC_NAMESPACE", "the namespace of the metrics in CloudWatch"),
        _days(_named(environment, "RETENTION_DAYS", "how many days an item is kept, a whole number")),
    )


def _named(environment: Mapping[str, str], name: str, meaning: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(f"the function needs the environment variable {name}: {meaning}")
    return value


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"RETENTION_DAYS is {text!r}: it must be a whole number of days, at least 1")
    return int(text)
