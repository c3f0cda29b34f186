from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootstrap.errors import SettingError
from bootstrap.settings import SETTINGS as PIPELINE
from producer.settings import SETTINGS, ProducerSettings

pytestmark = pytest.mark.unit

HERE = Path(__file__)


def read(**environ: str) -> ProducerSettings:
    """Read settings from these variables alone."""
    return ProducerSettings.from_environment(environ)


def test_defaults() -> None:
    """Without a setting, a thousand events are generated and sent as fast as possible."""
    settings = read()
    assert (settings.count, settings.rate, settings.source, settings.duration) == (1000, 0, "", None)
    assert (settings.seed, settings.start, settings.speed, settings.ledger) == (None, None, None, None)
    assert (settings.stream, settings.undelivered, settings.patience, settings.raw) == ("", None, 60, False)


def test_an_empty_value_is_unset() -> None:
    """`make` hands on what is not given as empty."""
    assert read(**dict.fromkeys(SETTINGS, "")) == read()


def test_a_source_is_sent_whole() -> None:
    """COUNT bounds generated events only, unless it is given: a source is sent to its end."""
    assert read(SOURCE=str(HERE)).count is None
    assert read(SOURCE=str(HERE), COUNT="5").count == 5
    assert read(DURATION="2.5").count is None
    assert read(DURATION="2.5").duration == 2.5


def test_a_start_without_a_zone_is_utc() -> None:
    """A time without a zone is UTC."""
    assert read(START="2026-05-01T12:00").start == datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("STREAM", "a b", "letters, digits"),
        ("COUNT", "0", "a whole number from 1"),
        ("COUNT", "1e3", "a whole number from 1"),
        ("COUNT", "-5", "a whole number from 1"),
        ("DURATION", "0", "a number above 0"),
        ("DURATION", "soon", "a number above 0"),
        ("RATE", "-1", "0 for as fast as possible"),
        ("RATE", "nan", "0 for as fast as possible"),
        ("RATE", "inf", "0 for as fast as possible"),
        ("SEED", "abc", "a whole number"),
        ("START", "yesterday", "such as 2026-01-01T00:00:00"),
        ("START", "0001-01-01T00:00:00+14:00", "such as 2026-01-01T00:00:00"),
        ("START", "9999-12-31T23:59:59.999Z", "before the year 9000"),
        ("SOURCE", "no/such/file", "there is no such file"),
        ("SOURCE", str(HERE.parent), "it is a folder, name a file"),
        ("RAW", "yes", "0 or 1"),
        ("SPEED", "0", "a number above 0"),
        ("LEDGER", "no/such/folder/file", "make it first"),
        ("UNDELIVERED", str(HERE), "send it first"),
        ("PATIENCE", "-1", "a number above 0"),
        ("USER_KEY", "short", "16 to 64"),
    ],
)
def test_a_value_that_cannot_be_names_the_fix(name: str, value: str, fix: str) -> None:
    """A setting with a value that it cannot have says its name, the value, and what it can be."""
    with pytest.raises(SettingError, match=fix) as error:
        read(**{name: value})
    assert str(error.value).startswith(f"{name}={value} is not valid: ")
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"SPEED": "2"}, "SPEED is about a source"),
        ({"RAW": "1"}, "RAW is about a source"),
        ({"SEED": "1", "SOURCE": str(HERE)}, "SEED is about generated events"),
        ({"START": "2026-01-01", "SOURCE": str(HERE)}, "START is about generated events"),
        ({"SPEED": "2", "RATE": "5", "SOURCE": str(HERE)}, "both say how fast"),
        ({"ANOMALY": "spike", "RATE": "0.0"}, "set RATE= to the usual one"),
        ({"ANOMALY": "outlier", "RATE": "0.0", "DURATION": "5"}, "set RATE= or COUNT= too"),
        ({"ANOMALY": "outlier", "RATE": "1e-9"}, "lasts more than a year"),
        ({"ANOMALY": "spike", "RATE": "10", "DURATION": "1e300"}, "lasts more than a year"),
    ],
)
def test_what_would_be_ignored_is_refused(environ: dict[str, str], message: str) -> None:
    """Settings that contradict each other, or have no meaning here, are refused and not passed over."""
    with pytest.raises(SettingError, match=message):
        read(**environ)


def test_a_rate_of_zero_is_none() -> None:
    """However zero is written, it is as fast as possible, and says nothing beside SPEED."""
    assert read(SPEED="2", RATE="0.0", SOURCE=str(HERE)).speed == 2


def test_every_setting_has_a_meaning_and_one_place() -> None:
    """Each setting says what it means, its default is one that it can have, and it stands nowhere else."""
    assert not SETTINGS.keys() & PIPELINE.keys()
    for name, setting in SETTINGS.items():
        assert setting.name == name
        assert setting.meaning
        assert setting.read({}) == setting.default
