"""A run of these tests on Docker Compose leaves no container and no network behind, however it ends."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tailrace.compose import image
from tailrace.compose.engine import DockerEngine
from tailrace.testing import wrappers
from tailrace.testing.eventually import eventually
from tests.integration import children, madeup
from tests.integration.test_container import engine

__all__ = ["engine"]  # a fixture

pytestmark = pytest.mark.emulator_only

WAITS = """
from pathlib import Path
from threading import Event
import pytest

@pytest.mark.anywhere
def test_it(target) -> None:
    Path("answers").touch()
    Event().wait(120)
"""


@contextmanager
def waiting(engine: DockerEngine, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a test on Compose that says when its emulator answers, and waits; it is killed at the end."""
    madeup.lay(folder)
    named = {image.OWN: engine.environ[image.OWN]} if image.OWN in engine.environ else {}
    nobody = {"EMULATOR_PORT": "9"}  # no emulator of the developer's is taken
    with madeup.start(folder, WAITS, EMULATOR="docker", **nobody, **named) as child:
        try:
            yield child
        finally:
            child.kill()


def left(engine: DockerEngine, run: int) -> list[str]:
    """Return the containers that Compose started for a run, by the number of its process."""
    form = f'{{{{.Label "com.docker.compose.project"}}}} {{{{.Label "{wrappers.RUN}"}}}}'
    found = engine.ask("ps", "--all", "--filter", f"label={wrappers.RUN}", "--format", form).splitlines()
    return [line.split()[0] for line in found if f'"pid": {run},' in line]


def networks(engine: DockerEngine, project: str) -> str:
    """Return the networks of a project."""
    return engine.ask("network", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={project}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_in_the_middle(number: signal.Signals, engine: DockerEngine, tmp_path: Path) -> None:
    """A run that is interrupted or killed takes its container and its network with it."""
    with waiting(engine, tmp_path) as run:
        eventually((tmp_path / "answers").exists, within=90, what="the container of the run answers")
        (project,) = left(engine, run.pid)
        assert networks(engine, project)
        run.send_signal(number)
        eventually(lambda: not children.watchdogs(run.pid), within=60, what="what kept it has ended")
        assert left(engine, run.pid) == []
        assert networks(engine, project) == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_while_it_starts(number: signal.Signals, engine: DockerEngine, tmp_path: Path) -> None:
    """A run that ends before its container is healthy leaves none behind."""
    with waiting(engine, tmp_path) as run:
        (project,) = eventually(lambda: left(engine, run.pid), within=60, what="there is a container")
        assert not (tmp_path / "answers").exists()
        run.send_signal(number)
        eventually(lambda: not children.watchdogs(run.pid), within=60, what="what kept it has ended")
        assert left(engine, run.pid) == []
        assert networks(engine, project) == ""


def test_all_is_killed(engine: DockerEngine, tmp_path: Path) -> None:
    """If what keeps the container is killed as well, the next run removes what was left."""
    with waiting(engine, tmp_path) as run:
        eventually((tmp_path / "answers").exists, within=90, what="the container of the run answers")
        (project,) = left(engine, run.pid)
        wrappers.remove_orphans(engine)
        assert left(engine, run.pid) == [project], "the run is alive"
        for watchdog in children.watchdogs(run.pid):
            os.kill(watchdog, signal.SIGKILL)
        run.kill()
        run.wait(30)
        assert left(engine, run.pid) == [project]
    wrappers.remove_orphans(engine)
    assert left(engine, run.pid) == []
    assert networks(engine, project) == ""
