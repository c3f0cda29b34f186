"""Exclusive use of a folder: one process at a time; the system frees it, however its holder ends."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Busy = Callable[[str], Exception]
Waiting = Callable[[str], None]
PATIENCE = 0.1  # seconds between two tries


@contextmanager
def claim(lock: Path, timeout: float, busy: Busy, waiting: Waiting) -> Iterator[int]:
    """Hold the lock file while the block runs; yield its handle.

    Whoever inherits the handle holds the lock too. `waiting` is called once if somebody else has it,
    and after `timeout` seconds what `busy` makes is raised; both are given the holder's process id as text.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(handle, timeout, busy, waiting)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield handle
    finally:
        os.close(handle)


def _acquire(handle: int, timeout: float, busy: Busy, waiting: Waiting) -> None:
    deadline = time.monotonic() + timeout
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode(errors="replace") or "unknown"
            if time.monotonic() >= deadline:
                raise busy(holder) from None
            if not told:
                waiting(holder)
                told = True
            time.sleep(PATIENCE)
        else:
            return
