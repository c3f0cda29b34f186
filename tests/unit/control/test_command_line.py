import argparse

import pytest

from bootstrap.settings import SETTINGS
from tailrace.__main__ import parser, setting
from tailrace.control import Emulator, EmulatorError

pytestmark = pytest.mark.unit


def test_setting() -> None:
    """A setting of LocalStack's is a name, an equals sign and any value."""
    assert setting("DEBUG=1") == ("DEBUG", "1")
    assert setting("EXTRA=a=b") == ("EXTRA", "a=b")
    assert setting("EMPTY=") == ("EMPTY", "")


@pytest.mark.parametrize("text", ["DEBUG", "=1", "NO-NAME=1"])
def test_no_setting(text: str) -> None:
    """What is no setting is refused."""
    with pytest.raises(argparse.ArgumentTypeError, match="NAME=VALUE"):
        setting(text)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "4e3", "٤٥٦٦", "9" * 5000])
def test_no_port(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no port is refused, and the same is one here and in the project's settings."""
    monkeypatch.setenv("EMULATOR_PORT", port)
    with pytest.raises(EmulatorError, match=f"EMULATOR_PORT={port} is no port"):
        Emulator.from_environment()
    assert SETTINGS["EMULATOR_PORT"].check(port)


@pytest.mark.parametrize(
    "command", ["install", "start", "run", "stop", "status", "logs", "doctor", "up", "down", "where"]
)
def test_commands(command: str) -> None:
    """Each command is there."""
    assert parser().parse_args([command]).act.__name__ == command


def test_start_takes_settings() -> None:
    """Starting takes any number of LocalStack's settings."""
    options = parser().parse_args(["start", "--set", "DEBUG=1", "--set", "A=b"])
    assert options.set == [("DEBUG", "1"), ("A", "b")]
