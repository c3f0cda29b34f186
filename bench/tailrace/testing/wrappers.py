"""What an emulator is wrapped in: processes of this machine, or a container."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tailrace.compose import engine
from tailrace.compose.container import EMULATOR, GRACE, Container
from tailrace.compose.engine import LONG, DockerEngine
from tailrace.control import Emulator, Installation
from tailrace.control.processes import Process, free_port

from . import labels

OWNER = "owner"  # file in an emulator's run folder: the process that it is for
RUN = "tailrace.run"  # label of a container that Compose started: the same; docker-compose.yml takes it from…
FOR_RUN = "EMULATOR_RUN"  # …this variable


@contextmanager
def embedded(owner: Process, _name: str) -> Iterator[str]:
    """Run the emulator that EMULATOR_HOME holds, on a free port; yield its endpoint, and stop it."""
    installation = Installation.from_environment()
    stop_orphans(installation)
    emulator = Emulator(installation, free_port())
    note = emulator.folder / OWNER
    try:
        emulator.start()
        note.write_text(json.dumps(owner._asdict()), encoding="ascii")
        yield emulator.status().endpoint
    finally:
        emulator.stop()
        note.unlink(missing_ok=True)


def stop_orphans(installation: Installation) -> None:
    """Stop every emulator that runs from there for an owner that has ended."""
    for note in installation.run.glob(f"[0-9]*/{OWNER}"):
        with suppress(OSError, ValueError, TypeError):  # it is just being stopped, or half written
            if not Process(**json.loads(note.read_text(encoding="ascii"))).alive():
                Emulator(installation, int(note.parent.name)).stop()
                note.unlink()


@contextmanager
def testcontainers(owner: Process, name: str) -> Iterator[str]:
    """Run the emulator's image by testcontainers; yield its endpoint, and remove the container."""
    container = _container()
    container.refuse_missing_engine()
    try:
        with container.EmulatorContainer(owner=owner, name=name) as started:
            yield started.get_url()
    finally:
        container.remove_own()


@contextmanager
def docker(owner: Process, _name: str) -> Iterator[str]:
    """Run docker-compose.yml of the current folder on a free port; yield its endpoint, and remove it all."""
    there = engine.find({**os.environ, FOR_RUN: labels.on_this_machine(owner)})
    remove_orphans(there)
    container = Container(there, free_port(), Path.cwd())
    container.prepare(lambda _: None)
    try:
        with _undivided():
            container.up(lambda _: None)
        yield container.endpoint
    finally:
        container.down()


def remove_orphans(there: DockerEngine) -> None:
    """Remove what Compose started for runs of this machine that have ended; their folder may be gone."""
    form = f'{{{{.Label "{EMULATOR}"}}}}\t{{{{.Label "{RUN}"}}}}'
    for line in there.ask("ps", "--all", "--filter", f"label={RUN}", "--format", form).splitlines():
        port, _, owner = line.partition("\t")
        if labels.ended_here(owner):
            named = ("compose", "--project-name", f"tailrace-{port}")
            there.run(*named, "down", "--volumes", "--timeout", GRACE, timeout=LONG)


@contextmanager
def _undivided() -> Iterator[None]:
    """Put SIGTERM off until what goes on is done: the engine goes on with what Compose has asked for."""
    asked: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if asked:
            signal.raise_signal(signal.SIGTERM)


def _container() -> ModuleType:
    try:
        return import_module(f"{__package__}.container")
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"There is no package {missing.name}: pip install 'tailrace[containers]'."
        ) from None
