"""The bench's own emulators and stacks: nothing of the user's is touched, nothing is left."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from bootstrap.deploy import deploy
from bootstrap.destroy import destroy
from bootstrap.package import Code, pack, pack_detector
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from tailrace.compose import engine as engines
from tailrace.compose import image
from tailrace.compose.container import Container
from tailrace.compose.engine import DockerEngine
from tailrace.compose.errors import EngineError
from tailrace.control import Emulator, Installation, processes
from tailrace.testing.limits import switch_limits

ROOT = Path(__file__).resolve().parent.parent
RECIPE = Path(__file__).with_name("recipe")


@dataclass(frozen=True)
class Bed:
    """An emulator that runs for the bench, and how long it took to be healthy (seconds).

    `memory` gives the proportional set size of all its processes in MiB, `log` what it has logged.
    """

    target: Target
    healthy: float
    memory: Callable[[], float]
    log: Callable[[], str]

    def requests(self) -> list[str]:
        """Return the AWS requests that the emulator has logged, oldest first: `service.Operation`."""
        marker = "localstack.request.aws     : AWS "
        lines = self.log().splitlines()
        return [line.partition(marker)[2].partition(" ")[0] for line in lines if marker in line]


@dataclass(frozen=True)
class EmbeddedBed(Bed):
    """One that runs as processes of this machine; `cpu` gives the CPU seconds that they have taken.

    `own` gives the MiB of their memory that no file holds. Unlike `memory` it does not change with what other
    programs run.
    """

    cpu: Callable[[], float]
    own: Callable[[], float]


@contextmanager
def embedded(*services: str) -> Iterator[EmbeddedBed]:
    """Start an embedded emulator on a free port, and stop it at the end; clients of `services` are ready."""
    emulator = Emulator(Installation.from_environment(), processes.free_port())
    target = target_at(emulator.endpoint)
    target.prepare(services)

    def every() -> list[psutil.Process]:
        process = emulator.process()
        if process is None:
            raise RuntimeError("the bench's emulator does not run any more")
        root = psutil.Process(process.pid)
        return [root, *root.children(recursive=True)]

    def memory(row: str = "Pss") -> float:
        return mebibytes(row, "".join(map(rollup, every())))

    def cpu() -> float:
        return sum(cpu_seconds(one) for one in every())

    def log() -> str:
        return emulator.log.read_text(encoding="utf-8", errors="replace")

    began = time.monotonic()
    emulator.start()
    healthy = time.monotonic() - began
    try:
        switch_limits(emulator.status().endpoint, "off")
        yield EmbeddedBed(target, healthy, memory, log, cpu, partial(memory, "Pss_Anon"))
    finally:
        emulator.stop()


@contextmanager
def contained(engine: DockerEngine) -> Iterator[Bed]:
    """Start one in a container on a free port, and remove it at the end; the image is there."""
    container = Container(engine, processes.free_port(), ROOT)

    def memory() -> float:
        name = f"{container.project}-emulator-1"
        said = engine.ask("exec", name, "sh", "-c", "cat /proc/[0-9]*/smaps_rollup 2>/dev/null; true")
        return mebibytes("Pss", said)

    began = time.monotonic()
    container.up(lambda _: None)
    healthy = time.monotonic() - began
    try:
        switch_limits(container.endpoint, "off")
        yield Bed(target_at(container.endpoint), healthy, memory, container.log)
    finally:
        container.down()


def engine() -> DockerEngine | None:
    """Return the Docker engine, if it has the image of these sources; say why not on standard error."""
    try:
        found = engines.find(os.environ)
    except EngineError as none:
        sys.stderr.write(f"Not measured in Docker: {none}\n")
        return None
    if image.stands(found, ROOT):
        return found
    why = "the image of these sources is not built (make up EMULATOR=docker)"
    sys.stderr.write(f"Not measured in Docker: {why}\n")
    return None


def target_at(endpoint: str) -> Target:
    """Return the emulator at this address as a target."""
    return Target.from_environment({"AWS_ENDPOINT_URL": endpoint})


def rollup(process: psutil.Process) -> str:
    """Return what the kernel says of a process's memory; nothing if it has just ended."""
    try:
        return Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return ""


def mebibytes(row: str, rollups: str) -> float:
    r"""Return the MiB of a row of the rollups of any number of processes, added up.

    >>> mebibytes("Pss", "Rss: 4096 kB\nPss: 2048 kB\nPss_Anon: 512 kB\nRss: 9000 kB\nPss: 1024 kB\n")
    3.0
    """
    rows = (line.split() for line in rollups.splitlines())
    return sum(int(found[1]) for found in rows if found[:1] == [f"{row}:"]) / 2**10


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU seconds that a process has taken; 0 if it has just ended."""
    try:
        taken = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(taken.user + taken.system)


@contextmanager
def deployed(target: Target, name: str, code: Code | None = None) -> Iterator[tuple[Stack, float]]:
    """Deploy a stack with a window of 0, give it and the seconds it took; destroy it at the end."""
    settings = PipelineSettings.from_environment(
        {**os.environ, "TARGET": "localstack", "STACK": name, "BATCH_WINDOW": "0"}
    )
    began = time.monotonic()
    try:
        stack = deploy(target, settings, lambda _: None, code=code).stack
        yield stack, time.monotonic() - began
    finally:
        destroy(target, name, lambda _: None)


def recipe() -> Code:
    """Pack the recipe's approach under the name that the template's function calls."""
    files = {f"handler/{path.name}": path.read_bytes() for path in RECIPE.glob("*.py")}
    return Code(pack(files), pack_detector())
