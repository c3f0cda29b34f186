import pytest

from handler.once.settings import FunctionSettings, SettingsError, read

pytestmark = pytest.mark.unit

WHOLE = {
    "DYNAMODB_TABLE": "analytics-results",
    "LEDGER_TABLE": "tailrace-ledger",
    "QUARANTINE_URL": "https://sqs/quarantine",
    "METRIC_NAMESPACE": "RealTimeAnalytics",
    "RETENTION_DAYS": "30",
}


def test_all_settings() -> None:
    """The stack tells the function its tables, its queue, its namespace and how long items live."""
    expected = FunctionSettings(
        "analytics-results", "tailrace-ledger", "https://sqs/quarantine", "RealTimeAnalytics", 30
    )
    assert read(WHOLE) == expected


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("without", ["missing", "empty"])
def test_a_missing_setting_is_named(name: str, without: str) -> None:
    """Each missing or empty variable ends the start with a sentence that names it."""
    environment = {**WHOLE, name: ""}
    if without == "missing":
        del environment[name]
    with pytest.raises(SettingsError, match=f"^the function needs the environment variable {name}: "):
        read(environment)


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "a week", "٣"])
def test_retention_is_a_whole_number_of_days(days: str) -> None:
    """A retention that makes no sense is refused, with what it was."""
    with pytest.raises(SettingsError, match="it must be a whole number of days, at least 1"):
        read({**WHOLE, "RETENTION_DAYS": days})
