"""What is missing or in the way, each with its fix."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tailrace import endpoint, seams
from tailrace.dynamodb import listing as listing_of_tables
from tailrace.endpoint import HOST, URL
from tailrace.functions import listing, namespaces

from . import advice, pidfile, plugins, processes, trees, uv
from .emulator import Emulator
from .errors import EmulatorError, UvMissingError
from .health import healthy
from .installation import ELSEWHERE, LEFTOVER, SYSTEM, Installation
from .occupant import occupant, way_out

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
    yield from system(installation)
    yield python()
    yield tool()
    yield from disk(installation)
    yield from parts(installation)
    yield functions()
    yield from named(os.environ, Path.cwd())
    yield from names(installation)
    yield from port(emulator)
    yield from kept(emulator)
    yield from tables(emulator)
    yield from remains(installation)
    yield from proxies(os.environ)
    yield from memory(MEMINFO)


def system(installation: Installation) -> Iterator[Finding]:
    """Say so where the embedded emulator cannot run."""
    if installation.platform != SYSTEM:
        yield Finding(f"{installation.platform}: {ELSEWHERE}", "EMULATOR=docker (docs/docker.md)")


def python() -> Finding:
    """Look at the Python that runs us: LocalStack runs on it too, unless it is too new."""
    found = f"Python {platform.python_version()} ({sys.executable})"
    if uv.python_request() == sys.executable:
        return Finding(found)
    return Finding(found, "none needed, but with Python 3.12 to 3.14 uv would not have to find or fetch one")


def tool() -> Finding:
    """Look for uv."""
    try:
        return Finding(f"uv ({uv.find_uv()})")
    except UvMissingError as error:
        return Finding(str(error), "pip install uv", blocks=True)


def functions() -> Finding:
    """Say whether functions have a file system of their own here."""
    if namespaces.permitted():
        return Finding("functions see Lambda's file system: /var/task, /opt, a /tmp of their own")
    if os.environ.get(namespaces.VARIABLE) == "0":
        return Finding(f"functions share this machine's file system: {namespaces.VARIABLE}=0")
    return Finding(
        "functions share this machine's file system: it permits no user and mount namespaces",
        "none needed; they run, with other paths than on AWS (docs/functions.md)",
    )


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
        place = installation.home / part.where
        how = "not installed" if not place.exists() else "from another version"
        if place.exists() and not part.runs(place):
            how = "does not run any more (the Python that it was made with is gone)"
        yield Finding(f"{how}: {part.title}", advice.install())
    if not missing:
        yield Finding(f"installed in {installation.home}")
    for part in installation.parts:
        if part not in missing:
            size = trees.size(installation.home / part.where) / 10**6
            yield Finding(f"{size:4.0f} MB in {part.where}: {part.title}")
    for folder in installation.home.glob(f"{LEFTOVER}*"):
        yield Finding(
            f"left by an installation that was killed: {folder}", f"{advice.install()}, or remove it"
        )


def names(installation: Installation) -> Iterator[Finding]:
    """Look whether the names that the bench replaces in LocalStack are as it knows them."""
    if installation.missing():
        return
    place = plugins.place(installation.home)
    plugins.lay(place)
    asked = subprocess.run(
        [installation.python, "-P", "-m", "tailrace.seams"],
        env={"PYTHONPATH": str(place)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if asked.returncode:
        yield Finding(asked.stderr.strip().splitlines()[-1], advice.install(), blocks=True)
    else:
        count = len(seams.seams())
        listed = advice.again("doctor", "--names")
        yield Finding(f"{count} names of LocalStack are as the bench knows them ({listed})")


def port(emulator: Emulator) -> Iterator[Finding]:
    """Look at who has the port."""
    now = emulator.status()
    if now.pid:
        answers = "answers" if now.state == "running" else "does not answer"
        what = f"the emulator runs on port {emulator.port} (process {now.pid}) and {answers}"
        yield Finding(
            what,
            "" if now.state == "running" else f"wait, or {advice.stop(emulator.port)}; its log: {now.log}",
        )
    elif processes.taken(HOST, emulator.port):
        who = occupant(emulator.port)
        fix = way_out(emulator.port, who)
        yield Finding(f"port {emulator.port} is taken by {who}", fix, blocks=True)
    elif processes.forbidden(HOST, emulator.port):
        what = f"port {emulator.port} is one on which only root may listen"
        yield Finding(what, f"take another port: {endpoint.PORT}={endpoint.DEFAULT_PORT}", blocks=True)
    else:
        yield Finding(f"port {emulator.port} is free")


def named(environ: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    """Look at what AWS_ENDPOINT_URL names, where it is set: whose emulator, and who answers."""
    url = environ.get(URL)
    if not url:
        return
    try:
        meant = endpoint.meant(environ, folder)
    except endpoint.EndpointError as undecided:
        yield Finding(str(undecided), f"unset {URL}", blocks=True)
        return
    if meant.own_port is not None:
        yield Finding(meant.note or f"{URL}={url} is this project's own emulator")
    elif healthy(url):
        yield Finding(f"{URL}={url}: an emulator answers there, and is used; none is started here")
    else:
        port = endpoint.local_port(url)
        who = f": {occupant(port)} has the port" if port and processes.taken(HOST, port) else ""
        fix = f"start it, or unset {URL}"
        yield Finding(f"{URL}={url}, and no emulator answers there{who}", fix, blocks=True)


def kept(emulator: Emulator) -> Iterator[Finding]:
    """Look for settings of functions that are stored and have no effect here."""
    if emulator.status().state != "running":
        return
    for line in listing.without_effect(HOST, emulator.port, endpoint.region(os.environ)):
        yield Finding(f"kept, without effect here: {line}")


def tables(emulator: Emulator) -> Iterator[Finding]:
    """Say where the tables of an emulator that runs are, and why some moved."""
    if emulator.status().services.get("dynamodb") == "running":
        try:
            yield from map(Finding, listing_of_tables.tables(emulator.endpoint))
        except EmulatorError as error:
            yield Finding(str(error))


def remains(installation: Installation) -> Iterator[Finding]:
    """Look for notes of emulators that have ended, and for what they left running."""
    for folder in sorted(installation.run.glob("[0-9]*")):
        noted = pidfile.read(folder)
        if noted is None or noted.alive():
            continue
        other = Emulator(installation, int(folder.name))
        fix = advice.stop(other.port)
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
    if "*" in direct or HOST in direct:
        yield Finding(f"proxy {proxy}, not used for {HOST}")
    else:
        fix = f"export NO_PROXY={HOST},localhost"
        yield Finding(f"the proxy {proxy} would be asked for {HOST}", fix, blocks=True)


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
