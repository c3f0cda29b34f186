"""What a page shows, as data. No I/O, no clock: `now` comes in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from bootstrap.failing import FailedFunction
from dashboard.bars import Bar, Counts, added, bars
from dashboard.colours import COLOURS, SINGLE, Palette
from dashboard.counted import Keyed, Number, keyed, numbers
from dashboard.queues import Both
from dashboard.ranges import Range
from handler.once.totals import DUPLICATES, EVENTS, LAG, OTHER, Minute, NewestEvent, counted


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


class MappingState(NamedTuple):
    """The event source mapping: its state, and its last result in Lambda's words."""

    state: str = ""
    result: str = ""

    @property
    def well(self) -> bool:
        """Whether it runs, and its last batch went well."""
        return self.state in {"", "Enabled"} and self.result in {"OK", "No records processed", ""}


@dataclass(frozen=True, slots=True)
class Rest:
    """What is read besides the minutes."""

    marks: Sequence[Mark] = ()
    alarms: Sequence[Alarm] = ()
    queues: Both = field(default_factory=Both)
    mapping: MappingState = field(default_factory=MappingState)
    failed: Sequence[FailedFunction] = ()
    """What functions failed with last, as long as something says that they fail."""


class Rate(NamedTuple):
    """One bar of the chart: when it began, events a second by value of the first dimension."""

    at: datetime
    by_value: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DashboardView:
    """What is shown: sums are of the range, sequences have a member for each bar of `rates`."""

    now: datetime
    shown: Range
    dimension: str
    """The name of the handler's first dimension; empty without one, and then the only value is `events`."""
    values: Counts
    """Events by value of that dimension: those that have a colour of their own by name, then `other`."""
    colours: Mapping[str, str]
    rates: tuple[Rate, ...]
    lag: tuple[float | None, ...]
    """Mean milliseconds from arrival to write; None without events."""
    longest_lag: tuple[int, ...]
    """Milliseconds that no event reached, to the next power of two."""
    events: int
    newest: int
    """In the minute that goes on."""
    duplicates: int
    rejected: int
    numbers: tuple[Number, ...]
    """The handler's totals."""
    keyed: tuple[Keyed, ...]
    """Its totals by key."""
    recent: tuple[NewestEvent, ...]
    """The newest events that were stored, the newest first."""
    rest: Rest

    @property
    def empty(self) -> bool:
        """Whether nothing has come in the range."""
        return not self.events and not self.rejected

    @property
    def last_lag(self) -> tuple[float, int] | None:
        """Mean and longest lag of the newest bar that has events."""
        both = zip(reversed(self.lag), reversed(self.longest_lag), strict=True)
        return next(((mean, longest) for mean, longest in both if mean is not None), None)

    @property
    def rate(self) -> tuple[float, bool]:
        """Events a second in the newest whole bar, and True; in the one that goes on if no other has any."""
        *whole, going_on = [sum(rate.by_value.values()) for rate in self.rates] or [0.0]
        return (
            (going_on, False)
            if going_on and not (whole and whole[-1])
            else (whole[-1] if whole else 0.0, True)
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read by a moment."""

    now: datetime
    minutes: Sequence[Minute]
    """The newest last; it goes on."""
    rest: Rest = field(default_factory=Rest)
    recent: tuple[NewestEvent, ...] = ()
    made: datetime | None = None
    """When the stack was made."""


def viewed(read: Snapshot, shown: Range, palette: Palette) -> DashboardView:
    """Make the view of a range: its bars, the newest last; the one that goes on included."""
    now, minutes = read.now, read.minutes
    found = bars(minutes, shown, now, read.made)
    each = [bar.counted for bar in found]
    handlers = counted(each)
    by_value = [_by_value(bar, handlers.dimension) for bar in each]
    values = _values(by_value)
    named = [name for name, _ in values]
    return DashboardView(
        now=now,
        shown=shown,
        dimension=handlers.dimension,
        values=values,
        colours=palette.of(named) if handlers.dimension else {EVENTS: SINGLE},
        rates=tuple(
            Rate(bar.at, _rate(counts, named, bar.seconds))
            for bar, counts in zip(found, by_value, strict=True)
        ),
        lag=tuple(float(bar.total(LAG)) / bar.events if bar.events else None for bar in each),
        longest_lag=tuple(bar.longest_lag() for bar in each),
        events=sum(bar.events for bar in each),
        newest=minutes[-1].events if minutes else 0,
        duplicates=int(sum(bar.total(DUPLICATES) for bar in each)),
        rejected=sum(bar.rejected for bar in each),
        numbers=numbers(handlers, each),
        keyed=keyed(handlers, each),
        recent=read.recent,
        rest=_shown(read.rest, found),
    )


def _by_value(minute: Minute, dimension: str) -> Mapping[str, Decimal]:
    """Return events by value of the first dimension; what was counted under none is `other`."""
    if not dimension:
        return {EVENTS: minute.total(EVENTS)} if minute.events else {}
    by_value = minute.by(EVENTS)
    left = minute.total(EVENTS) - sum(by_value.values())
    return {**by_value, OTHER: by_value.get(OTHER, Decimal()) + left} if left > 0 else by_value


def _values(counts: Iterable[Mapping[str, Decimal]]) -> Counts:
    """Return the most frequent values by name, so that each keeps its place, and all others as one."""
    sums = {name: int(count) for name, count in added(counts).items()}
    others = sums.pop(OTHER, 0)
    ranked = sorted(sums, key=lambda name: (-sums[name], name))
    others += sum(sums[name] for name in ranked[COLOURS:])
    named = tuple((name, sums[name]) for name in sorted(ranked[:COLOURS]))
    return (*named, (OTHER, others)) if others else named


def _rate(counts: Mapping[str, Decimal], named: Sequence[str], seconds: float) -> dict[str, float]:
    rates: dict[str, float] = dict.fromkeys(named, 0.0)
    for name, count in counts.items():
        shown = name if name in rates else OTHER
        rates[shown] = rates.get(shown, 0.0) + float(count) / seconds
    return rates


def _shown(rest: Rest, found: Sequence[Bar]) -> Rest:
    """Leave out anomalies that ended before the range; alarms in ALARM come first."""
    marks = tuple(mark for mark in rest.marks if found and mark.end >= found[0].at)
    alarms = tuple(sorted(rest.alarms, key=lambda alarm: (alarm.state != "ALARM", alarm.name)))
    return replace(rest, marks=marks, alarms=alarms)
