"""The frame of these tests keeps its word: run as a user runs them, in a project of a few made-up tests."""

import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import leftovers
from tests.frame.run import naming
from tests.integration import madeup

pytestmark = pytest.mark.emulator_only

type Pytest = Callable[..., subprocess.Popen[str]]
STANDS = """
import os
from pathlib import Path
from threading import Event
import pytest

@pytest.mark.anywhere
def test_it(pipeline) -> None:
    Path("stands").write_text(pipeline.stack.name)
"""  # deploys a pipeline, says so, and goes on with what is added
UNMARKED = """
import pytest

def test_none() -> None:
    pass

@pytest.mark.anywhere
@pytest.mark.emulator_only
def test_two() -> None:
    pass

@pytest.mark.anywhere
def test_it() -> None:
    pass
"""
HEADER = re.compile(r"^tailrace: target \w+, .*, region (\S+), run (\w+)$", re.MULTILINE)


@pytest.fixture
def made_up(tmp_path: Path, target: Target) -> Pytest:
    """Give a function that starts pytest on one made-up integration test, under this project's frame."""
    madeup.lay(tmp_path)

    def start(source: str, *options: str, **settings: str) -> subprocess.Popen[str]:
        where = {} if settings.get("TARGET") == "aws" else naming(target.endpoint)
        return madeup.start(tmp_path, source, *options, **where, **settings)

    return start


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; return exit code and output."""
    said, _ = process.communicate(timeout=240)
    return process.returncode, said


def test_a_test_without_its_one_marker_is_refused(made_up: Pytest) -> None:
    """Collection fails and names each such test; nothing is run."""
    code, said = ended(made_up(UNMARKED))
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "integration/test_made_up.py::test_none carries neither" in said
    assert "integration/test_made_up.py::test_two carries both" in said
    assert "passed" not in said


def test_no_setting_reaches_a_test(made_up: Pytest) -> None:
    """A test sees nothing of the developer's AWS_* and settings; the header says where it runs."""
    source = """
import os
import pytest

@pytest.mark.anywhere
def test_it() -> None:
    assert [name for name in os.environ if name.startswith("AWS_") or name in {"STACK", "TARGET"}] == []
"""
    settings = {"AWS_PROFILE": "mine", "AWS_REGION": "eu-west-1", "STACK": "mine", "TARGET": "localstack"}
    code, said = ended(made_up(source, **settings))
    assert (code, "1 passed" in said) == (0, True), said
    header = HEADER.search(said)
    assert header is not None, said
    assert header[1] == "eu-west-1"


def test_what_only_an_emulator_can_do_is_skipped_on_aws(made_up: Pytest) -> None:
    """With TARGET=aws an emulator_only test does not run, and says why."""
    source = "import pytest\n@pytest.mark.emulator_only\ndef test_it() -> None:\n    raise SystemError\n"
    code, said = ended(made_up(source, TARGET="aws", AWS_ACCOUNT_ID="123456789012"))
    assert (code, "1 skipped" in said) == (0, True), said
    assert "only an emulator can do this" in said
    assert "target aws, account 123456789012" in said


@pytest.mark.parametrize(
    ("number", "workers"),
    [(signal.SIGTERM, ()), (signal.SIGINT, ("-n", "1"))],
    ids=["alone", "with a worker"],
)
def test_an_interrupted_run_leaves_nothing(
    made_up: Pytest, target: Target, number: signal.Signals, workers: tuple[str, ...], tmp_path: Path
) -> None:
    """Ctrl-C, or SIGTERM, while a pipeline stands: it is destroyed all the same."""
    process = made_up(STANDS + "    Event().wait(120)\n", *workers)
    stands = tmp_path / "stands"
    eventually(lambda: process.poll() is not None or (stands.exists() and stands.read_text()), within=120)
    name = stands.read_text()
    assert f"stack {name}" in leftovers.find(target, name)
    process.send_signal(number)
    code, said = ended(process)
    assert code == pytest.ExitCode.INTERRUPTED, said
    assert leftovers.find(target, of_the_run(name)) == []


def test_a_worker_that_is_killed_leaves_nothing(made_up: Pytest, target: Target, tmp_path: Path) -> None:
    """What a worker cannot destroy any more is destroyed at the end of the run, and named."""
    process = made_up(STANDS + "    os.kill(os.getpid(), 9)\n", "-n", "1", "--max-worker-restart", "0")
    code, said = ended(process)
    name = (tmp_path / "stands").read_text()
    assert code != pytest.ExitCode.OK
    assert f"destroyed what was still there: {name}" in said
    assert leftovers.find(target, of_the_run(name)) == []


def test_workers_share_one_collection(made_up: Pytest, tmp_path: Path) -> None:
    """Tests are imported once for all workers, each of which is a process of its own, and hears of Ctrl-C."""
    source = """
import os
import signal
from pathlib import Path
import pytest

with Path("imported").open("a") as file:
    file.write("once")

@pytest.mark.emulator_only
@pytest.mark.parametrize("number", range(20))
def test_it(number) -> None:
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    Path(f"{os.getpid()}.worker").touch()
"""
    code, said = ended(made_up(source, "-n", "2", "--dist", "load"))
    assert (code, "20 passed" in said) == (0, True), said
    assert (tmp_path / "imported").read_text() == "once"
    assert len(list(tmp_path.glob("*.worker"))) == 2


def of_the_run(stack: str) -> str:
    """Return what all names of the run begin with that made this stack."""
    return "-".join(stack.split("-")[:2])


def test_a_run_that_leaves_something_fails(made_up: Pytest, target: Target) -> None:
    """Whatever a test makes under the run's name and does not remove fails the run, by name."""
    source = """
import pytest

@pytest.mark.anywhere
def test_it(run, target, pipeline) -> None:
    target.client("sqs").create_queue(QueueName=run.stack_name("forgotten"))
"""
    code, said = ended(made_up(source))
    assert code == pytest.ExitCode.TESTS_FAILED, said
    header = HEADER.search(said)
    assert header is not None
    forgotten = f"t-{header[2]}-forgotten"
    assert f"the run left behind:\n  queue {forgotten}" in said
    assert "destroyed what was still there" not in said, "the fixture is to destroy its own stack"
    sqs = target.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=forgotten)["QueueUrl"])
