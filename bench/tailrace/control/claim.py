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
    """Hold the lock file while the block runs; yield its handle. The file is gone afterwards.

    Whoever inherits the handle holds the lock too. `waiting` is called once if somebody else has it,
    and after `timeout` seconds what `busy` makes is raised; both are given the holder's process id as text.
    """
    handle = _acquire(lock, timeout, busy, waiting)
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield handle
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _acquire(lock: Path, timeout: float, busy: Busy, waiting: Waiting) -> int:
    lock.parent.mkdir(parents=True, exist_ok=True)
    deadline, reported = time.monotonic() + timeout, False
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if _locked(handle, lock):
            return handle
        holder = os.pread(handle, 20, 0).decode(errors="replace") or "unknown"
        os.close(handle)
        if time.monotonic() >= deadline:
            raise busy(holder)
        if not reported:
            waiting(holder)
            reported = True
        time.sleep(PATIENCE)


def _locked(handle: int, lock: Path) -> bool:
    """Try to lock; the file must still be the one of that name, as its last holder removed it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), lock.stat())
    except (BlockingIOError, FileNotFoundError):
        return False
