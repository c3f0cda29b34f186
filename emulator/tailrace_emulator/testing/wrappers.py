"""What an emulator is wrapped in: processes of this machine, or a container."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from tailrace_emulator.control import Emulator, Installation
from tailrace_emulator.control.processes import Process
from tailrace_emulator.control.settings import HOST


@contextmanager
def embedded(_owner: Process, _name: str) -> Iterator[str]:
    """Run the emulator that EMULATOR_HOME holds, on a free port; yield its endpoint, and stop it."""
    emulator = Emulator(Installation.from_environment(), _free_port())
    try:
        emulator.start()
        yield emulator.status().endpoint
    finally:
        emulator.stop()


@contextmanager
def testcontainers(owner: Process, name: str) -> Iterator[str]:
    """Run the emulator's image by testcontainers; yield its endpoint, and remove the container."""
    container = _container()
    container.refuse_missing_engine()
    container.remove_orphans()
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
