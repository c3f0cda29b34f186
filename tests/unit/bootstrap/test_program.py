import subprocess
import sys
from collections.abc import Callable
from typing import Never

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from botocore.parsers import ResponseParserError

from bootstrap.errors import SettingError, StackError
from bootstrap.program import guarded

pytestmark = pytest.mark.unit

REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "PutItem")


def fails_with(error: BaseException) -> Callable[[], Never]:
    """Return a program that fails so."""

    def act() -> Never:
        raise error

    return act


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_code_of_its_own(code: int) -> None:
    """Where nothing is raised the program's own code counts."""
    assert guarded(lambda: code) == code


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StackError("There is no stack x: `make up` deploys it."), 1, "There is no stack x"),
        (SettingError("RATE=-1 cannot be."), 2, "RATE=-1 cannot be."),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), 1, "`make up` starts the emulator"),
        (REFUSED, 1, "AWS says no: An error occurred (AccessDenied)"),
        (ResponseParserError("invalid XML received:\nb'<html>'"), 1, "What answers is not AWS"),
        (NoCredentialsError(), 1, "AWS says no: Unable to locate credentials"),
        (FileNotFoundError(2, "No such file or directory", "events.json"), 1, "'events.json'. Fix that"),
        (KeyboardInterrupt(), 130, "Run it again"),
    ],
)
def test_an_error_is_a_sentence(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of error ends in its exit code, and one line on standard error, without a traceback."""
    assert guarded(fails_with(error)) == code
    out, complaint = capsys.readouterr()
    assert (out, complaint.count("\n")) == ("", 1)
    assert said in complaint


def test_an_interruption_may_be_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """What is ended by Ctrl-C as it is meant to be says nothing."""
    assert guarded(fails_with(KeyboardInterrupt()), interrupted="") == 130
    assert capsys.readouterr().err == ""


def test_a_mistake_of_ours_is_shown() -> None:
    """What no user can fix is not hidden."""
    with pytest.raises(ZeroDivisionError):
        guarded(fails_with(ZeroDivisionError()))


@pytest.mark.parametrize(
    "ended",
    [
        "from bootstrap.program import guarded; guarded(lambda: 0)",
        "from tailrace.cli import main; main(['--version'])",
    ],
)
def test_a_program_ends_without_a_collection(ended: str) -> None:
    """As it ends nothing that was imported is gone through any more."""
    program = (
        f"import atexit, gc; atexit.register(lambda: print('frozen', gc.get_freeze_count() > 1000)); {ended}"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "frozen True"
