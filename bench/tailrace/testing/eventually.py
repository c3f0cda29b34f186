"""Waiting for a condition: bounded, and telling when it gives up."""

import time
from collections.abc import Callable
from threading import Event
from typing import Protocol

SHORTEST, LONGEST = 0.1, 1.0  # seconds between two looks


class Clock(Protocol):
    """Time as `eventually` needs it, in seconds."""

    def now(self) -> float:
        """Seconds from some fixed point; never goes back."""
        ...

    def pause(self, seconds: float) -> None:
        """Let that much time go by."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait on an event that nobody sets."""
        Event().wait(seconds)


def eventually[T](  # noqa: PLR0913  each is a part of what it says when it gives up
    condition: Callable[[], T],
    *,
    within: float,
    every: float | None = None,
    what: str | None = None,
    look: str | None = None,
    clock: Clock | None = None,
) -> T:
    """Return the condition's first true answer; a failed assertion inside it counts as "not yet".

    It is asked ten times a second at first; the longer that takes the more seldom, as an eighth of the time
    goes by in between, at most a second. `every` is for what may pass unseen: seconds between two looks.
    Raises AssertionError after `within` seconds, with `what` was waited for (the condition's docstring or
    name unless given), what was seen last, how long, how often, and where to `look` next. The condition is
    asked at least once, and once more at the end. Any other exception passes through at once.
    """
    clock = clock or WallClock()
    begin, asked = clock.now(), 0
    while True:
        asked += 1
        try:
            answer = condition()
        except AssertionError as not_yet:
            seen = str(not_yet) or "a failed assertion without a message"
        else:
            if answer:
                return answer
            seen = repr(answer)
        waited = clock.now() - begin
        if waited >= within:
            raise AssertionError(_report(what or _name(condition), seen, waited, asked, look))
        pause = min(max(SHORTEST, waited / 8), LONGEST) if every is None else every
        clock.pause(min(pause, within - waited))


def _name(condition: Callable[[], object]) -> str:
    summary = (condition.__doc__ or "").strip().partition("\n")[0]
    return summary or getattr(condition, "__qualname__", repr(condition))


def _report(what: str, seen: str, waited: float, asked: int, look: str | None) -> str:
    times = "once" if asked == 1 else f"{asked} times"
    lines = [f"gave up waiting for: {what}", f"last seen: {seen}", f"after {waited:.1f} s, asked {times}"]
    if look:
        lines.append(f"look next: {look}")
    return "\n".join(lines)
