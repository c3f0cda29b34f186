"""Whose emulator a command means, what `down --all` and Ctrl-C leave, and `make` with nothing installed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tailrace.control import Emulator, Installation, processes
from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tests.frame import forking
from tests.frame.run import ROOT, Run
from tests.integration.installing import installed

pytestmark = pytest.mark.emulator_only

NEEDED = (
    "requirements.txt",
    "bootstrap/environment.py",
    "bench/pyproject.toml",
)  # of a Makefile that installs


@pytest.fixture(scope="module")
def project(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the folder of a project with an installation of its own; what runs there is stopped in the end."""
    home = tmp_path_factory.mktemp("mine") / ".emulator"
    home.mkdir()
    for part in installed(run).home.iterdir():
        if part.name not in {"run", "plugins"}:
            (home / part.name).symlink_to(part)
    yield home.parent
    one = Installation(home)
    for port, _ in one.running():
        Emulator(one, port).stop()


@pytest.fixture(scope="module")
def ports() -> list[str]:
    """Give two ports of the project's emulators, which a test finds running or starts."""
    return sorted((str(processes.free_port()) for _ in range(2)), key=int)


def tailrace(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a project's folder."""
    command = [*forking.python(), "-m", "tailrace", *words]
    environ = {**os.environ, **settings}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=180
    )


def running(project: Path) -> list[str]:
    """Return the ports on which the project's emulators run."""
    return [str(port) for port, _ in Installation(project / ".emulator").running()]


def test_another_projects_emulator(project: Path, ports: list[str], tmp_path: Path) -> None:
    """Where another project's emulator has the port it is said whose, and it is used only if it is named."""
    port = ports[0]
    other = tmp_path / "other"
    other.mkdir()
    assert tailrace(project, "start", EMULATOR_PORT=port).returncode == 0
    assert tailrace(project, "whose", EMULATOR_PORT=port).returncode == 0
    asked = tailrace(other, "whose", EMULATOR_PORT=port)
    whose = f"the emulator installed in {project / '.emulator'}"
    assert asked.returncode == 1
    assert f"On port {port} answers {whose}" in asked.stderr
    assert f"set AWS_ENDPOINT_URL=http://127.0.0.1:{port}" in asked.stderr
    assert f"answers {whose}" in tailrace(other, "where", EMULATOR_PORT=port).stdout
    assert f"is taken by {whose}" in tailrace(other, "up", "--via", "embedded", EMULATOR_PORT=port).stderr
    endpoint = f"http://127.0.0.1:{port}"
    named = tailrace(other, "whose", EMULATOR_PORT=port, AWS_ENDPOINT_URL=endpoint)
    assert (named.returncode, named.stderr.startswith(f"At {endpoint} answers {whose}")) == (3, True)


def test_in_a_shell_that_has_eaten_env(project: Path, ports: list[str]) -> None:
    """After `tailrace env` commands know their own emulator, and EMULATOR_PORT goes before it."""
    first, second = ports
    assert tailrace(project, "start", EMULATOR_PORT=first).returncode == 0
    eaten: dict[str, str] = json.loads(tailrace(project, "env", "--json", EMULATOR_PORT=first).stdout)["set"]
    beside = {**eaten, "EMULATOR_PORT": second}
    assert tailrace(project, "start", **beside).returncode == 0
    kinesis = Aws(f"http://127.0.0.1:{second}")("kinesis")
    kinesis.create_stream(StreamName="readings", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="readings", WaiterConfig={"Delay": 1})
    (project / "events.jsonl").write_text('{"celsius": 21}\n')
    put = tailrace(project, "put", "readings", "events.jsonl", **beside)
    assert (put.returncode, "Acknowledged 1 event" in put.stdout) == (0, True), put.stderr
    assert (
        "There is no stream readings" in tailrace(project, "put", "readings", "events.jsonl", **eaten).stderr
    )
    other = tailrace(project, "env", **beside).stdout
    assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{second}\n" in other
    assert tailrace(project, "down", **eaten).returncode == 0
    assert running(project) == [second]


def test_all_are_stopped(project: Path, ports: list[str]) -> None:
    """`down --all` stops every emulator of the folder, on whichever port it was started."""
    for port in ports:
        assert tailrace(project, "start", EMULATOR_PORT=port).returncode == 0
    assert running(project) == ports
    done = tailrace(project, "down", "--all", EMULATOR_PORT=ports[0])
    assert done.returncode == 0
    assert running(project) == []
    assert not any(processes.taken("127.0.0.1", int(port)) for port in ports)


def test_interrupted_start(project: Path) -> None:
    """Ctrl-C while the emulator starts ends it: one line, and nothing goes on in the background."""
    one = Emulator(Installation(project / ".emulator"), processes.free_port())
    starting = subprocess.Popen(
        [sys.executable, "-m", "tailrace", "start"],
        cwd=project,
        env={**os.environ, "EMULATOR_PORT": str(one.port)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  no threads
    )
    try:
        eventually(one.process, within=60, every=0.01, what="LocalStack's process is there")
        starting.send_signal(signal.SIGINT)
        _, said = starting.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            starting.kill()
    assert (starting.returncode, len(said.strip().splitlines())) == (130, 1), said
    assert "Interrupted" in said
    assert one.process() is None
    assert one.strays() == set()
    assert sorted(path.name for path in one.folder.iterdir()) == ["log"]


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `make` where nothing is but the Makefile and what it looks at."""
    shutil.copy(ROOT / "Makefile", folder)
    for name in NEEDED:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    command = [shutil.which("make") or "make", *words]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("target", "code"), [("status", 2), ("down", 0)])
def test_nothing_is_installed_to_say_so(target: str, code: int, tmp_path: Path) -> None:
    """Where nothing is installed `make status` and `make down` say so, and install nothing."""
    done = make(tmp_path, target)
    assert (done.returncode, done.stdout.startswith("Nothing is installed here")) == (code, True), done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("target", ["up", "doctor"])
def test_an_old_python(target: str, tmp_path: Path) -> None:
    """A `python3` that is too old, or none, is said in a sentence with the way out."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for python in (old, tmp_path / "none"):
        done = make(tmp_path, target, f"PYTHON3={python}")
        assert done.returncode == 2
        assert "is missing or too old: Tailrace needs Python 3.9 or newer" in done.stderr
        assert "make PYTHON3=python3.13" in done.stderr
