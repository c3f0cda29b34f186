"""Locust's master and its workers, as processes of this machine."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tailrace.control import processes
from tailrace.endpoint import HOST, authorities
from tailrace.load.ledgers import SUFFIX, ledgers
from tailrace.load.plan import LoadPlan
from tailrace.pointing import Emulated, variables
from tailrace.sentences import last_line
from tailrace.stream.errors import StreamError

MASTER_LOG = "master.log"
FILE = Path(__file__).with_name("locustfile.py")
GRACE = 25.0
"""Seconds for processes to end after they were asked to."""
LOOK = 0.2
REPORTED = 3.5
"""Seconds until workers have reported to the master: they do so every three."""
QUIET = 20.0
"""Seconds in which no ledger grows, after which a worker that is started elsewhere counts as dead."""
MASTER = 10.0
"""Seconds that a worker waits for a master that is about to be started."""


class LoadError(StreamError):
    """A run could not begin; the message says why, and how to fix it."""


class Locust(NamedTuple):
    """How Locust is run: its Python, and the folder that has this package."""

    python: Path
    code: Path

    def start(self, plan: LoadPlan, words: Sequence[str], log: Path, **more: str) -> subprocess.Popen[bytes]:
        """Start one of its processes; what it says goes to a file."""
        environ = {
            **_surroundings(plan),
            "PYTHONPATH": str(self.code),
            **plan.to_environment(),
            **more,
        }
        with log.open("ab") as said:
            return subprocess.Popen(
                [str(self.python), "-m", "locust", "-f", str(FILE), *words],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def _surroundings(plan: LoadPlan) -> dict[str, str]:
    """Return what a process is given beside its plan: for AWS itself, all but Python's own variables."""
    if not plan.endpoint:
        return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    kept = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "")}
    trusted = authorities(plan.endpoint, os.environ)
    if trusted:
        kept["AWS_CA_BUNDLE"] = trusted
    return {**kept, **variables(Emulated(plan.endpoint, plan.region, certificate=trusted), os.environ)}


class LoadBounds(NamedTuple):
    """How long a run may take (seconds, None: until all is sent), and how many workers it waits for."""

    seconds: float | None
    workers: int
    outside: int
    """Workers that somebody else starts, with `worker`."""


def run(
    locust: Locust, plan: LoadPlan, bounds: LoadBounds, bind: tuple[str, int], say: Callable[[str], None]
) -> int:
    """Run the master and its workers until all is sent or the time is over; return the master's exit code.

    A worker that dies is said, and the others go on. Raises LoadError where one dies before it has begun: the
    master would wait for it without end.
    """
    folder = Path(plan.ledgers)
    before = _sizes(folder)
    host, port = bind
    seconds = f"{bounds.seconds:.0f}s" if bounds.seconds else "24h"
    expected = bounds.workers + bounds.outside
    master = locust.start(
        plan,
        [
            "--master", "--headless", "--only-summary", "--stop-timeout", "60",
            "--master-bind-host", host, "--master-bind-port", str(port),
            "--expect-workers", str(expected),
            "--users", str(plan.users * expected), "--spawn-rate", str(plan.users * expected), "-t", seconds,
            "--csv", str(folder / "locust"),
        ],
        folder / MASTER_LOG,
    )  # fmt: skip
    token = secrets.token_hex(3)  # events of another run have other ids
    names = [f"{token}-w{n}" for n in range(1, bounds.workers + 1)]
    workers = {name: worker(locust, plan, bind, name) for name in names}
    try:
        _wait(master, workers, plan, expected, say)
    finally:
        _end([master, *workers.values()])
    if master.returncode and _sizes(folder) == before:
        raise LoadError(
            f"Locust's master at {host}:{port} could not begin: {_last_words(folder / MASTER_LOG)}"
        )
    return master.returncode


def await_master(master: tuple[str, int], say: Callable[[str], None]) -> None:
    """Wait until somebody listens there; raise LoadError if nobody does in time."""
    host, port = master
    ends = time.monotonic() + MASTER
    said = False
    while not _listens(host, port):
        if time.monotonic() > ends:
            raise LoadError(
                f"No master answers at {host}:{port} (--worker-of). Start it first, with an address that "
                "this machine can reach: tailrace load STREAM --workers 0 --outside NUMBER "
                f"--bind HOST:{port}"
            )
        if not said:
            said = True
            say(f"Waiting for the master at {host}:{port}")
        time.sleep(LOOK)


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=MASTER / 2).close()
    except OSError:
        return False
    return True


def worker(locust: Locust, plan: LoadPlan, master: tuple[str, int], name: str) -> subprocess.Popen[bytes]:
    """Start one worker of a master."""
    host, port = master
    words = ["--worker", "--master-host", host, "--master-port", str(port)]
    return locust.start(plan, words, Path(plan.ledgers) / f"{name}.log", TAILRACE_WORKER=name)


def joined(locust: Locust, plan: LoadPlan, master: tuple[str, int], name: str) -> int:
    """Be one worker of a master that is started elsewhere, until it ends; return the exit code."""
    folder, process = Path(plan.ledgers), worker(locust, plan, master, name)
    code = process.wait()
    if code and not (folder / f"{name}{SUFFIX}").exists():
        raise LoadError(f"The worker {name} could not begin: {_last_words(folder / f'{name}.log')}")
    return code


def _wait(
    master: subprocess.Popen[bytes],
    workers: dict[str, subprocess.Popen[bytes]],
    plan: LoadPlan,
    expected: int,
    say: Callable[[str], None],
) -> None:
    """Wait for the end: the master's own, or that every worker has sent its share or is dead."""
    dead: set[str] = set()
    folder = Path(plan.ledgers)
    size, since = 0, time.monotonic()
    while master.poll() is None:
        for name, process in workers.items():
            if process.poll() is not None and name not in dead:
                dead.add(name)
                log = folder / f"{name}.log"
                if not (folder / f"{name}{SUFFIX}").exists():
                    raise LoadError(f"The worker {name} could not begin: {_last_words(log)}")
                say(f"The worker {name} ended before its time ({process.returncode}): {log}")
        ended = {path.name.removesuffix(SUFFIX) for path in ledgers(folder) if _has_ended(path)}
        written = sum(_sizes(folder).values())
        if written != size:
            size, since = written, time.monotonic()
        quiet = bool(size) and time.monotonic() - since > QUIET
        if len(dead) == expected or (plan.count is not None and (len(ended | dead) >= expected or quiet)):
            time.sleep(REPORTED)
            return
        time.sleep(LOOK)


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of each ledger."""
    return {path.name: path.stat().st_size for path in ledgers(folder)}


def _last_words(log: Path) -> str:
    """Return the last line of a process's log, and where all of it is."""
    return f"{last_line(log.read_text(encoding='utf-8', errors='replace'))} (log: {log})"


def _has_ended(path: Path) -> bool:
    """Look at a ledger's last line."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 200))
        last = file.read().splitlines()[-1:]
    return bool(last) and b'"ended"' in last[0]


def _end(some: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask processes to end, and see to it."""
    for process in some:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    ends = time.monotonic() + GRACE
    for process in some:
        try:
            process.wait(max(0.1, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def share(plan: LoadPlan, workers: int) -> LoadPlan:
    """Return what each of so many workers sends of a whole run.

    >>> plan = LoadPlan("", "", "", "", 100, 10.0, 1, 1, 1, {}, "id", 0)
    >>> share(plan, 3).count, share(plan, 2).rate
    (34, 5.0)
    """
    return replace(
        plan,
        count=None if plan.count is None else -(-plan.count // workers),
        rate=None if plan.rate is None else plan.rate / workers,
    )


def free_port() -> tuple[str, int]:
    """Return a place on loopback where a master can listen."""
    return HOST, processes.free_port()
