"""The bench's own emulator and stacks: nothing of the user's is touched, nothing is left."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bootstrap.deploy import deploy
from bootstrap.destroy import destroy
from bootstrap.package import Package, pack
from bootstrap.settings import Settings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from tailrace_emulator.control import Emulator, Installation

RECIPE = Path(__file__).with_name("recipe")


@dataclass(frozen=True)
class Bed:
    """An emulator that runs for the bench, and how long it took to be healthy (seconds)."""

    emulator: Emulator
    target: Target
    healthy: float

    def memory(self) -> float:
        """Return the memory of the emulator's whole process tree: proportional set size, MiB."""
        process = self.emulator.process()
        if process is None:
            raise RuntimeError("the bench's emulator does not run any more")
        root = psutil.Process(process.pid)
        return sum(pss(one) for one in (root, *root.children(recursive=True))) / 2**20

    def requests(self) -> list[str]:
        """Return the AWS requests that the emulator has logged, oldest first: `service.Operation`."""
        marker = "localstack.request.aws     : AWS "
        lines = self.emulator.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line.partition(marker)[2].partition(" ")[0] for line in lines if marker in line]


def pss(process: psutil.Process) -> int:
    """Return a process's proportional set size in bytes; 0 if it has just ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


@contextmanager
def running() -> Iterator[Bed]:
    """Start an emulator on a free port, and stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    emulator = Emulator(Installation.from_environment(), port)
    began = time.monotonic()
    emulator.start()
    healthy = time.monotonic() - began
    try:
        yield Bed(
            emulator, Target.from_environment({"AWS_ENDPOINT_URL": emulator.status().endpoint}), healthy
        )
    finally:
        emulator.stop()


@contextmanager
def deployed(target: Target, name: str, package: Package | None = None) -> Iterator[tuple[Stack, float]]:
    """Deploy a stack with a window of 0, give it and the seconds it took; destroy it at the end."""
    settings = Settings.from_environment(
        {**os.environ, "TARGET": "localstack", "STACK": name, "BATCH_WINDOW": "0"}
    )
    began = time.monotonic()
    try:
        stack = deploy(target, settings, lambda _: None, package=package).stack
        yield stack, time.monotonic() - began
    finally:
        destroy(target, name, lambda _: None)


def recipe() -> Package:
    """Pack the recipe's approach under the name that the template's function calls."""
    return pack({f"handler/{path.name}": path.read_bytes() for path in RECIPE.glob("*.py")})
