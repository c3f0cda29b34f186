"""What keeps an emulator from starting is said in a sentence that names the fix, and costs nothing."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailrace.control import Emulator, Installation, pidfile, processes
from tailrace.control.errors import NotInstalledError, PortTakenError, StartError, UnhealthyError
from tailrace.control.processes import Process
from tailrace.dynamodb.listing import tables
from tests.frame.run import Run
from tests.integration.emulators import ask, command, dynamodb, make_table, of_a_port_of_its_own, signed

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def emulator(run: Run) -> Iterator[Emulator]:
    """Give an emulator of the test's own, not started."""
    yield from of_a_port_of_its_own(run)


def test_nothing_installed(tmp_path: Path) -> None:
    """Starting what is not installed says what is missing, and the command that installs it."""
    with pytest.raises(NotInstalledError, match=r"(?s)LocalStack.*make up"):
        Emulator(Installation(tmp_path), processes.free_port()).start()


def test_dynamodb_local_does_not_start(emulator: Emulator) -> None:
    """A move that fails costs nothing: the client is told why, the table stays with what is in it."""
    emulator.start({"DYNAMODB_HEAP_SIZE": "none"})
    make_table(emulator, "orders")
    item: dict[str, object] = {"id": {"S": "a"}}
    dynamodb(emulator, "PutItem", TableName="orders", Item=item)
    statement = {"Statement": 'SELECT * FROM "orders"'}
    status, said = ask(emulator, "POST", "/", statement, **signed("ExecuteStatement"))
    assert (status, "Invalid maximum heap size: -Xmxnone" in str(said)) == (500, True)
    assert dynamodb(emulator, "GetItem", TableName="orders", Key=item) == {"Item": item}
    assert tables(emulator.status().endpoint) == ["tables are in memory"]


def test_reused_process_number(emulator: Emulator) -> None:
    """A note whose process number somebody else has by now is stale: that process is not touched."""
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        emulator.folder.mkdir(parents=True)
        pidfile.write(emulator.folder, Process(stranger.pid, "another birth"))
        assert emulator.status().state == "stopped"
        assert not emulator.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_taken_port(emulator: Emulator) -> None:
    """A taken port is named with its owner, who is left alone."""
    with socket.create_server(("127.0.0.1", emulator.port)):
        with pytest.raises(PortTakenError) as refused:
            emulator.start()
        assert f"process {os.getpid()}: " in str(refused.value)
        assert f"EMULATOR_PORT={emulator.port + 1}" in str(refused.value)
    assert not emulator.log.exists()


def test_command_line(emulator: Emulator) -> None:
    """The commands answer in sentences and exit codes: what is in the way, with its fix, and no traceback."""
    with socket.create_server(("127.0.0.1", emulator.port)):
        examined, start, status = (command(emulator, name) for name in ("doctor", "start", "status"))
    assert (examined.returncode, start.returncode, status.returncode) == (1, 1, 1)
    assert f"BLOCKS port {emulator.port} is taken by process {os.getpid()}" in examined.stdout
    assert start.stderr.startswith(f"Port {emulator.port} is taken by process {os.getpid()}")
    assert "Traceback" not in start.stderr
    assert status.stdout == f"stopped http://127.0.0.1:{emulator.port}\n"


def test_taken_port_before_installing(tmp_path: Path) -> None:
    """Where nothing is installed yet, a taken port is named before anything is fetched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        up = subprocess.run(
            [sys.executable, "-m", "tailrace", "up", "--via", "embedded"],
            env={**os.environ, "EMULATOR_HOME": str(tmp_path / "home"), "EMULATOR_PORT": str(port)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert up.returncode == 1
    assert f"Port {port} is taken by process {os.getpid()}" in up.stderr
    assert not (tmp_path / "home").exists()


def test_unwritable_home(emulator: Emulator) -> None:
    """A start that cannot write its files says so in a sentence."""
    emulator.folder.parent.mkdir(exist_ok=True)
    emulator.folder.touch()  # a file, where the folder should be
    with pytest.raises(StartError, match="can you write there"):
        emulator.start()
    emulator.folder.unlink()


def test_broken_start(emulator: Emulator) -> None:
    """A start that fails shows the end of the log, and leaves nothing running."""
    with pytest.raises(UnhealthyError, match=r"(?s)ended before it was healthy.*no-such-port"):
        emulator.start({"GATEWAY_LISTEN": "127.0.0.1:no-such-port"})
    assert emulator.strays() == set()
    assert emulator.status().state == "stopped"
