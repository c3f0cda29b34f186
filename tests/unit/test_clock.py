"""The one clock: it never goes back, calls in order, and wakes whoever waits when time is moved."""

import threading
from collections.abc import Callable

import pytest

from tailrace.clock import Clock, StandingClock

pytestmark = pytest.mark.unit
SOON = 10.0  # real seconds that a thread is waited for, at most


class Machine:
    """A machine's two clocks, set by hand."""

    def __init__(self) -> None:
        self.monotonic, self.wall = 50.0, 1_000.0

    def clock(self) -> Clock:
        """Make a clock that reads them."""
        return Clock(lambda: self.monotonic, lambda: self.wall)

    def pass_(self, seconds: float) -> None:
        """Let both go on."""
        self.monotonic += seconds
        self.wall += seconds


def thread(work: Callable[[], None]) -> threading.Thread:
    """Start a thread that ends with the test."""
    started = threading.Thread(target=work, daemon=True)
    started.start()
    return started


def test_follows_time() -> None:
    """The time is the system's, in epoch seconds, and goes on as the machine's does."""
    machine = Machine()
    clock = machine.clock()
    assert clock.now() == 1_000.0
    machine.pass_(2.5)
    assert clock.now() == 1_002.5


def test_system_clock_set_back() -> None:
    """A system clock that is set back is not followed: time goes on from where it was."""
    machine = Machine()
    clock = machine.clock()
    machine.wall -= 3_600
    assert clock.now() == 1_000.0
    machine.pass_(1)
    assert clock.now() == 1_001.0


def test_system_clock_set_forward() -> None:
    """A system clock that is set forward, as after a suspend, is followed."""
    machine = Machine()
    clock = machine.clock()
    machine.wall += 3_600
    assert clock.now() == 4_600.0


def test_advanced_time_stays_ahead() -> None:
    """What was advanced is kept, whatever the system's clock does later."""
    machine = Machine()
    clock = machine.clock()
    clock.advance(100)
    machine.wall += 50
    machine.pass_(1)
    assert clock.now() == 1_151.0


def test_never_moved_back() -> None:
    """Time cannot be advanced by less than nothing."""
    with pytest.raises(ValueError, match="time cannot be moved by -1 seconds: it never goes back"):
        StandingClock().advance(-1)


def test_calls_in_order() -> None:
    """Calls are made at their own times, in their order, equal times in the order of asking."""
    clock, seen = StandingClock(100), list[tuple[str, float]]()
    for name, due in (("late", 130), ("early", 110), ("twin", 110), ("never", 500)):
        clock.call_at(due, lambda name=name: seen.append((name, clock.now())))  # type: ignore[misc]  # its default
    clock.advance(60)
    assert seen == [("early", 110), ("twin", 110), ("late", 130)]
    assert clock.now() == 160


def test_call_asks_for_calls() -> None:
    """A call may ask for another, which is made at its time within the same advance."""
    clock, seen = StandingClock(), list[float]()

    def again() -> None:
        seen.append(clock.now())
        clock.call_at(clock.now() + 10, again)

    clock.call_at(10, again)
    clock.advance(35)
    assert seen == [10, 20, 30]


def test_call_of_the_past() -> None:
    """A call for a time that has come is made by the next advance, without time going back."""
    clock, seen = StandingClock(100), list[float]()
    clock.call_at(5, lambda: seen.append(clock.now()))
    clock.advance(0)
    assert seen == [100]


def test_cancelled_call() -> None:
    """A call that is cancelled is not made; cancelling tells whether it came in time."""
    clock, seen = StandingClock(), list[str]()
    one, other = (clock.call_at(10, lambda: seen.append("called")) for _ in range(2))
    assert one.cancel()
    clock.advance(20)
    assert (seen, one.cancel(), other.cancel()) == (["called"], False, False)


def test_failing_call(caplog: pytest.LogCaptureFixture) -> None:
    """A call that fails is logged, and the next is made."""
    clock, seen = StandingClock(), list[str]()
    clock.call_at(1, lambda: seen.extend(str(1 / 0)))
    clock.call_at(2, lambda: seen.append("called"))
    clock.advance(5)
    assert seen == ["called"]
    assert "What was to be done at 1 failed" in caplog.text


def test_wait_until() -> None:
    """A thread that waits until a time is woken there when time is moved, long before the end."""
    clock, seen = StandingClock(), list[tuple[bool, float]]()
    condition, begun = threading.Condition(), threading.Event()

    def work() -> None:
        with condition:
            begun.set()
            seen.append((clock.wait(condition, 30), clock.now()))

    waiting = thread(work)
    assert begun.wait(SOON)
    with condition:  # it waits now
        pass
    clock.advance(25 * 3600)
    waiting.join(SOON)
    assert seen == [(False, 30)]


def test_woken_thread_acts_at_its_time() -> None:
    """A thread that works every ten seconds does so at each of its times while time is moved by a minute."""
    clock, seen = StandingClock(), list[float]()
    condition, begun = threading.Condition(), threading.Event()

    def work() -> None:
        with condition:
            begun.set()
            while clock.now() < 60:
                clock.wait(condition, clock.now() + 10)
                seen.append(clock.now())

    waiting = thread(work)
    assert begun.wait(SOON)
    with condition:
        pass
    clock.advance(60)
    waiting.join(SOON)
    assert seen == [10, 20, 30, 40, 50, 60]


def test_notified_before_its_time() -> None:
    """A thread that is notified before its time is told so: True, look again."""
    clock, seen = StandingClock(), list[bool]()
    condition, begun = threading.Condition(), threading.Event()

    def work() -> None:
        with condition:
            begun.set()
            seen.append(clock.wait(condition, 30))
            seen.append(clock.wait(condition))

    waiting = thread(work)
    assert begun.wait(SOON)
    while waiting.is_alive():
        with condition:
            condition.notify_all()
        waiting.join(0.01)
    assert seen == [True, True]


def test_wait_for_a_time_that_has_come() -> None:
    """Waiting for a time that has come returns at once."""
    condition = threading.Condition()
    with condition:
        assert not StandingClock(100).wait(condition, 99)


def test_sleep() -> None:
    """Sleeping lasts until time has been moved there."""
    clock = StandingClock()
    sleeping = thread(lambda: clock.sleep_until(10))
    clock.advance(9)
    sleeping.join(0.05)
    assert sleeping.is_alive()
    clock.advance(1)
    sleeping.join(SOON)
    assert not sleeping.is_alive()


def test_real_time_calls() -> None:
    """With time that passes by itself a call is made by the clock's own thread."""
    clock, called = Clock(), threading.Event()
    clock.call_at(clock.now() + 0.01, called.set)
    assert called.wait(SOON)


def test_real_time_waits() -> None:
    """With time that passes by itself a wait ends at its time."""
    clock, condition = Clock(), threading.Condition()
    with condition:
        until = clock.now() + 0.01
        assert not clock.wait(condition, until)
        assert clock.now() >= until
