from pathlib import Path

import pytest

from tailrace.control.errors import StartError
from tailrace.control.settings import VARIABLES, environment, refuse_invalid

pytestmark = pytest.mark.unit


def made(**settings: str) -> dict[str, str]:
    """Make the environment of an emulator on port 4600."""
    return environment(
        home=Path("/e"), folder=Path("/e/run/4600"), port=4600, java=Path("/e/java"), settings=settings
    )


def test_nothing_of_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is the same whatever the user's is."""
    before = made()
    for name in ("AWS_PROFILE", "PATH", "PYTHONPATH", "DEBUG", "HOME"):
        monkeypatch.setenv(name, "/the/user's/own")
    assert made() == before


def test_everything_stays_in_the_installation() -> None:
    """Whatever LocalStack writes goes below the installation, most of it below the run folder."""
    written = {name: made()[name] for name in ("HOME", "TEMP", "FILESYSTEM_ROOT", "XDG_CACHE_HOME")}
    assert written == {
        "HOME": "/e/run/4600",
        "TEMP": "/e/run/4600/tmp",
        "FILESYSTEM_ROOT": "/e/run/4600/fs",
        "XDG_CACHE_HOME": "/e/cache",
    }


def test_loopback() -> None:
    """LocalStack is told to listen on loopback."""
    assert made()["GATEWAY_LISTEN"] == "127.0.0.1:4600"


def test_settings_go_before_ours() -> None:
    """A setting that is asked for goes before the one that we would make."""
    assert made(DISABLE_EVENTS="0", DEBUG="1").items() >= {"DISABLE_EVENTS": "0", "DEBUG": "1"}.items()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "TAILRACE_KINESIS_LIMITS",
            "none",
            "TAILRACE_KINESIS_LIMITS=none is not valid: expected aws or off.",
        ),
        (
            "TAILRACE_KINESIS_DELAY",
            "-1",
            "TAILRACE_KINESIS_DELAY=-1 is not valid: expected a number of seconds, or aws.",
        ),
        ("TAILRACE_DYNAMODB", "java", "TAILRACE_DYNAMODB=java is not valid: expected memory or local."),
        ("TAILRACE_STRICT", "yes", "TAILRACE_STRICT=yes is not valid: expected 0 or 1."),
        (
            "TAILRACE_KINESIS_LIMIT",
            "off",
            f"There is no variable TAILRACE_KINESIS_LIMIT: expected one of {', '.join(VARIABLES)}.",
        ),
    ],
)
def test_a_wrong_setting_of_the_bench_is_refused(name: str, value: str, message: str) -> None:
    """A variable of the bench that is misspelled, or has no valid value, ends the start and names the fix."""
    with pytest.raises(StartError) as raised:
        refuse_invalid({name: value})
    assert str(raised.value) == message


def test_right_settings_are_taken() -> None:
    """What the bench's variables may be, and every variable of LocalStack's, is taken."""
    refuse_invalid(
        {
            "TAILRACE_KINESIS_LIMITS": "off",
            "TAILRACE_KINESIS_DELAY": "6.5",
            "TAILRACE_STRICT": "",
            "TAILRACE_DYNAMODB": "local",
            "KINESIS_ERROR_PROBABILITY": "0.3",
        }
    )
