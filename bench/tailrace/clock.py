"""The one clock of the streaming leg: what time it is, waiting until a time, calling at a time, moving time.

Nothing else in the leg reads the wall clock, sleeps, or waits with a timeout, so that `tailrace advance` and
tests can move time. What is *measured* (how long an invocation took) is real time: use `time.monotonic`.

Use it so:

- `CLOCK.now()` is epoch seconds. A part that is tested takes its clock as an argument and is given a
  `StandingClock` by the test; the emulator gives it `CLOCK`.
- A thread that waits for a change or a time holds its condition and loops, as with `Condition.wait`:

      with changed:
          while not ready():
              if not clock.wait(changed, until):
                  break  # the time has come

- `clock.call_at(due, function)` calls a short function on the clock's thread; `.cancel()` takes it back.
- `clock.advance(seconds)` moves time on. Times that are passed are stopped at, one after the other: what was
  to be called is called at its own time, in order, and a thread that waited for that time gets the chance to
  act then. Call it without holding a lock that a caller or waiter needs.

Time never goes back. It runs by the monotonic clock, and follows the system's clock forward (after a suspend
or a correction); when the system's clock is set back, it goes on from where it was.
"""

import heapq
import logging
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

LOG = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds between two looks at whether the system's clock was set forward while somebody waits."""
NOTICED = 0.001
"""Seconds that the system's clock must be ahead of ours before ours follows."""
STEP = 0.05
"""Real seconds that `advance` gives to threads that it woke, at one point in time."""
PATIENCE = 0.5
"""Real seconds that one `advance` waits for woken threads, in all."""


class ScheduledCall:
    """A function that is to be called at a time."""

    def __init__(self, due: float, function: Callable[[], None]) -> None:
        self.due = due
        self._function: Callable[[], None] | None = function
        self._taking = threading.Lock()

    def cancel(self) -> bool:
        """Take it back; False if it has been called, is being called, or was taken back before."""
        return self._take() is not None

    def run(self) -> None:
        """Call it, unless it was taken back; an exception of it is logged."""
        function = self._take()
        if function is None:
            return
        try:
            function()
        except Exception:
            LOG.exception("What was to be done at %s failed", self.due)

    def _take(self) -> Callable[[], None] | None:
        with self._taking:
            function, self._function = self._function, None
        return function


class _Waiter(NamedTuple):
    condition: threading.Condition
    until: float
    thread: threading.Thread


class Clock:
    """The clock of the emulator. All methods may be called from any thread."""

    passes = True
    """Whether time passes by itself."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._base = wall() - monotonic()
        self._advanced = 0.0
        self._lock = threading.Lock()  # of all that follows
        self._calls: list[tuple[float, int, ScheduledCall]] = []
        self._order = count()
        self._waiters: dict[int, _Waiter] = {}
        self._woken: set[threading.Thread] = set()
        self._changed = threading.Condition(self._lock)  # an earlier call, or a woken thread that waits again
        self._firing = threading.RLock()  # held while calls are made: one at a time, in order
        self._thread: threading.Thread | None = None

    def now(self) -> float:
        """Return the time, in epoch seconds. It never goes back."""
        now = self._monotonic()
        ahead = self._wall() - now
        if ahead > self._base + NOTICED:
            with self._lock:
                self._base = max(self._base, ahead)
        return now + self._base + self._advanced

    def wait(self, condition: threading.Condition, until: float | None = None) -> bool:
        """Wait on a condition, which the caller holds, until it is notified or a time has come.

        True if the time has not come yet: look at what you wait for, and wait again if it is not so. False
        once it has. Without a time it waits for the notification only.
        """
        with self._lock:
            self._rests(threading.current_thread())
            number = next(self._order)
            if until is not None:
                self._waiters[number] = _Waiter(condition, until, threading.current_thread())
                self._run()
        if until is None:
            condition.wait()
            return True
        try:
            left = until - self.now()  # after it is known as a waiter, or an advance in between is missed
            if left > 0:
                condition.wait(min(left, threading.TIMEOUT_MAX) if self.passes else None)
            return self.now() < until
        finally:
            with self._lock:
                del self._waiters[number]

    def sleep_until(self, until: float) -> None:
        """Wait for a time, whatever happens meanwhile."""
        nothing = threading.Condition()
        with nothing:
            while self.wait(nothing, until):
                pass

    def call_at(self, due: float, function: Callable[[], None]) -> ScheduledCall:
        """Have a short function called once a time has come (soon, if it has come), on the clock's thread.

        Functions are called one at a time, in the order of their times, and of this call for equal times.
        """
        call = ScheduledCall(due, function)
        with self._lock:
            heapq.heappush(self._calls, (due, next(self._order), call))
            self._changed.notify_all()
            self._run()
        return call

    def advance(self, seconds: float) -> None:
        """Move time on, and return when all that became due has been called.

        Threads that waited for a time in between are woken at that time; they are given a moment
        (`STEP`, and `PATIENCE` in all) to act before time moves on. Raises ValueError for negative seconds.
        """
        if seconds < 0:
            raise ValueError(f"time cannot be moved by {seconds} seconds: it never goes back")
        with self._firing:
            end = self._advanced + seconds
            patience = time.monotonic() + PATIENCE
            while (due := self._next_due()) is not None and due - self.now() <= end - self._advanced:
                self._move(min(end, self._advanced + max(0.0, due - self.now())))
                self._wake(patience)
                self._fire()
            self._move(end)
            self._wake(patience)
            self._fire()

    def _next_due(self) -> float | None:
        """Return the earliest time at which something is to happen that has not been woken or called yet."""
        with self._lock:
            times = [waiter.until for waiter in self._waiters.values() if waiter.thread not in self._woken]
            return min([*times, *(due for due, _, _ in self._calls[:1])], default=None)

    def _move(self, advanced: float) -> None:
        with self._lock:
            self._advanced = advanced

    def _wake(self, patience: float) -> None:
        """Notify the threads whose time has come, and wait a moment until they wait for something again."""
        now = self.now()
        with self._lock:
            due = [waiter for waiter in self._waiters.values() if waiter.until <= now]
            self._woken = {waiter.thread for waiter in due}
        for waiter in due:
            with waiter.condition:
                waiter.condition.notify_all()
        until = min(time.monotonic() + STEP, patience)
        with self._lock:
            while (left := until - time.monotonic()) > 0 and any(one.is_alive() for one in self._woken):
                self._changed.wait(left)

    def _rests(self, thread: threading.Thread) -> None:
        if thread in self._woken:
            self._woken.discard(thread)
            self._changed.notify_all()

    def _fire(self) -> None:
        """Call all that is due, in order."""
        with self._firing:
            while (call := self._take_due()) is not None:
                call.run()

    def _take_due(self) -> ScheduledCall | None:
        now = self.now()
        with self._lock:
            if not self._calls or self._calls[0][0] > now:
                return None
            return heapq.heappop(self._calls)[2]

    def _run(self) -> None:
        """Start the clock's thread, if it does not run; the lock is held."""
        if self.passes and self._thread is None:
            self._thread = threading.Thread(target=self._tick, name="tailrace-clock", daemon=True)
            self._thread.start()

    def _tick(self) -> None:
        """Call what comes due; and if the system's clock was set forward, wake whoever waits by it."""
        seen = self._base
        while True:
            now = self.now()
            with self._lock:
                due = self._calls[0][0] - now if self._calls else LOOK
                if due > 0:
                    self._changed.wait(min(due, LOOK))
            self._fire()
            if self._base > seen + NOTICED:
                self._notify_due()
            seen = self._base

    def _notify_due(self) -> None:
        now = self.now()
        with self._lock:
            due = [waiter for waiter in self._waiters.values() if waiter.until <= now]
        for waiter in due:
            with waiter.condition:
                waiter.condition.notify_all()


class StandingClock(Clock):
    """A clock for tests: time passes only by `advance`, which also makes the calls, on its caller's thread.

    >>> clock, seen = StandingClock(100.0), []
    >>> call = clock.call_at(130.0, lambda: seen.append(clock.now()))
    >>> clock.advance(60)
    >>> seen, clock.now()
    ([130.0], 160.0)
    """

    passes = False

    def __init__(self, now: float = 0.0) -> None:
        super().__init__(lambda: 0.0, lambda: now)


CLOCK = Clock()
"""The emulator's clock."""
