import json
import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bootstrap.settings import SETTINGS
from tailrace import cli
from tailrace.cli import VERBS, main, tailrace
from tailrace.control import Emulator, EmulatorError

pytestmark = pytest.mark.unit

NAMES = [name for names in VERBS.values() for name in names]
FOLDER = Path(cli.__file__).parent


@pytest.mark.parametrize("name", NAMES)
def test_a_verb_has_its_module(name: str) -> None:
    """Each verb that is listed is a command of that name, with a sentence of help."""
    command = tailrace.get_command(click.Context(tailrace), name)
    assert isinstance(command, click.Command)
    assert re.match(r"[A-Z].*[.;:]", command.help or "")


def test_every_module_with_a_command_is_a_verb() -> None:
    """No verb is forgotten in the list."""
    modules = [path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"]
    with_command = {name for name in modules if hasattr(import_module(f"tailrace.cli.{name}"), "command")}
    assert with_command == {name.replace("-", "_") for name in NAMES}


def test_help_lists_every_verb() -> None:
    """The help lists each verb once, with a whole sentence of what it does."""
    shown = CliRunner().invoke(tailrace, ["--help"])
    assert shown.exit_code == 0
    assert "..." not in shown.output.partition("Options:")[2], "a sentence is cut"
    assert [
        name for name in NAMES if not re.search(rf"^  {name} +[A-Z]\w+ ", shown.output, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_help_is_printed_as_it_stands(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What a verb's help lists stands line by line, without a mark of the printer's."""
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "\\b" not in shown
    assert "\b" not in shown


def test_a_verb_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is no verb is refused with exit code 2 and a sentence."""
    assert main(["strat"]) == 2
    assert "No such command 'strat'" in capsys.readouterr().err


def test_an_error_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails says so in one line, without a traceback, with exit code 1."""
    monkeypatch.setenv("EMULATOR_PORT", "none")
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "EMULATOR_PORT=none is not a port: expected a number from 1 to 65535.\n"


def test_for_programs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a program would read is JSON with --json."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMULATOR_PORT", "9")
    assert main(["where", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "endpoint": "http://127.0.0.1:9",
        "port": 9,
        "runs": "nothing",
        "where": "does not run on port 9",
    }


def test_which_verbs_answer_programs() -> None:
    """Each verb answers a program with --json, but for those that answer nothing."""
    context = click.Context(tailrace)
    found = {name: tailrace.get_command(context, name) for name in NAMES}
    every = {
        **{name: verb for name, verb in found.items() if not isinstance(verb, click.Group)},
        **{
            f"{name} {inner}": command
            for name, verb in found.items()
            if isinstance(verb, click.Group)
            for inner, command in verb.commands.items()
        },
    }
    without = {
        name for name, verb in every.items() if verb and "as_json" not in {one.name for one in verb.params}
    }
    assert without == {"down", "install", "start", "stop", "run", "whose", "logs", "completion"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A shell is given what completes the command's name."""
    assert main(["completion", shell]) == 0
    assert "_TAILRACE_COMPLETE" in capsys.readouterr().out


def test_variables() -> None:
    """A variable of LocalStack's is a name, an equals sign and any value; there may be several."""
    start = tailrace.get_command(click.Context(tailrace), "start")
    assert start
    read = start.make_context("start", ["--set", "DEBUG=1", "--set", "EXTRA=a=b", "--set", "EMPTY="])
    assert read.params == {"variables": {"DEBUG": "1", "EXTRA": "a=b", "EMPTY": ""}}


@pytest.mark.parametrize("text", ["DEBUG", "=1", "NO-NAME=1"])
def test_no_variable(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is none is refused with its form and exit code 2."""
    assert main(["start", "--set", text]) == 2
    assert f"{text} is not of the form NAME=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "-1", "4e3", "٤٥٦٦", "9" * 5000])
def test_no_port(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no port is refused, and the same is one here and in the project's settings."""
    monkeypatch.setenv("EMULATOR_PORT", port)
    with pytest.raises(EmulatorError, match=f"EMULATOR_PORT={port} is not a port"):
        Emulator.from_environment()
    assert SETTINGS["EMULATOR_PORT"].check(port)
