"""The environments of one function version: reused while warm, one per concurrent invocation."""

import threading
import time
from collections.abc import Callable
from typing import Literal

from tailrace.functions.environment import Environment

LIFETIME = 11 * 3600
"""Seconds after which an environment is not reused: its role's credentials last 12 hours."""

IDLE = 0.05
"""Seconds for which an environment is idle before it is frozen: background threads have that much longer than
on AWS, and one invocation after the other costs no signals."""


class Freezer:
    """A thread that freezes what has been idle for a moment; what is invoked again at once never stops."""

    def __init__(self) -> None:
        self._waiting: dict[Environment, Pool] = {}
        self._added = threading.Event()
        self._never = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, environment: Environment, pool: "Pool") -> None:
        """Freeze an environment once it has been idle for long enough. Cheap: called for each invocation."""
        self._waiting[environment] = pool
        if not self._added.is_set():
            self._added.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lambda-freezer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._added.wait():
            self._never.wait(IDLE)
            self._added.clear()
            waiting, self._waiting = self._waiting, {}
            for environment, pool in waiting.items():
                if pool.freeze(environment) == "soon":
                    self.add(environment, pool)


class Pool:
    """Environments that wait for an event, and those at work."""

    def __init__(self, make: Callable[[], Environment]) -> None:
        self._make = make
        self._idle: list[Environment] = []
        self._busy: set[Environment] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._renewed = -1.0

    def take(self) -> tuple[Environment, bool]:
        """Take a warm environment, the latest used; or a new one that is not started yet, and True."""
        while True:
            with self._lock:
                environment = self._idle.pop() if self._idle else None
                if environment is not None:
                    self._busy.add(environment)
                    environment.thaw()
            if environment is None:
                return self._take_new(), True
            if environment.alive() and self._is_young(environment):
                return environment, False
            self._discard(environment)

    def give_back(self, environment: Environment) -> None:
        """Let it take the next event. One that is dead, or comes back to a closed pool, ends."""
        environment.idle_since = time.monotonic()
        usable = environment.usable
        with self._lock:
            if usable and not self._closed:
                self._busy.discard(environment)
                self._idle.append(environment)
                FREEZER.add(environment, self)
                return
        self._discard(environment)

    def freeze(self, environment: Environment) -> Literal["frozen", "soon", "busy"]:
        """Freeze it if it has been idle for long enough."""
        with self._lock:
            if environment not in self._idle:
                return "busy"
            if time.monotonic() - environment.idle_since < IDLE:
                return "soon"
            environment.freeze()
            return "frozen"

    def renew(self) -> None:
        """Let no environment that there is now take another event."""
        self._renewed = time.monotonic()

    def expire(self, idle_seconds: float) -> None:
        """End what has been idle for so long."""
        limit = time.monotonic() - idle_seconds
        with self._lock:
            expired = [e for e in self._idle if e.idle_since <= limit]
            self._idle = [e for e in self._idle if e.idle_since > limit]
        for environment in expired:
            environment.end()

    def close(self) -> None:
        """End what is idle. What is at work ends when given back: AWS lets running invocations finish."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for environment in idle:
            environment.end()

    def kill(self) -> None:
        """End everything at once, also what is at work."""
        self.close()
        with self._lock:
            busy = list(self._busy)
        for environment in busy:
            environment.kill()

    def _is_young(self, environment: Environment) -> bool:
        return environment.born > self._renewed and time.monotonic() - environment.born < LIFETIME

    def _take_new(self) -> Environment:
        environment = self._make()
        with self._lock:
            self._busy.add(environment)
        return environment

    def _discard(self, environment: Environment) -> None:
        with self._lock:
            self._busy.discard(environment)
        environment.end()


FREEZER = Freezer()
