"""Usual traffic around a run with an anomaly, so that the detector has a history. No I/O, no clock.

The detector judges finished minutes (UTC, by arrival), and only once there are enough before them. So the run
is put into usual traffic, at its own rate:

    usual traffic              the run: COUNT events                 usual traffic
    |----- history ------|-----------|###anomaly###|-----------|------------|
                                     a minute begins                   the detector has looked at it

The anomaly begins with a minute, so that it is whole in it. Events around the run are made of a seed of their
own: the run's are the same with and without them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from handler.once.totals import MINUTE, Minute, minute_of
from producer.anomaly import Shaped
from producer.tally import WARMUP
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.feed import Item, Nothing

BEGUN_WITHIN = timedelta(seconds=2)
"""For a plan to be carried out: usual traffic goes on by then."""

type Phase = Literal["before", "run", "after"]


def usual_minutes(minutes: Sequence[Minute]) -> int:
    """Return how many of these finished minutes, up to the last, are the history of traffic that goes on.

    They must be the most since the first that had events: else what is usual is that nothing comes.
    """
    busy = [bool(minute.events) for minute in minutes]
    begun = busy.index(True) if True in busy else len(busy)
    known = list(reversed(busy[begun:]))
    going_on = known.index(False) if False in known else len(known)
    return going_on if 2 * going_on > len(known) else 0


def next_minute(moment: datetime) -> datetime:
    """Return the first beginning of a minute that is not before a moment."""
    begun = minute_of(moment)
    return begun if begun == moment else begun + MINUTE


@dataclass(frozen=True)
class WarmupPlan:
    """When what is sent."""

    have: int
    """Minutes of history that were there."""
    wanted: int
    since: datetime
    """The first whole minute of usual traffic, where it begins here."""
    begin: datetime
    """Of the run: its first event."""
    anomaly: datetime
    """Its beginning: a minute's."""
    judged: datetime
    """The end of its last minute: when the detector has looked up to here, it has seen all of it."""

    @property
    def anew(self) -> bool:
        """Whether the history that the detector needs is made here."""
        return self.have < self.wanted

    @classmethod
    def of(cls, now: datetime, have: int, wanted: int, part: tuple[float, float]) -> "WarmupPlan":
        """Plan a run that has its anomaly in this part: seconds since its first event."""
        lead, length = part[0], part[1] - part[0]
        since = next_minute(now + BEGUN_WITHIN)
        ready = since + wanted * MINUTE if have < wanted else now
        anomaly = next_minute(max(ready, now + timedelta(seconds=lead)))
        judged = max(next_minute(anomaly + timedelta(seconds=length)), anomaly + MINUTE)
        return cls(have, wanted, since, anomaly - timedelta(seconds=lead), anomaly, judged)


@dataclass
class Sources:
    """The run's events, and usual ones that are not counted."""

    run: Iterator[Event | Unreadable]
    usual: Iterator[Event]


class RunBounds(NamedTuple):
    """When the run begins, by the sender's clock, and what ends it: events, seconds; None is no bound."""

    begin: float
    events: int | None
    seconds: float | None


class WarmupFeed:
    """A run with usual traffic before and after it: both the feed of a sender and its pace.

    `enough` says whether the traffic after it may end.
    """

    def __init__(
        self,
        sources: Sources,
        pace: Shaped,
        course: RunBounds,
        enough: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._sources = sources
        self._pace = pace
        self._course = course
        self._enough = enough
        self._clock = clock
        self._due = 0.0
        self.taken = 0
        """Events of the run."""
        self.ended: float | None = None
        """When the run did, by the clock."""

    @property
    def phase(self) -> Phase:
        """Return what is sent now."""
        if self.ended is not None:
            return "after"
        return "run" if self.taken else "before"

    def take(self) -> Item | Nothing:
        """Return the next event, of the run or a usual one."""
        if self.ended is not None and self._enough():
            return Nothing.LEFT
        self._due = self._pace.next_due(self._clock())
        if self._due < self._course.begin:
            return self._usual()
        if self.ended is None and not self._over():
            self.taken += 1
            return next(self._sources.run)
        if self.ended is None:
            self.ended = self._due
        return self._usual()

    def due(self, event: Event, now: float) -> float:  # noqa: ARG002  one of several paces
        """Return when the event that was taken last is due."""
        return self._due

    def run_seconds(self, now: float) -> float:
        """Return how long the run has gone on, or went on."""
        return max(0.0, (now if self.ended is None else self.ended) - self._course.begin)

    def _over(self) -> bool:
        begin, events, seconds = self._course
        counted = events is not None and self.taken >= events
        return counted or (seconds is not None and self._due >= begin + seconds)

    def _usual(self) -> Event:
        return replace(next(self._sources.usual), group=WARMUP)
