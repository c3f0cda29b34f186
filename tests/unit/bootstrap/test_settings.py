import pytest

from bootstrap.errors import SettingError
from bootstrap.settings import SETTINGS, PipelineSettings

pytestmark = pytest.mark.unit


def test_nothing_set() -> None:
    """With nothing set the pipeline is the recipe's: two shards, a hundred records, five seconds."""
    found = PipelineSettings.from_environment({})
    assert (found.target, found.stack, found.handler) == ("localstack", "tailrace", "handler")
    assert (found.watch, found.yes, found.given) == (False, False, frozenset())
    assert found.values == {
        "SHARDS": "2",
        "BATCH_SIZE": "490",
        "BATCH_WINDOW": "5",
        "RETENTION_DAYS": "30",
        "RETRY_ATTEMPTS": "20",
        "RECORD_AGE": "3600",
        "ALARM_EMAIL": "",
        "ALARM_PERIOD": "300",
        "ALARM_LAG": "60000",
        "ALARM_REJECTED": "10",
        "DETECTOR": "1",
        "ANOMALY_THRESHOLD": "5",
        "ANOMALY_MINIMUM": "15",
        "TRACING": "0",
    }


def test_empty_is_unset() -> None:
    """An empty value, which `make VAR=` gives, counts as unset."""
    unset = PipelineSettings.from_environment({})
    assert PipelineSettings.from_environment({"STACK": "", "SHARDS": " "}) == unset


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("TARGET", "azure", "expected one of localstack, aws"),
        ("SHARDS", "0", "expected a whole number from 1 to 200"),
        ("SHARDS", "2.5", "expected a whole number from 1 to 200"),
        ("SHARDS", "٣", "expected a whole number from 1 to 200"),
        ("SHARDS", "9" * 5000, "expected a whole number from 1 to 200"),
        ("BATCH_SIZE", "10001", "expected a whole number from 1 to 10000"),
        ("BATCH_WINDOW", "-1", "expected a whole number from 0 to 300"),
        ("BATCH_WINDOW", "301", "expected a whole number from 0 to 300"),
        ("RECORD_AGE", "59", "expected a whole number from 60 to 604800"),
        ("EMULATOR_PORT", "65536", "expected a whole number from 1 to 65535"),
        ("AWS_ENDPOINT_URL", "127.0.0.1:4566", "expected an address such as http://127.0.0.1:4566"),
        ("AWS_ENDPOINT_URL", "http://[::1", "expected an address such as http://127.0.0.1:4566"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:http", "expected an address such as http://127.0.0.1:4566"),
        ("AWS_ACCOUNT_ID", "1234", "expected twelve digits"),
        ("AWS_REGION", "Frankfurt", "expected a region's name such as eu-central-1"),
        ("ALARM_EMAIL", "me", "expected an address such as me@example.org"),
        ("ALARM_PERIOD", "45", "expected one of 10, 30, 60, 300, 900, 3600"),
        ("YES", "yes", "expected one of 0, 1"),
    ],
)
def test_a_value_that_cannot_be(name: str, value: str, wanted: str) -> None:
    """A value that cannot be is refused with the setting's name and what it can be."""
    with pytest.raises(SettingError) as refused:
        PipelineSettings.from_environment({name: value})
    assert str(refused.value) == f"{name}={value} is not valid: {wanted}."


@pytest.mark.parametrize("name", ["Tailrace", "1st", "a_b", "a--b", "a-", "a" * 36])
def test_a_stack_name_that_a_bucket_cannot_have(name: str) -> None:
    """A stack whose name could not be part of a bucket's is refused before anything is made."""
    with pytest.raises(SettingError, match="at most 35 lower-case letters"):
        PipelineSettings.from_environment({"STACK": name})


def test_every_setting_says_what_it_means() -> None:
    """Every setting has a meaning, and a default that it accepts itself."""
    for name, setting in SETTINGS.items():
        assert setting.name == name
        assert setting.meaning
        assert setting.read({}) == setting.default


def test_last_time_s_settings_are_kept() -> None:
    """What nobody sets now is as the stack has it, if the template's bounds still allow it."""
    standing = {"Shards": "4", "BatchSize": "7", "BatchWindow": "999", "RetentionDays": "30", "Gone": "1"}
    found = PipelineSettings.from_environment({"BATCH_SIZE": "9"}).keeping(standing)
    assert {name: found.values[name] for name in ("SHARDS", "BATCH_SIZE", "BATCH_WINDOW")} == {
        "SHARDS": "4",
        "BATCH_SIZE": "9",
        "BATCH_WINDOW": "5",
    }
    assert found.unusual() == {"SHARDS": "4"}
    assert "Gone" not in found.parameters()
