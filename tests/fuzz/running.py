"""Runs mutated conversations, and says what they did to the door."""

import logging
import os
import resource
import signal
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from tests.fuzz.corpus import HTTP1, greeting, http2, mutated
from tests.fuzz.frames import reframed
from tests.fuzz.target import converse

WARM = 0.2
"""Part of the conversations after which memory is looked at for the first time."""
SLOW = 120.0
"""Seconds of one conversation that are a hang: none of the door's own times is longer than one."""
GROWTH = 8.0
"""MiB that memory may grow by after that."""
SECURE = 50
"""One conversation of so many begins with TLS."""


@dataclass
class Report:
    """What came of it: conversations by what they ended in, failures with the conversation's number."""

    ended: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    grown: float = 0.0
    seconds: float = 0.0


class Loud(logging.Handler):
    """Makes a failure of what is logged as an error."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        """Note it."""
        self._into.append(record.getMessage() + (f": {record.exc_info[1]!r}" if record.exc_info else ""))


def run(number: int, seed: int, context: ssl.SSLContext) -> Report:
    """Run so many conversations; the same seed, the same conversations."""
    report, began = Report(), time.monotonic()
    by_http2 = http2()
    ways = (
        partial(mutated, corpus=HTTP1),
        partial(mutated, corpus=by_http2),
        partial(reframed, corpus=by_http2),
    )
    said: list[str] = []
    log = logging.getLogger("tailrace.door")
    log.addHandler(loud := Loud(said))
    before = signal.signal(signal.SIGALRM, _hung)
    handles, threads, memory = 0, 0, 0.0
    try:
        for at in range(number):
            if at == int(number * WARM):
                handles, threads, memory = _open(), threading.active_count(), _memory()
            chance = Random(f"{seed}/{at}")  # noqa: S311  no secret
            secure = at % SECURE == 0
            data = mutated(chance, (greeting(),)) if secure else chance.choice(ways)(chance)
            signal.setitimer(signal.ITIMER_REAL, SLOW)
            one = time.monotonic()
            try:
                end = _ended(data, context if secure else None)
            except Exception as error:  # noqa: BLE001  whatever it is, it must not be
                end = "failure"
                report.failures.append(f"{seed}/{at}: {error!r} after {data[:200]!r}")
            signal.setitimer(signal.ITIMER_REAL, 0)
            report.slowest = max(report.slowest, time.monotonic() - one)
            report.ended[end] += 1
            report.failures += [f"{seed}/{at}: {line} after {data[:200]!r}" for line in said]
            said.clear()
    finally:
        signal.signal(signal.SIGALRM, before)
        log.removeHandler(loud)
    report.grown = _memory() - memory
    report.seconds = time.monotonic() - began
    left = {"files": _open() - handles, "threads": threading.active_count() - threads}
    report.failures += [f"{count} {what} left open" for what, count in left.items() if count > 0]
    if report.grown > GROWTH:
        report.failures.append(f"memory grew by {report.grown:.1f} MiB")
    return report


def _ended(data: bytes, context: ssl.SSLContext | None) -> str:
    """Return what a conversation ended in: the last answer's status, HTTP/2, nothing, or cut off."""
    try:
        answer = converse(data, context)
    except OSError:
        return "closed"
    if not answer:
        return "nothing"
    if not answer.startswith(b"HTTP/1.1 "):
        return "HTTP/2" if answer[3:4] == b"\4" else "web socket"
    return f"HTTP/1.1 {answer.rpartition(b'HTTP/1.1 ')[2][:3].decode()}"


def _hung(*_: object) -> None:
    raise RuntimeError(f"no end after {SLOW:.0f} s")


def _open() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208  counted


def _memory() -> float:
    """Return the process's resident set, in MiB; its peak where the system tells no more."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
