import re
from pathlib import Path

import pytest

from aftermath.settings import SETTINGS, AftermathSettings, begun
from bootstrap.errors import SettingError
from bootstrap.settings import SETTINGS as PIPELINE
from producer.settings import SETTINGS as PRODUCER

pytestmark = pytest.mark.unit


def test_nothing_set() -> None:
    """With nothing set both queues are meant, all of them, and nothing is sent."""
    found = AftermathSettings.from_environment({})
    assert (found.source, found.go, found.reason, found.key, found.since, found.until) == (
        "both",
        False,
        "",
        "",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("FROM", "everywhere", "expected quarantine, dead-letters, or both"),
        ("GO", "yes", "expected 0 or 1"),
        ("SINCE", "yesterday", "expected a time in ISO 8601"),
        ("SINCE", "0001-01-01T00:00:00+14:00", "expected a time in ISO 8601"),
        ("UNTIL", "9999-12-31T23:59:59-14:00", "expected a time in ISO 8601"),
        ("UNTIL", "7", "expected a time in ISO 8601"),
        ("REASON", "not json", "expected a reason"),
        ("WAIT", "-1", "expected a whole number from 0 to 3600"),
        ("WAIT", "3601", "expected a whole number from 0 to 3600"),
        ("OUT", "/no/such/folder/x", "its folder does not exist"),
        ("OUT", ".", "it exists already"),
        ("OUT", "-", "expected a file that SOURCE= can play"),
        ("DURATION", "0", "expected a number above 0"),
    ],
)
def test_a_value_that_cannot_be(name: str, value: str, wanted: str) -> None:
    """A value that cannot be is refused with the setting's name and what it can be."""
    with pytest.raises(SettingError, match=re.escape(f"{name}={value} is not valid: {wanted}")):
        AftermathSettings.from_environment({name: value})


def test_a_span_of_nothing_is_refused() -> None:
    """SINCE is before UNTIL, whatever zones they are in."""
    with pytest.raises(SettingError, match="nothing can be in between"):
        AftermathSettings.from_environment({"SINCE": "2026-01-01T01:00+01:00", "UNTIL": "2026-01-01T00:00"})


def test_a_time_that_has_not_come_is_refused() -> None:
    """A stream cannot be read from the future on; what was set aside since then is nothing."""
    since = AftermathSettings.from_environment({"SINCE": "8999-01-01"}).since
    with pytest.raises(SettingError, match="SINCE is in the future"):
        begun(since)
    assert begun(None) is None


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    """A file that exists is refused before anything is read."""
    (tmp_path / "there").write_text("precious")
    with pytest.raises(SettingError, match="it exists already"):
        AftermathSettings.from_environment({"OUT": str(tmp_path / "there")})


def test_no_setting_stands_twice() -> None:
    """A name means one thing, whichever command reads it."""
    assert not SETTINGS.keys() & (PIPELINE.keys() | PRODUCER.keys())
