"""What is missing or in the way, each with its fix."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from . import pidfile, processes, settings, uv
from .emulator import Emulator
from .errors import UvMissingError
from .installation import LEFTOVER, Installation

INSTALL = "tailrace install (in this project: make up)"
STOP = "tailrace stop (in this project: make down)"
MEMORY = 1000  # megabytes that LocalStack, DynamoDB Local and a few functions take
MEMINFO = Path("/proc/meminfo")
NOEXEC = 8  # of statvfs's flags, on Linux


class Finding(NamedTuple):
    """One thing looked at: what was found, whether it blocks, and the fix if there is something to do."""

    what: str
    fix: str = ""
    blocks: bool = False

    def __str__(self) -> str:
        mark = "BLOCKS" if self.blocks else "note" if self.fix else "ok"
        return f"{mark:7}{self.what}" + (f"\n       fix: {self.fix}" if self.fix else "")


def examine(emulator: Emulator) -> Iterator[Finding]:
    """Look at everything in turn."""
    installation = emulator.installation
    yield python()
    yield tool()
    yield from disk(installation)
    yield from parts(installation)
    yield from port(emulator)
    yield from remains(installation)
    yield from proxies(os.environ)
    yield from memory(MEMINFO)


def python() -> Finding:
    """Look at the Python that runs us: 3.13 is used for LocalStack, any other makes uv look for one."""
    found = f"Python {platform.python_version()} ({sys.executable})"
    if sys.version_info[:2] == uv.WANTED_PYTHON:
        return Finding(found)
    return Finding(found, "none needed, but with Python 3.13 uv would not have to find or fetch one (35 MB)")


def tool() -> Finding:
    """Look for uv."""
    try:
        return Finding(f"uv ({uv.find_uv()})")
    except UvMissingError as error:
        return Finding(str(error), "pip install uv", blocks=True)


def disk(installation: Installation) -> Iterator[Finding]:
    """Look at the room that what is missing takes, and whether programs can be put there and run."""
    folder = next(place for place in (installation.home, *installation.home.parents) if place.exists())
    needed, free = installation.needed(), shutil.disk_usage(folder).free // 2**20
    if not os.access(folder, os.W_OK):
        yield Finding(f"{folder} cannot be written", "set EMULATOR_HOME to a folder of yours", blocks=True)
    if sys.platform == "linux" and os.statvfs(folder).f_flag & NOEXEC:
        yield Finding(
            f"no program may run from {folder} (noexec)", "set EMULATOR_HOME elsewhere", blocks=True
        )
    if free < needed:
        what = f"{free} MB are free at {folder}, {needed} MB are needed"
        yield Finding(what, "make room, or set EMULATOR_HOME to another disk", blocks=True)
    else:
        yield Finding(f"disk: {free} MB free at {folder}, {needed} MB still needed")


def parts(installation: Installation) -> Iterator[Finding]:
    """Look at what is installed, from which locks, and at what killed installations left."""
    missing = installation.missing()
    for part in missing:
        old = (installation.home / part.where).exists()
        yield Finding(f"{'from another version' if old else 'not installed'}: {part.title}", INSTALL)
    if not missing:
        yield Finding(f"installed in {installation.home}")
    for folder in installation.home.glob(f"{LEFTOVER}*"):
        yield Finding(f"left by an installation that was killed: {folder}", f"{INSTALL}, or remove it")


def port(emulator: Emulator) -> Iterator[Finding]:
    """Look at who has the port."""
    now = emulator.status()
    if now.pid:
        answers = "answers" if now.state == "running" else "does not answer"
        what = f"the emulator runs on port {emulator.port} (process {now.pid}) and {answers}"
        yield Finding(what, "" if now.state == "running" else f"wait, or {STOP}; its log: {now.log}")
    elif processes.taken(settings.HOST, emulator.port):
        owner = processes.listener(emulator.port)
        who = owner.describe() if owner else "a process of another user"
        fix = f"end it, or take another: EMULATOR_PORT={emulator.port + 1}"
        yield Finding(f"port {emulator.port} is taken by {who}", fix, blocks=True)
    else:
        yield Finding(f"port {emulator.port} is free")


def remains(installation: Installation) -> Iterator[Finding]:
    """Look for notes of emulators that have ended, and for what they left running."""
    for folder in sorted(installation.run.glob("[0-9]*")):
        noted = pidfile.read(folder)
        if noted is None or noted.alive():
            continue
        other = Emulator(installation, int(folder.name))
        fix = f"EMULATOR_PORT={other.port} {STOP}"
        yield Finding(
            f"the emulator on port {other.port} ended without being stopped (its log: {other.log})", fix
        )
        for one in other.strays():
            yield Finding(f"left running by it: {one.describe()}", fix)


def proxies(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look whether a proxy of the environment would be asked for 127.0.0.1."""
    lower = {name.lower(): value for name, value in environment.items()}
    proxy = lower.get("http_proxy") or lower.get("all_proxy")
    if not proxy:
        return
    direct = [host.strip().partition(":")[0] for host in lower.get("no_proxy", "").split(",")]
    if "*" in direct or settings.HOST in direct:
        yield Finding(f"proxy {proxy}, not used for {settings.HOST}")
    else:
        fix = f"export NO_PROXY={settings.HOST},localhost"
        yield Finding(f"the proxy {proxy} would be asked for {settings.HOST}", fix, blocks=True)


def memory(meminfo: Path) -> Iterator[Finding]:
    """Look at the memory that is left (Linux)."""
    if not meminfo.exists():
        return
    rows = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
    free = int(rows["MemAvailable"].split()[0]) // 1024
    if free < MEMORY:
        yield Finding(f"{free} MB of memory are left, about {MEMORY} are used", "end something large")
    else:
        yield Finding(f"memory: {free} MB available")
