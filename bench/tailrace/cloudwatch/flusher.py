"""A thread that writes gathered things a moment later."""

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger(__name__)


class Flusher:
    """Calls `flush` about `interval` seconds after `note`, once for all notes in between; else it sleeps."""

    def __init__(self, name: str, interval: float, flush: Callable[[], None]) -> None:
        self._name = name
        self._interval = interval
        self._flush = flush
        self._noted = threading.Event()
        self._never = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def note(self) -> None:
        """There is something to flush. Cheap: called for each invocation."""
        if not self._noted.is_set():
            self._noted.set()
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._noted.wait():
            self._never.wait(self._interval)
            self._noted.clear()
            try:
                self._flush()
            except Exception:
                LOG.exception("%s could not write what it gathered", self._name)
