"""A handler that cannot run: what `up` and `status` say of it, and that it works again once it is fixed."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bootstrap.commands import command
from bootstrap.package import HANDLER
from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import put_all
from tests.frame import forking, reading, stacks
from tests.frame.events import event
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
ROOT = Path(__file__).resolve().parent.parent.parent
ANALYTICS = (HANDLER / "analytics.py").read_text()
LINES = len(ANALYTICS.splitlines())


class User:
    """Somebody with a handler in a folder of their own, and a stack."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = {**environ, "HANDLER": str(folder)}
        self.folder.mkdir()

    def write(self, last_line: str) -> None:
        """Write the handler: the project's own, with one more line."""
        (self.folder / "analytics.py").write_text(f"{ANALYTICS}{last_line}\n")

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run one of the commands behind `make`."""
        words = [*forking.python(), "-m", "bootstrap", name]
        return subprocess.run(
            words, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def user(run: Run, target: Target, tmp_path: Path, worker_id: str) -> Iterator[User]:
    """Give a user whose stack does not stand yet."""
    with stacks.named(run, target) as name:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": target.endpoint or "",
            "BATCH_WINDOW": "0",
            "DETECTOR": "0",
            "STACK": name(f"cannot-run-{worker_id}"),
        }
        yield User(tmp_path / "mine", environ)


def test_a_syntax_error(user: User) -> None:
    """A file that is no Python is named with line and error, and nothing is deployed."""
    user.write("def f(:")
    done = user.run("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{user.folder}/analytics.py:{LINES + 1}: SyntaxError: invalid syntax. "
        "Nothing was deployed: fix that and try again.\n"
    )
    deploys = command("up", user.environ)
    assert user.run("status").stdout.endswith(f"not there (`{deploys}` deploys it)\n")


def test_a_handler_that_cannot_be_imported(user: User, target: Target) -> None:
    """File, line and error are said, also without a change; status counts them; fixed, all is stored."""
    user.write("import not_installed")
    place = f"{user.folder}/analytics.py:{LINES + 1}"
    for _ in range(2):
        done = user.run("up")
        assert done.returncode == 1
        assert f"cannot be imported: {place}: ImportModuleError: No module named 'not_" in done.stderr
        assert "Next:" not in done.stdout
    user.write("not_defined")
    assert f"{place}: NameError: name 'not_defined' is not defined." in user.run("up").stderr
    stack = user.environ["STACK"]
    put_all(target.client("kinesis"), f"{stack}-stream", [event("kept")])

    def tried_twice() -> bool:
        """Have the batch fail more than once."""
        log = reading.log(target.client("logs"), f"/aws/lambda/{stack}-processor")
        return sum("NameError" in line for line in log) > 1

    eventually(tried_twice, within=60, every=0.2)

    def failing() -> bool:
        """Have the batch fail and the status say so."""
        status = user.run("status")
        failed = (
            f"Failed        {stack}-processor: NameError: name 'not_defined' is not defined, at {place} ("
        )
        (line,) = [line for line in status.stdout.splitlines() if line.startswith("Failed")]
        assert line.startswith(failed)
        assert int(line.removeprefix(failed).partition(" times")[0]) > 1
        assert line.endswith("<- look here")
        return status.returncode == 1

    eventually(failing, within=30, every=1)
    user.write("")
    done = user.run("up")
    assert done.returncode == 0, done.stderr
    stored = lambda: reading.of_event(target.client("dynamodb"), f"{stack}-results", "kept")  # noqa: E731
    assert eventually(stored, within=60, every=0.5)
    failed = [line for line in user.run("status").stdout.splitlines() if line.startswith("Failed")]
    assert not [line for line in failed if "look here" in line], "a later batch went well"
