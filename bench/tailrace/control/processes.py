"""Processes of this machine: which is which, who listens where, who descends from whom.

Linux is read from `/proc`; elsewhere `ps` and `lsof` are asked.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
LINUX = sys.platform == "linux"
LISTENING = "0A"  # state of a socket in /proc/net/tcp
STATE, PARENT, THREADS, STARTED = (
    0,
    1,
    17,
    19,
)  # fields of /proc/PID/stat, counted after the command's closing bracket


class Process(NamedTuple):
    """One process, told apart from a later one with the same number by the time at which it began."""

    pid: int
    birth: str

    def alive(self) -> bool:
        """Tell whether this very process still runs (one that has ended but was not waited for does not)."""
        return birth_of(self.pid) == self.birth

    def describe(self) -> str:
        """Return number and command line, for people."""
        return f"process {self.pid}: {command_of(self.pid)}"


def birth_of(pid: int) -> str | None:
    """Return what tells when this process began, None if there is none or it has ended."""
    if not LINUX:
        return _ps(pid, "lstart=")
    fields = _stat(pid)
    if fields is None or (fields[STATE] in "ZX" and int(fields[THREADS]) <= 1):
        return None  # with threads left it still holds its files and ports
    return f"{_boot()}-{fields[STARTED]}"


def process(pid: int) -> Process | None:
    """Return the process with this number, None if there is none."""
    birth = birth_of(pid)
    return None if birth is None else Process(pid, birth)


def command_of(pid: int) -> str:
    """Return the command line of a process, empty if it cannot be read."""
    if not LINUX:
        return _ps(pid, "command=") or ""
    try:
        return (
            (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        )
    except OSError:
        return ""


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment that a process began with (Linux; elsewhere none, nor somebody else's)."""
    try:
        entries = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    pairs = (entry.decode(errors="replace").partition("=") for entry in entries)
    return {name: value for name, _, value in pairs if name}


def descendants(pid: int) -> set[Process]:
    """Return all processes that this one started, directly or not, and that still have it as ancestor."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found, todo = set(), [pid]
    while todo:
        for child in children.get(todo.pop(), ()):
            todo.append(child)
            if (one := process(child)) is not None:
                found.add(one)
    return found


def with_environment(entries: Iterable[bytes]) -> set[Process]:
    """Return the processes whose environment holds one of these `NAME=value` (Linux; elsewhere none)."""
    wanted = frozenset(entries)
    found = set()
    for pid in _pids() if LINUX else ():
        try:
            environment = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:  # somebody else's process, or it has just ended
            continue
        if not wanted.isdisjoint(environment) and (one := process(pid)) is not None:
            found.add(one)
    return found


def listener(port: int) -> Process | None:
    """Return the process that listens on this TCP port, None if there is none or it is not ours to see."""
    if not LINUX:
        asked = _output("lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t")
        return process(int(asked.split()[0])) if asked else None
    sockets = _listening_sockets(port)
    holders = (pid for pid in _pids() if not sockets.isdisjoint(_handles(pid))) if sockets else iter(())
    return next((one for pid in holders if (one := process(pid))), None)


def taken(host: str, port: int) -> bool:
    """Tell whether somebody listens there, so that we could not."""
    refused = _refused(host, port)
    if refused and not isinstance(refused, PermissionError):
        return True
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def forbidden(host: str, port: int) -> bool:
    """Tell whether this user may not listen there, as on ports below 1024, whoever has the port."""
    return isinstance(_refused(host, port), PermissionError)


def _refused(host: str, port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def free_port() -> int:
    """Return a port of loopback at which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_end(family: Iterable[Process], timeout: float) -> set[Process]:
    """Wait until these have ended, at most `timeout` seconds; return those that have not."""
    deadline = time.monotonic() + timeout
    left = {one for one in family if one.alive()}
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = {one for one in left if one.alive()}
    return left


def send(family: Iterable[Process], number: signal.Signals) -> None:
    """Send a signal to those that still run."""
    for one in family:
        if one.alive():
            try:
                os.kill(one.pid, number)
            except ProcessLookupError:
                continue


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(PROC) if name.isdecimal()]  # noqa: PTH208  ten times faster


def _parents() -> list[tuple[int, int]]:
    if not LINUX:
        rows = (line.split() for line in _output("ps", "-axo", "pid=,ppid=").splitlines())
        return [(int(pid), int(parent)) for pid, parent in rows]
    stats = ((pid, _stat(pid)) for pid in _pids())
    return [(pid, int(fields[PARENT])) for pid, fields in stats if fields]


def _stat(pid: int) -> list[str] | None:
    try:
        return (
            (PROC / str(pid) / "stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()
        )
    except OSError:
        return None


def _boot() -> str:
    """Return what tells this boot of the machine from another: times of birth count from there."""
    return (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _handles(pid: int) -> set[str]:
    """Return what a process has open, as far as it lets us see."""
    found: set[str] = set()
    with suppress(OSError):
        for handle in (PROC / str(pid) / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found.add(os.readlink(handle))  # noqa: PTH115  what it names is no path
    return found


def _listening_sockets(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = (PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found


def _ps(pid: int, column: str) -> str | None:
    if re.match("Z", _output("ps", "-o", "state=", "-p", str(pid))):
        return None
    return _output("ps", "-o", column, "-p", str(pid)) or None


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back until the end: Python may print one that meets an import, and go on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
