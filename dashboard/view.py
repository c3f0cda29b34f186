"""What a page shows, as data. No I/O, no clock: `now` comes in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from handler.once.totals import EVENTS, MINUTE, OTHER, Minute

SHOWN_MINUTES = 60
TOP = 8
MOST_TYPES = 6
"""Types that have a colour of their own; the rest are shown as one."""


class Alarm(NamedTuple):
    """An alarm and its state: OK, ALARM or INSUFFICIENT_DATA."""

    name: str
    state: str


class Mark(NamedTuple):
    """An anomaly, where it stands on the time axis: its first and its last minute."""

    at: datetime
    end: datetime
    kind: str
    series: str
    seen: float
    expected: float


class Delivery(NamedTuple):
    """The event source mapping: its state, and its last result in Lambda's words."""

    state: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is read besides the minutes."""

    marks: Sequence[Mark] = ()
    alarms: Sequence[Alarm] = ()
    quarantined: int = 0
    dead_letters: int = 0
    mapping: Delivery = field(default_factory=Delivery)


class Rate(NamedTuple):
    """One minute of the chart: when it began, events a second by type."""

    at: datetime
    by_type: Mapping[str, float]


type Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: sums are of the shown hour, sequences have a member for each minute of `rates`."""

    now: datetime
    types: Counts
    rates: tuple[Rate, ...]
    revenue: tuple[float, ...]
    lag: tuple[float | None, ...]
    """Mean milliseconds from arrival to write; None without events."""
    longest_lag: tuple[int, ...]
    """Milliseconds that no event reached, to the next power of two."""
    events: int
    newest: int
    """In the minute that goes on."""
    taken: Decimal
    """Revenue."""
    purchases: int
    rejected: int
    devices: Counts
    countries: Counts
    pages: Counts
    rest: Rest

    @property
    def empty(self) -> bool:
        """Whether nothing has come in the shown hour."""
        return not self.events and not self.rejected

    @property
    def last_lag(self) -> tuple[float, int] | None:
        """Mean and longest lag of the newest minute that has events."""
        both = zip(reversed(self.lag), reversed(self.longest_lag), strict=True)
        return next(((mean, longest) for mean, longest in both if mean is not None), None)

    @property
    def alarmed(self) -> int:
        """How many alarms are in ALARM."""
        return sum(alarm.state == "ALARM" for alarm in self.rest.alarms)


def viewed(now: datetime, minutes: Sequence[Minute], rest: Rest) -> View:
    """Make the view of what was read: the last hour, the newest last; the minute that goes on included."""
    shown = list(minutes)[-SHOWN_MINUTES:]
    kinds = [minute.by(EVENTS) for minute in shown]
    types = _types(kinds)
    named = {name for name, _ in types}
    return View(
        now=now,
        types=types,
        rates=tuple(
            Rate(minute.at, _rate(by_type, named, _seconds(minute, now)))
            for minute, by_type in zip(shown, kinds, strict=True)
        ),
        revenue=tuple(float(minute.total("revenue")) for minute in shown),
        lag=tuple(float(minute.total("lag")) / minute.events if minute.events else None for minute in shown),
        longest_lag=tuple(minute.longest_lag() for minute in shown),
        events=sum(minute.events for minute in shown),
        newest=shown[-1].events if shown else 0,
        taken=sum((minute.total("revenue") for minute in shown), Decimal(0)),
        purchases=int(sum(minute.total("purchases") for minute in shown)),
        rejected=sum(minute.rejected for minute in shown),
        devices=_top(minute.by("device") for minute in shown),
        countries=_top(minute.by("country") for minute in shown),
        pages=_top(minute.by("page") for minute in shown),
        rest=_shown(rest, shown),
    )


def _seconds(minute: Minute, now: datetime) -> float:
    """Return how long a minute has lasted by now: the last one is still going on."""
    return min(max(now - minute.at, timedelta(seconds=1)), MINUTE).total_seconds()


def _types(kinds: Iterable[Mapping[str, Decimal]]) -> Counts:
    """Return the most frequent types by name, so that each keeps its place, and all others as one."""
    counts = _added(kinds)
    others = counts.pop(OTHER, 0)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    others += sum(counts[name] for name in ranked[MOST_TYPES:])
    named = tuple((name, counts[name]) for name in sorted(ranked[:MOST_TYPES]))
    return (*named, (OTHER, others)) if others else named


def _rate(by_type: Mapping[str, Decimal], named: set[str], seconds: float) -> dict[str, float]:
    rates: dict[str, float] = dict.fromkeys(named, 0.0)
    for name, count in by_type.items():
        shown = name if name in named else OTHER
        rates[shown] = rates.get(shown, 0.0) + float(count) / seconds
    return rates


def _shown(rest: Rest, shown: Sequence[Minute]) -> Rest:
    """Leave out anomalies that ended before the shown hour; alarms in ALARM come first."""
    marks = tuple(mark for mark in rest.marks if shown and mark.end >= shown[0].at)
    alarms = tuple(sorted(rest.alarms, key=lambda alarm: (alarm.state != "ALARM", alarm.name)))
    return Rest(marks, alarms, rest.quarantined, rest.dead_letters, rest.mapping)


def _added(counts: Iterable[Mapping[str, Decimal]]) -> dict[str, int]:
    added: dict[str, int] = defaultdict(int)
    for by_key in counts:
        for key, count in by_key.items():
            added[key] += int(count)
    return dict(added)


def _top(counts: Iterable[Mapping[str, Decimal]]) -> Counts:
    """Add counts up by key; return the largest, largest first; keys that no minute listed come last."""
    added = _added(counts)
    return tuple(sorted(added.items(), key=lambda pair: (pair[0] == OTHER, -pair[1], pair[0]))[:TOP])
