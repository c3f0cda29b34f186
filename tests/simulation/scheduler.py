"""Threads of a simulation: one runs at a time, and the tape decides who, at each lock.

A thread is a greenlet. It gives way where the edge takes or leaves a lock, waits on a condition or starts a
thread, and wherever the world has it `pause`. So a history is decided by its tape alone, and where a lock is
missing two threads meet.
"""

from collections.abc import Callable
from typing import Self

from greenlet import getcurrent, greenlet

from tests.simulation.reference import must
from tests.simulation.tape import Tape


class Task:
    """A thread: what it does, and what it waits for (None while it may run)."""

    def __init__(self, name: str, work: Callable[[], None], scheduler: greenlet) -> None:
        self.name = name
        self.greenlet = greenlet(work, scheduler)
        self.blocked: object = None
        self.notified = False


class Scheduler:
    """Runs tasks, one step at a time. It is the edge's `Threads`."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._main = getcurrent()
        self._tasks: list[Task] = []
        self._running: Task | None = None
        self.waits = 0
        """How often somebody had to wait for a lock."""

    @property
    def current(self) -> Task:
        """Who runs."""
        if self._running is None:
            raise RuntimeError("only a task may take locks")
        return self._running

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Have something done in a thread of its own."""
        self._tasks.append(Task(name, work, self._main))
        self.pause()

    def step(self) -> bool:
        """Let one of those that may run go on to its next pause; False if there is none."""
        ready = [task for task in self._tasks if task.blocked is None]
        if not ready:
            return False
        task = self._running = ready[self._tape.draw(len(ready)) if len(ready) > 1 else 0]
        try:
            task.greenlet.switch()
        finally:
            self._running = None
            if task.greenlet.dead:
                self._tasks.remove(task)
        return True

    def pause(self) -> None:
        """Let others run."""
        if self._running:
            self._main.switch()

    def block(self, on: object) -> None:
        """Wait until somebody frees what is waited for."""
        self.current.blocked = on
        self._main.switch()

    def free(self, on: object) -> None:
        """Let those run that wait for something."""
        for task in self._tasks:
            if task.blocked is on:
                task.blocked = None

    def kill(self) -> None:
        """End all threads where they are, as a process that is killed does."""
        for task in self._tasks:
            task.greenlet.throw()
        self._tasks.clear()

    def time_out(self) -> None:
        """Have the time be over for somebody who waits on a condition."""
        waiting = [task for task in self._tasks if isinstance(task.blocked, Condition)]
        if waiting:
            task = self._tape.pick(waiting)
            if isinstance(task.blocked, Condition):
                task.blocked.forget(task)

    def see_no_deadlock(self) -> None:
        """See that nobody waits for a lock while all rest."""
        stuck = [task.name for task in self._tasks if isinstance(task.blocked, _Door)]
        must(not stuck, "nobody waits for a lock for ever", stuck)

    def lock(self) -> "Lock":
        """Make a lock."""
        return Lock(self)

    def reentrant_lock(self) -> "Lock":
        """Make a lock that the one that has it may take again."""
        return Lock(self, reentrant=True)

    def condition(self) -> "Condition":
        """Make a condition."""
        return Condition(self)


class _Door:
    """What those wait for that want a lock."""


class Lock:
    """A lock."""

    def __init__(self, scheduler: Scheduler, *, reentrant: bool = False) -> None:
        self._scheduler = scheduler
        self._reentrant = reentrant
        self._door = _Door()
        self._owner: Task | None = None
        self._depth = 0

    @property
    def taken(self) -> bool:
        """Whether somebody has it."""
        return self._owner is not None

    def __enter__(self) -> Self:
        self._scheduler.pause()
        self._take()
        return self

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._leave()
            self._scheduler.pause()

    def _take(self) -> None:
        mine = self._scheduler.current
        must(self._reentrant or self._owner is not mine, "a lock is taken once", mine.name)
        while self._owner not in (None, mine):
            self._scheduler.waits += 1
            self._scheduler.block(self._door)
        self._owner = mine
        self._depth += 1

    def _leave(self) -> None:
        self._owner = None
        self._scheduler.free(self._door)


class Condition(Lock):
    """A condition with its lock. A wait for a time ends when the tape says so."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__(scheduler)
        self._waiting: list[Task] = []

    def wait(self, timeout: float) -> bool:
        """Wait until notified, or until the time is over."""
        del timeout
        mine = self._scheduler.current
        self._waiting.append(mine)
        mine.notified = True
        self._depth -= 1
        self._leave()
        self._scheduler.block(self)
        self._take()
        return mine.notified

    def notify(self) -> None:
        """Wake the one that waits longest."""
        must(
            self._owner is self._scheduler.current, "who notifies has the lock", self._scheduler.current.name
        )
        if self._waiting:
            self._waiting.pop(0).blocked = None

    def forget(self, task: Task) -> None:
        """Have the time be over for one that waits."""
        self._waiting.remove(task)
        task.blocked, task.notified = None, False
