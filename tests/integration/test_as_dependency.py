"""The emulator among the packages of somebody else's project, installed from its wheel."""

import json
import os
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tailrace.control import Installation, processes
from tailrace.control.health import healthy
from tailrace.control.processes import Process
from tailrace.testing.emulators import OWNED, RunEmulators, remove_left
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration import children, installing

pytestmark = pytest.mark.emulator_only

SOURCES = installing.WHEEL_SOURCES


def test_wheel_is_whole(wheel: Path) -> None:
    """The wheel carries each file of the package, the locks among them, the plugin and the licence."""
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        (points,) = [name for name in names if name.endswith(".dist-info/entry_points.txt")]
        assert "[pytest11]\ntailrace = tailrace.testing.plugin" in packed.read(points).decode()
    assert [name for name in names if name.endswith("licenses/LICENSE")] != []
    files = [path for path in (SOURCES / "tailrace").rglob("*") if path.is_file()]
    expected = {path.relative_to(SOURCES).as_posix() for path in files if "__pycache__" not in path.parts}
    assert "tailrace/locks/localstack.txt" in expected
    assert sorted(expected - names) == []


def test_nothing_is_installed(tmp_path: Path) -> None:
    """Where nothing is installed each test fails with one sentence that names the command."""
    (tmp_path / "test_it.py").write_text("def test_it(tailrace): pass\n\ndef test_more(tailrace): pass\n")
    environ = children.environment(tmp_path / "nothing")
    environ.pop("PYTHONPATH", None)
    done = subprocess.run(
        children.command("-q"), cwd=tmp_path, env=environ, timeout=180, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "tailrace install" in done.stdout
    assert "Traceback" not in done.stdout
    assert len(done.stdout.splitlines()) < 20, done.stdout


FAULTS = """
def test_a_fault_that_never_happened(tailrace):
    tailrace.faults.add("dynamodb.PutItem")

def test_one_that_may_stay_out(tailrace):
    assert tailrace.ledger.acknowledged == []
    tailrace.faults.add("dynamodb.PutItem", may_stay_out=True)

def test_none_is_left(tailrace):
    from tailrace.faults import client
    assert client.listed(tailrace.endpoint) == []
"""


class Ran(NamedTuple):
    """A run of two workers that has ended: what it said, and the endpoints that each was given."""

    said: str
    endpoints: list[str]


@pytest.fixture(scope="module")
def ran(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Give a run of three files by two workers: two that say where the emulator is, and one with faults."""
    folder = tmp_path_factory.mktemp("workers")
    (folder / "test_it.py").write_text(FAULTS)
    for name in "ab":
        (folder / f"test_{name}.py").write_text(
            f"def test_{name}(tailrace, worker_id):\n"
            "    open(f'saw-{worker_id}', 'w').write(tailrace.endpoint)\n"
        )
    done = subprocess.run(
        children.command("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
        cwd=folder, env=children.environment(installing.installed(run).home), timeout=180, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    return Ran(done.stdout + done.stderr, [saw.read_text() for saw in sorted(folder.glob("saw-*"))])


def test_workers_share_an_emulator(ran: Ran) -> None:
    """The workers of one run are given the same emulator, and it is gone when the run has ended."""
    assert len(ran.endpoints) == 2, ran.said
    (endpoint,) = set(ran.endpoints)
    assert not healthy(endpoint)


def test_faults_end_with_their_test(ran: Ran) -> None:
    """A fault that befell no call fails its test, and no fault outlives the test that asked for it."""
    assert "1 failed, 4 passed" in ran.said
    assert "no call met these faults, so nothing was shown: fault-1" in ran.said


def leaves_nothing(child: subprocess.Popen[str], number: signal.Signals, folder: Path) -> None:
    """End a run that waits, and see that its emulator, what kept it and its folder are gone."""
    eventually((folder / "endpoint").exists, within=120, what="the emulator of the run is healthy")
    endpoint = (folder / "endpoint").read_text()
    assert healthy(endpoint)
    child.send_signal(number)
    eventually(lambda: not healthy(endpoint), within=60, what="the emulator has ended")
    eventually(lambda: not children.watchdogs(child.pid), within=60, what="what kept it has ended")
    eventually(lambda: not list(folder.glob("tailrace-run-*")), within=60, what="its folder is gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ended_in_the_middle(number: signal.Signals, installation: Installation, tmp_path: Path) -> None:
    """A run that is ended or killed leaves no emulator behind."""
    environ = children.environment(installation.home, TMPDIR=str(tmp_path))
    with children.waiting(tmp_path, environ) as child:
        leaves_nothing(child, number, tmp_path)
    port = int((tmp_path / "endpoint").read_text().rpartition(":")[2])
    assert port not in dict(installation.running())


def test_all_is_killed(installation: Installation, tmp_path: Path) -> None:
    """If what keeps the emulator is killed as well, the next run stops and removes what was left.

    That one is interrupted, and leaves no emulator either.
    """
    environ = children.environment(installation.home, TMPDIR=str(tmp_path))
    with children.waiting(tmp_path, environ) as child:
        eventually((tmp_path / "endpoint").exists, within=120, what="the emulator of the run is healthy")
        endpoint = (tmp_path / "endpoint").read_text()
        for watchdog in children.watchdogs(child.pid):
            os.kill(watchdog, signal.SIGKILL)
        child.kill()
        child.wait(30)
    assert healthy(endpoint)
    (left,) = tmp_path.glob("tailrace-run-*")
    (tmp_path / "endpoint").unlink()
    with children.waiting(tmp_path, environ) as child:
        eventually((tmp_path / "endpoint").exists, within=120, what="the emulator of the next run is healthy")
        assert not healthy(endpoint)
        assert not left.exists()
        leaves_nothing(child, signal.SIGINT, tmp_path)


def test_folders_of_killed_runs(tmp_path: Path) -> None:
    """A run's folder is removed by later runs when its owner has ended, on this machine; others are left."""
    ended, here = Process(4_194_305, "before this machine began"), processes.process(os.getpid())
    assert here is not None
    made = {
        name: RunEmulators(tmp_path / f"tailrace-run-{name}", owner, {}, tmp_path).made()
        for name, owner in {"ended": ended, "alive": here, "elsewhere": ended, "unsaid": ended}.items()
    }
    (made["unsaid"] / OWNED).unlink()
    note = made["elsewhere"] / OWNED
    note.write_text(json.dumps({**json.loads(note.read_text()), "machine": "another"}))
    remove_left(tmp_path)
    assert [name for name, folder in made.items() if not folder.exists()] == ["ended"]


def test_attached(tmp_path: Path, installation: Installation) -> None:
    """With AWS_ENDPOINT_URL none is started: where nothing answers, it says so."""
    (tmp_path / "test_it.py").write_text("def test_it(tailrace): pass\n")
    nobody = children.environment(installation.home, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    done = subprocess.run(
        children.command(), cwd=tmp_path, env=nobody, capture_output=True, text=True, check=False
    )
    assert "No emulator answers at http://127.0.0.1:9: start it, or unset AWS_ENDPOINT_URL." in done.stdout
    assert done.returncode == 1
