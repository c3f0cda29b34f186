"""When each event may be sent: at once, at a rate, or with the spacing of the source's own timestamps.

No clock here: `now` comes in, in seconds of a clock that never jumps.
"""

from typing import Protocol

from tailrace.stream.event import Event


class Pace(Protocol):
    """Says when an event is due; asked once for each event, in the order of the source."""

    def due(self, event: Event, now: float) -> float:
        """Return the time from which on the event may be sent."""


class AtOnce:
    """Every event is due when it comes."""

    def due(self, event: Event, now: float) -> float:  # noqa: ARG002  one of several paces
        """Return `now`."""
        return now


class AtRate:
    """So many events a second: a token bucket, kept as the time at which the next token falls.

    The bucket holds what falls in `CATCH_UP` seconds: after a pause of ours that much is made good, and no
    more, so a stream is never flooded because the sender was held up.
    """

    CATCH_UP = 0.25

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._next: float | None = None

    def due(self, event: Event, now: float) -> float:  # noqa: ARG002  one of several paces
        """Return the time of the event's token."""
        start = now if self._next is None else max(self._next, now - self.CATCH_UP)
        self._next = start + self._interval
        return start


class ReplayPace:
    """The spacing of the events' own timestamps, `speed` times faster.

    The first event is due at once. One that is older than the one before it, or has no time, is due with
    it: the source's order is kept.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._zero: tuple[float, float] | None = None
        self._last = float("-inf")

    def due(self, event: Event, now: float) -> float:
        """Return the moment of the event in the replay."""
        if event.at is not None:
            if self._zero is None:
                self._zero = (now, event.at)
            start, first = self._zero
            self._last = max(self._last, start + (event.at - first) / self._speed)
        return max(self._last, now) if self._zero is None else self._last
