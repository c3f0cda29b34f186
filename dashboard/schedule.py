"""When to ask for what, so that the page is never behind and an hour costs little. Pure.

| what                                                         | how often      |
|--------------------------------------------------------------|----------------|
| totals of the minute that goes on, and of the one before     | each second    |
| totals of the whole range: what was delivered late is in it  | once a minute  |
| alarms, queues, mapping, anomalies (`CALLS` requests)        | each 5 seconds |

The range is the widest that an open page shows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handler.once.totals import MINUTE

TICK = 1.0
"""Seconds between one look and the next."""
REST = timedelta(seconds=5)
CALLS = {"cloudwatch": 1, "sqs": 2, "lambda": 1, "dynamodb": 1}
"""Requests to each service for what is read besides the minutes."""


@dataclass(frozen=True, slots=True)
class Look:
    """What to ask for now: minutes from `begin` up to, not with, `end`; and the rest, or not."""

    begin: datetime
    end: datetime
    rest: bool


class Schedule:
    """Knows what was asked for last."""

    def __init__(self) -> None:
        self._whole: datetime | None = None
        self._minutes = 0
        self._rest: datetime | None = None

    def next(self, now: datetime, minutes: int) -> Look:
        """Return what is to be asked for now, where `minutes` are shown."""
        end = now.replace(second=0, microsecond=0) + MINUTE
        whole = self._whole != end or minutes > self._minutes
        self._whole, self._minutes = end, minutes
        rest = self._rest is None or now - self._rest >= REST - timedelta(seconds=TICK / 2)
        if rest:
            self._rest = now
        return Look(end - (minutes if whole else 2) * MINUTE, end, rest)

    def forget(self) -> None:
        """Ask for all of it next time: nothing that was read before may be kept."""
        self._whole = self._rest = None
