"""Threads for what may block: as many as there is to do at once, and none for long without anything."""

import logging
from collections import deque
from collections.abc import Callable

from tailrace.mapping.threads import THREADS, Threads

LOG = logging.getLogger(__name__)
IDLE = 5.0
"""Real seconds after which a thread without anything to do ends."""


class Crew:
    """Runs tasks side by side. A task that finds an idle thread costs no new one."""

    def __init__(self, name: str, threads: Threads = THREADS) -> None:
        self.threads = threads
        self._name = name
        self._tasks: deque[Callable[[], None]] = deque()
        self._idle = 0
        self._changed = threads.condition()

    def run(self, task: Callable[[], None]) -> None:
        """Have a task done in another thread; returns at once."""
        with self._changed:
            self._tasks.append(task)
            if len(self._tasks) <= self._idle:
                self._changed.notify()
                return
        self.threads.start(self._name, self._serve)

    def _serve(self) -> None:
        while task := self._next():
            try:
                task()
            except Exception:
                LOG.exception("%s: a task failed", self._name)

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            if not self._tasks:
                self._idle += 1
                self._changed.wait(IDLE)
                self._idle -= 1
            return self._tasks.popleft() if self._tasks else None
