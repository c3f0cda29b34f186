"""`tailrace load`: Locust's workers around the sender, and one verdict over their ledgers."""

import json
import secrets
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil
import pytest

from bootstrap.target import Target
from tailrace.control import processes
from tailrace.load import environment, running
from tailrace.load.ledgers import AcknowledgedId, Begun, read
from tailrace.load.plan import LoadPlan
from tailrace.testing.eventually import eventually
from tests.aws_standin import ACCOUNT, StandIn, standing_in
from tests.frame.run import Run
from tests.integration import installing, namespaces
from tests.integration.stranger import Command, Stranger
from tests.unit.docs.examples import blocks, commands

if TYPE_CHECKING:
    from types_boto3_kinesis.type_defs import WaiterConfigTypeDef

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]
TAILRACE = (sys.executable, "-m", "tailrace")
QUICKLY: "WaiterConfigTypeDef" = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture
def loading(command: Command, run: Run) -> Command:
    """Give the command, with the installation that is here: Locust is put beside it once."""
    home = installing.installed(run).home.resolve()
    environment.installed(home, lambda _: None)
    command.environ["EMULATOR_HOME"] = str(home)
    return command


@pytest.fixture
def stream(run: Run, target: Target) -> Iterator[str]:
    """Give a stream of two shards."""
    name, kinesis = f"{run.prefix}-load-{secrets.token_hex(3)}", target.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=QUICKLY)
    yield name
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig=QUICKLY)


def test_a_project_that_is_not_ours(loading: Command, greenhouse: Stranger) -> None:
    """What the page types has two workers send events, and each is found in the project's own table, once."""
    (loading.folder / "reading.json").write_text('{"meta": {"room": 7}}')
    (typed,) = (
        command
        for block in blocks()
        for command in commands(block)
        if command.startswith("tailrace load STREAM --count 2000 ")
    )
    places = {"STREAM": greenhouse.stream, "2000": "200"}
    _, *words = (places.get(word, word) for word in shlex.split(typed, comments=True))
    done = loading(
        *words, "--batch", "50", "--template", "reading.json",
        "--table", f"{greenhouse.name}-seen", "--json", "--ledgers", "ledgers", within=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert (verdict["workers"], verdict["acknowledged"], verdict["found"]) == (2, 200, 200)
    assert (verdict["lost"], verdict["doubled"], verdict["unknown"], verdict["broken_off"]) == (0, 0, 0, [])
    assert set(greenhouse.seen().values()) == {1}
    table, lost = f"{greenhouse.name}-seen", min(greenhouse.seen())
    greenhouse.target.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": lost}})
    assert "There is no stream nothing here." in loading("load", "nothing").stderr
    again = loading("load", greenhouse.stream, "--judge", "--ledgers", "ledgers", "--table", table)
    assert again.returncode == 1
    assert f"Lost                    1\n  {lost}\n" in again.stdout


@pytest.mark.parametrize("fault", ["nobody answers", "not trusted"])
def test_a_worker_that_cannot_reach_the_emulator(
    loading: Command, target: Target, run: Run, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Where a worker gets no answer, or trusts no certificate, the run ends at once with the fix."""
    monkeypatch.delenv("TAILRACE_CERTIFICATE", raising=False)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    place, said = {
        "nobody answers": (f"http://127.0.0.1:{processes.free_port()}", "No emulator answers at http:"),
        "not trusted": ((target.endpoint or "").replace("http:", "https:"), "set TAILRACE_CERTIFICATE"),
    }[fault]
    home = installing.installed(run).home.resolve()
    locust = running.Locust(environment.installed(home, lambda _: None), environment.code(home))
    plan = LoadPlan(place, "us-east-1", "s", str(loading.folder), 10, None, 1, 10, 1, {}, "id", 0)
    began = time.monotonic()
    with pytest.raises(running.LoadError, match=said):
        running.run(locust, plan, running.LoadBounds(None, 1, 0), running.free_port(), lambda _: None)
    assert time.monotonic() - began < 45, "it did not give up within seconds"


def test_a_worker_without_a_master(loading: Command, stream: str) -> None:
    """Where no master listens, a worker gives up with a sentence that says how to start it."""
    port = processes.free_port()
    done = loading("load", stream, "--worker-of", f"127.0.0.1:{port}", within=60)
    assert done.returncode == 1
    assert f"No master answers at 127.0.0.1:{port} (--worker-of). Start it first" in done.stderr


def test_a_master_that_cannot_listen(loading: Command, stream: str) -> None:
    """Where the master's port is somebody else's, the run ends with a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = loading("load", stream, "--workers", "1", "--count", "10", "--bind", place, within=60)
    assert done.returncode == 1
    assert f"Locust's master at {place} could not begin" in done.stderr


def test_three_namespaces_and_one_worker_killed(loading: Command, stream: str, target: Target) -> None:
    """Workers in namespaces of their own: what a killed one had begun is unknown, and nothing is lost."""
    if not namespaces.possible():
        pytest.skip("this machine permits no network namespaces")
    door, port = urlsplit(target.endpoint or "").port or 0, processes.free_port()
    ledgers = loading.folder / "ledgers"
    plan = ["load", stream, "--count", "8000", "--batch", "200", "--ledgers", str(ledgers)]
    ledgers.mkdir()
    with tempfile.TemporaryDirectory(prefix="ns-") as place, namespaces.outside(Path(place), [door, port]):
        master = _begun(
            loading, [*plan, "--workers", "0", "--outside", "3", "--bind", f"127.0.0.1:{port}", "--json"]
        )
        workers = [
            subprocess.Popen(
                namespaces.inside(
                    Path(place),
                    [door, port],
                    [*TAILRACE, *plan, "--worker-of", f"127.0.0.1:{port}", "--name", f"w{n}"],
                ),
                cwd=loading.folder,
                env=loading.environ,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for n in (1, 2, 3)
        ]
        second = ledgers / "w2.ledger.jsonl"
        try:
            eventually(
                lambda: _killed_midway("w2", second),
                within=120,
                every=0.1,
                what="the second worker is amid its batches",
            )
            said, errors = master.communicate(timeout=240)
        finally:
            _end(master)
            for process in workers:
                _end(process)
            for name in ("w1", "w2", "w3"):
                _kill(name)
    verdict: dict[str, Any] = json.loads(said)
    assert master.returncode == 0, errors
    assert (verdict["workers"], verdict["broken_off"]) == (3, ["w2"])
    assert (verdict["lost"], verdict["doubled"], verdict["foreign"]) == (0, 0, 0)
    assert verdict["unknown"] > 0
    assert verdict["unknown_found"] <= verdict["unknown"]
    assert verdict["acknowledged"] >= 16_000
    assert verdict["found"] == verdict["acknowledged"] + verdict["unknown_found"]


def _begun(loading: Command, words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*TAILRACE, *words],
        cwd=loading.folder,
        env=loading.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _end(process: subprocess.Popen[Any]) -> None:
    process.kill()
    process.wait()


def _killed_midway(worker: str, ledger: Path) -> bool:
    """Kill a worker if it was acknowledged something, and waits for more just now; or let it go on."""
    if not ledger.exists():
        return False
    found = [process for process in psutil.process_iter(["environ"]) if _is(process, worker)]
    for process in found:
        process.suspend()
    said = list(read(ledger))
    begun, taken = ({one.id for one in said if isinstance(one, kind)} for kind in (Begun, AcknowledgedId))
    if taken and begun - taken:
        _kill(worker)
        return True
    for process in found:
        process.resume()
    return False


def _is(process: psutil.Process, worker: str) -> bool:
    return (process.info["environ"] or {}).get("TAILRACE_WORKER") == worker


def _kill(worker: str) -> None:
    """Kill Locust's process of a worker, known by its environment."""
    for process in psutil.process_iter(["environ"]):
        if _is(process, worker):
            process.kill()


def test_an_account_and_its_budget(loading: Command, target: Target, run: Run) -> None:
    """By the switch the same goes to AWS itself, here a stand-in, as far as the budget reaches."""
    with standing_in(target.endpoint or "", loading.folder) as aws, account_stream(target, run, aws) as name:
        del loading.environ["AWS_ENDPOINT_URL"]
        loading.environ.update(aws.environ)
        words = ["load", name, "--duration", "60", "--batch", "20", "--per-million", "0", "--json"]
        words += ["--workers", "1"]
        pays = ("--budget", "0.00000281")  # twice 0.014 dollars a million put units: 100 events
        other = loading(*words, *pays, "--account", "999999999999")
        assert "The credentials belong to account 111122223333, not 999999999999." in other.stderr
        small = loading(*words, *pays, "--account", ACCOUNT, "--count", "101")
        assert "--budget is too small: $2.81e-06 pays for 100 events at $0.03 a million." in small.stderr
        done = loading(*words, *pays, "--account", ACCOUNT, "--ledgers", "ledgers", within=180)
        assert done.returncode == 0, done.stderr
        verdict = json.loads(done.stdout)
        assert (verdict["acknowledged"], verdict["found"], verdict["lost"]) == (100, 100, 0)
        assert "AWS, account 111122223333, eu-central-1: $2.81e-06 pays for 100 events" in done.stderr
        assert aws.refused == []


@contextmanager
def account_stream(target: Target, run: Run, aws: StandIn) -> Iterator[str]:
    """Make a stream in the stand-in's account and region, and remove it."""
    name = f"{run.prefix}-load-{secrets.token_hex(3)}"
    asked = {"AWS_ENDPOINT_URL": target.endpoint or "", "AWS_REGION": aws.environ["AWS_REGION"]}
    there = Target.from_environment(asked)
    there.session._session.set_credentials(ACCOUNT, "secret")
    kinesis = there.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=QUICKLY)
    yield name
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig=QUICKLY)
