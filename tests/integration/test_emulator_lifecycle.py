"""An emulator's life: what it starts and leaves, beside others, killed, and without a network."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tailrace.control import Emulator, doctor, plugins, processes
from tailrace.control.processes import Process
from tailrace.dynamodb.listing import tables
from tailrace.startup.services import NEEDED
from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration import network
from tests.integration.emulators import (
    ask,
    command,
    dynamodb,
    family,
    java_of,
    make_table,
    of_a_port_of_its_own,
)
from tests.integration.installing import installed

pytestmark = pytest.mark.emulator_only

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = ("127.0.0.1", "::ffff:127.0.0.1", "::1")
LAUNCHER = ROOT / "bench" / "tailrace" / "dynamodb" / "launch.py"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
USERS_OWN = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "PYTHONPATH", "PYTHONHOME", "GATEWAY_LISTEN", "DEBUG")
LARGE = b"x" * 1_000_000  # LocalStack writes it to a file
ALL_AT_DYNAMODB_LOCAL = {"TAILRACE_DYNAMODB": "local"}
CUT_OFF = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"']


@pytest.fixture
def emulator(run: Run) -> Iterator[Emulator]:
    """Give an emulator of the test's own, not started."""
    yield from of_a_port_of_its_own(run)


@pytest.fixture(scope="module")
def usual(run: Run) -> Iterator[Emulator]:
    """Give an emulator that a test finds running, or starts."""
    yield from of_a_port_of_its_own(run)


@pytest.fixture(scope="module")
def at_local(run: Run) -> Iterator[Emulator]:
    """Give another that a test finds running, or starts, with all tables at DynamoDB Local."""
    yield from of_a_port_of_its_own(run)


@pytest.fixture(scope="module")
def running(run: Run) -> Iterator[Emulator]:
    """Give an emulator that runs, of a user with much in the environment, for tests that only look."""
    one = Emulator(installed(run), processes.free_port())
    with pytest.MonkeyPatch.context() as environ:
        for name in USERS_OWN:
            environ.setenv(name, "/the/user's/own")
        one.start(ALL_AT_DYNAMODB_LOCAL)
    eventually(lambda: java_of(one), within=60, what="DynamoDB Local runs")
    yield one
    one.stop()
    shutil.rmtree(one.folder)


def listening(emulator: Emulator) -> list[tuple[str, int]]:
    """Give all addresses on which LocalStack or one of its processes listens."""
    return [
        (connection.laddr.ip, connection.laddr.port)
        for one in family(emulator)
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def sleepers(pid: int) -> list[Process]:
    """Give the descendants of a process that sleep."""
    return [one for one in processes.descendants(pid) if processes.command_of(one.pid) == "/bin/sleep 300"]


def test_loopback_only(running: Emulator) -> None:
    """Nothing that the emulator starts can be reached from another machine."""
    found = listening(running)
    assert ("127.0.0.1", running.port) in found
    assert [at for at in found if at[0] not in LOOPBACK] == []


def test_starting_twice(running: Emulator) -> None:
    """Starting what runs changes nothing, and stays quick."""
    before = running.process()
    assert not running.start()
    assert running.process() == before


def test_faults_at_run_time(running: Emulator) -> None:
    """Faults can be switched on and off while it runs."""
    change = {"variable": "DYNAMODB_WRITE_ERROR_PROBABILITY", "value": 0.0}
    assert ask(running, "POST", "/_localstack/config", change) == (200, change)


def test_clean_environment(running: Emulator) -> None:
    """Nothing of the user's own reaches LocalStack: no profile, no Python path, no setting by accident."""
    (leader, *_) = family(running)
    assert "/the/user's/own" not in leader.environ().values()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux keeps threads on a CPU")
def test_dynamodb_local_stays_on_one_cpu(running: Emulator) -> None:
    """All threads of DynamoDB Local, and those that they will begin, run on one CPU."""
    java = java_of(running)
    assert java is not None

    def cpus() -> set[int]:
        return set().union(*(os.sched_getaffinity(one.id) for one in psutil.Process(java.pid).threads()))

    eventually(lambda: len(cpus()) == 1, within=60, what="its threads are on one CPU")


def test_an_idle_emulator_is_small(usual: Emulator) -> None:
    """With all that a pipeline needs loaded, all of its processes take at most 190 MiB."""
    usual.stop()
    usual.start()
    wanted = dict.fromkeys(NEEDED, "running")
    eventually(lambda: wanted.items() <= usual.status().services.items(), within=60, what="all is loaded")
    assert sum(one.memory_full_info().pss for one in family(usual)) <= 190 * 2**20


def test_dynamodb_local_starts_when_a_table_moves(usual: Emulator) -> None:
    """No Java runs until a table moves; then it is said which, and why, by status and in the log."""
    usual.start()
    make_table(usual, "orders")
    make_table(usual, "other")
    item: dict[str, object] = {"id": {"S": "a"}, "n": {"N": "1"}}
    dynamodb(usual, "PutItem", TableName="orders", Item=item)
    assert java_of(usual) is None
    assert tables(usual.status().endpoint) == ["tables are in memory"]
    assert dynamodb(usual, "ExecuteStatement", Statement='SELECT * FROM "orders"') == {"Items": [item]}
    assert java_of(usual) is not None
    moved = "the table orders is at DynamoDB Local: PartiQL"
    assert tables(usual.status().endpoint) == ["tables are in memory", moved]
    assert f"\ntables are in memory\n{moved}\n" in command(usual, "status").stdout
    assert [finding.what for finding in doctor.tables(usual)] == ["tables are in memory", moved]
    assert "The table orders moves to DynamoDB Local: PartiQL" in usual.log.read_text(encoding="utf-8")
    assert dynamodb(usual, "ListTables") == {"TableNames": ["orders", "other"]}
    for name in ("orders", "other"):
        dynamodb(usual, "DeleteTable", TableName=name)
    assert tables(usual.status().endpoint) == ["tables are in memory"]


def test_side_by_side(running: Emulator, usual: Emulator) -> None:
    """Two emulators share nothing, a bucket of the same name neither."""
    usual.start()
    buckets, others = (
        Aws(one.status().endpoint)("s3", retries={"total_max_attempts": 1}) for one in (running, usual)
    )
    buckets.create_bucket(Bucket="same")
    others.create_bucket(Bucket="same")
    others.put_object(Bucket="same", Key="large", Body=LARGE)
    others.delete_object(Bucket="same", Key="large")
    others.delete_bucket(Bucket="same")
    buckets.put_object(Bucket="same", Key="large", Body=LARGE)
    assert buckets.get_object(Bucket="same", Key="large")["Body"].read() == LARGE
    make_table(running, "mine")
    make_table(usual, "theirs")
    assert dynamodb(running, "ListTables") == {"TableNames": ["mine"]}
    assert dynamodb(usual, "ListTables") == {"TableNames": ["theirs"]}


def test_stop_leaves_nothing(running: Emulator, usual: Emulator) -> None:
    """After a stop there is no process, no listener, and no file but the log; another emulator goes on."""
    usual.start()
    make_table(usual, "table")
    dynamodb(usual, "ExecuteStatement", Statement='SELECT * FROM "table"')
    java = java_of(usual)
    assert java is not None
    everybody = [java, *filter(None, (processes.process(one.pid) for one in family(usual)))]
    ports = [port for _, port in listening(usual)]

    assert usual.stop()

    assert [one.describe() for one in everybody if one.alive()] == []
    assert [port for port in ports if processes.taken("127.0.0.1", port)] == []
    assert {path.name for path in usual.folder.iterdir()} - {"log.previous"} == {"log"}
    assert usual.status().state == "stopped"
    assert not usual.stop()
    assert running.status().state == "running"


def test_killed_localstack(at_local: Emulator) -> None:
    """If LocalStack is killed, DynamoDB Local ends with it; the next start finds the stale note and works."""
    at_local.start(ALL_AT_DYNAMODB_LOCAL)
    java = eventually(lambda: java_of(at_local), within=60, what="DynamoDB Local runs")
    leader = at_local.process()
    assert java is not None
    assert leader is not None

    os.kill(leader.pid, signal.SIGKILL)

    eventually(lambda: not java.alive(), within=60, what="DynamoDB Local has ended with LocalStack")
    assert at_local.start(ALL_AT_DYNAMODB_LOCAL)
    assert at_local.process() not in (None, leader)


def test_hanging_localstack(at_local: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A LocalStack that does not end when asked is killed, with all that it started."""
    at_local.start(ALL_AT_DYNAMODB_LOCAL)
    eventually(lambda: java_of(at_local), within=60, what="DynamoDB Local runs")
    everybody = list(filter(None, (processes.process(one.pid) for one in family(at_local))))
    processes.send(everybody, signal.SIGSTOP)
    monkeypatch.setattr("tailrace.control.emulator.GRACE", 0.5)

    assert at_local.stop()

    assert [one.describe() for one in everybody if one.alive()] == []


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_program_ends_with_its_parent(platform: str) -> None:
    """A launched program is killed when its parent is: on Linux by the system, elsewhere by the launcher."""
    launch = f"import runpy, sys; sys.platform = {platform!r}; sys.argv = ['', '/bin/sleep', '300']; "
    launch += f"runpy.run_path({str(LAUNCHER)!r}, run_name='__main__')"
    with subprocess.Popen([sys.executable, "-c", PARENT, launch]) as parent:
        sleeping = eventually(lambda: sleepers(parent.pid), within=60, what="the program runs")
        parent.kill()
    eventually(lambda: not any(one.alive() for one in sleeping), within=60, what="the program has ended")


def test_without_a_network(emulator: Emulator, tmp_path: Path) -> None:
    """From starting to a verified deployment all works without a network, and nothing is asked of one.

    It looks up no name, and connects to nobody but loopback.
    """
    allowed = subprocess.run([*CUT_OFF, "true"], capture_output=True, text=True, check=False)
    cut_off = [] if allowed.returncode else CUT_OFF  # where that is not allowed, it is watched all the same
    watched = network.watch(tmp_path)
    watched["PYTHONPATH"] += f":{plugins.place(emulator.installation.home)}"
    start = f"from tailrace.control import Emulator; Emulator.from_environment().start({watched})"
    steps = ("-m tailrace install", f"-c {shlex.quote(start)}", "-m bootstrap up", "-m tailrace stop")
    script = " && ".join(f"{sys.executable} {step}" for step in steps)
    environment = {
        **os.environ,
        "EMULATOR_HOME": str(emulator.installation.home),
        "EMULATOR_PORT": str(emulator.port),
    }
    done = subprocess.run(
        [*cut_off, "sh", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{emulator.tail()}"
    hosts = {host for host, _ in network.noted(tmp_path)}
    assert hosts, "LocalStack calls itself"
    assert hosts <= {*LOOPBACK, "localhost"}
