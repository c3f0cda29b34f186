"""One anomaly in generated traffic, in the middle of the run: to see that it is found. No clock here.

| kind    | what                                         | how long        |
|---------|----------------------------------------------|-----------------|
| spike   | five times the rate                          | 60 s            |
| drop    | a tenth of the rate                          | 60 s            |
| silence | nothing                                      | 120 s           |
| outlier | a purchase of a hundred times the mean of them | a single event |

A stretch takes at most a third of the run, a silence, which sends nothing, at most 60 % of it: so that there
is something usual before and after it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from producer.generate import HIGHEST_AMOUNT, LOWEST_AMOUNT
from tailrace.stream.event import Event
from tailrace.stream.pace import AtRate
from tailrace.stream.rules import Delivered

SHAPES = {"spike": (5.0, 60.0), "drop": (0.1, 60.0), "silence": (0.0, 120.0)}
"""Factor of the rate, and seconds."""
OUTLIER = "outlier"
KINDS = (*SHAPES, OUTLIER)
MOST = {"spike": 1 / 3, "drop": 1 / 3, "silence": 0.6}
"""Of the run."""
OUTLYING_AMOUNT = round(100 * (LOWEST_AMOUNT + HIGHEST_AMOUNT) / 2, 2)


class Stretch(NamedTuple):
    """When the rate is another one: seconds since the first event, and the factor."""

    begin: float
    end: float
    factor: float


def stretch(kind: str, rate: float, count: int | None, duration: float | None) -> Stretch:
    """Return the stretch of a run of so many events, or so many seconds, whichever ends it first.

    >>> stretch("spike", 10, None, 600)
    Stretch(begin=270.0, end=330.0, factor=5.0)
    """
    factor, seconds = SHAPES[kind]
    most = MOST[kind]
    lengths = [] if duration is None else [duration]
    if count is not None:
        # What count events last with the stretch in it: its own part is sent at another rate.
        usual = count / rate
        whole = usual - (factor - 1) * seconds
        lengths.append(whole if whole * most >= seconds else usual / (1 + (factor - 1) * most))
    length = min(lengths)
    seconds = min(seconds, length * most)
    begin = (length - seconds) / 2
    return Stretch(begin, begin + seconds, factor)


class Shaped:
    """So many events a second, and another rate in a stretch of the run.

    `zero` is when the run begins, where that is known; else it begins with the first event.
    """

    def __init__(self, per_second: float, part: Stretch, zero: float | None = None) -> None:
        self.part = part
        self._interval = 1 / per_second
        self._zero = zero
        self._next: float | None = None
        self._latest = 0.0

    def due(self, event: Event, now: float) -> float:  # noqa: ARG002  one of several paces
        """Return the time of the event's token."""
        return self.next_due(now)

    def next_due(self, now: float) -> float:
        """Return the time of the next token."""
        if self._zero is None:
            self._zero = now
        start = now if self._next is None else max(self._next, now - AtRate.CATCH_UP)
        begin, end, factor = self.part
        unusual = begin <= start - self._zero < end
        if unusual and not factor:
            start, unusual = self._zero + end, False
        self._latest = start - self._zero
        self._next = start + self._interval / (factor if unusual else 1)
        return start

    def said(self, kind: str, began: datetime) -> str:
        """Return the line about the stretch; `began` is when the first event was sent."""
        if self._latest < self.part.begin:
            return f"No {kind} was injected: the run ended before its time"
        first, last = (began + timedelta(seconds=moment) for moment in self.part[:2])
        return (
            f"Injected a {kind} from {first:%H:%M:%S} to {last:%H:%M:%S} UTC: "
            f"{self.part.factor:g} times the rate"
        )


class Outlier:
    """Generated events, of which the first purchase from the middle on has an amount that no other has."""

    def __init__(self, events: Iterable[Event], middle: int) -> None:
        self._events = events
        self._middle = middle
        self.event_id: str | None = None
        self._through: datetime | None = None

    def __iter__(self) -> Iterator[Event]:
        """Give the events."""
        for event in self._events:
            if self.event_id is None and event.line >= self._middle and event.group == "purchase":
                self.event_id = event.event_id
                body = json.loads(event.data) | {"amount": OUTLYING_AMOUNT}
                yield replace(event, data=json.dumps(body, separators=(",", ":")).encode())
            else:
                yield event

    def report(self, outcomes: Iterable[object], now: datetime) -> None:
        """Look among outcomes for the event's own."""
        for outcome in outcomes:
            if isinstance(outcome, Delivered) and self.event_id and outcome.event.event_id == self.event_id:
                self._through = now

    def said(self) -> str:
        """Return the line about it."""
        if self._through is None:
            return f"No {OUTLIER} was injected: there was no purchase from the middle of the run on"
        return (
            f"Injected a purchase of {OUTLYING_AMOUNT:,.2f} at {self._through:%H:%M:%S} UTC: "
            f"event {self.event_id}"
        )


def middle(rate: float, count: int | None, duration: float | None) -> int:
    """Return the number of the event in the middle of a run, from 1."""
    wholes = [] if count is None else [count]
    if duration is not None and rate:
        wholes.append(int(duration * rate))
    return max(1, min(wholes) // 2)
