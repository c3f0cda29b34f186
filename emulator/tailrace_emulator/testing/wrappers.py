"""What an emulator is wrapped in: processes of this machine, or a container."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import ModuleType

from tailrace_emulator.control import Emulator, Installation
from tailrace_emulator.control.processes import Process
from tailrace_emulator.control.settings import HOST

OWNER = "owner"  # file in an emulator's run folder: the process that it is for


@contextmanager
def embedded(owner: Process, _name: str) -> Iterator[str]:
    """Run the emulator that EMULATOR_HOME holds, on a free port; yield its endpoint, and stop it."""
    installation = Installation.from_environment()
    stop_orphans(installation)
    emulator = Emulator(installation, _free_port())
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


def _container() -> ModuleType:
    try:
        return import_module(f"{__package__}.container")
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"There is no package {missing.name}: pip install 'tailrace-emulator[containers]'."
        ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
