"""Where the locks and threads of a mapping's delivery come from.

All of the edge (`crew`, `delivery`, `deliveries`, `worker`) takes them from here, so that a simulation can
put its own in their place and decide who runs when.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class WaitableLock(AbstractContextManager[object], Protocol):
    """A lock that can be waited on, as `threading.Condition` is."""

    def wait(self, timeout: float) -> bool:
        """Wait, without the lock, until notified or for so many real seconds."""

    def notify(self) -> None:
        """Wake one that waits."""


class Threads(Protocol):
    """Makes locks and starts threads."""

    def lock(self) -> AbstractContextManager[object]:
        """Make a lock that a thread takes once."""

    def reentrant_lock(self) -> AbstractContextManager[object]:
        """Make a lock that the thread that has it may take again."""

    def condition(self) -> WaitableLock:
        """Make a condition with a lock of its own."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Do something in a new thread."""


class MachineThreads:
    """The threads of this machine."""

    lock = staticmethod(threading.Lock)
    reentrant_lock = staticmethod(threading.RLock)
    condition = staticmethod(threading.Condition)

    @staticmethod
    def start(name: str, work: Callable[[], None]) -> None:
        """Start a thread that ends with the process."""
        threading.Thread(target=work, name=name, daemon=True).start()


THREADS: Threads = MachineThreads()
