"""Which series of the minutes are watched, what an anomaly is, where one ends and the next begins. No I/O.

| series              | of each minute                                     | what is found        |
|---------------------|----------------------------------------------------|----------------------|
| events              | stored events                                      | spike, drop, silence |
| rejected            | records set aside                                  | rejected (upwards)   |
| a total of values   | their size: of the recipe, `revenue`, `loadTime`   | outlier (upwards)    |
| a total that counts | at the usual number of events: `purchases`         | jump (upwards)       |

The totals are those of the handler in use, as the minutes themselves name them. The size of values is the sum
of their squares by their sum, which is their mean weighted by itself: one huge payment among hundreds moves
it, where the plain mean hides it. Where values may be negative (temperatures) it is the root of their mean
square. What a total counts goes with the number of events, so that is taken out: a spike is not told twice.
Silence is said only where chance does not explain it: when by what was expected of the empty minutes in a
row, `SILENT` events should have come.

An anomaly is a run of unusual minutes of one kind, with pauses of at most `PAUSE` minutes. It is named by its
first minute, so each look at the same minutes finds the same anomalies. Drop and silence are one kind here,
which is called as it began: an outage hardly ever begins with a minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

from detector.model import Assessment, Detector, Sensitivity
from handler.once.totals import MINUTE, Minute, counted

SILENT = 10.0
"""Events that should have come: the chance of none of them is 1 in 20,000."""
SIZES_VARY = 0.25
"""Spread of the size of values, by its level, at the least: a minute of few values varies a lot."""
FEW = 4
"""A minute with less than this part of the usual number of events says nothing of what a total counts."""
PAUSE = 3
"""Minutes that an anomaly may pause without ending."""
LATEST = timedelta(hours=1)
"""That is waited for events on their way."""
IDLE = timedelta(minutes=10)
"""After which a shard of which nothing comes is waited for no longer."""
TOO_FEW = {"drop", "silence"}
EVENTS, REJECTED = "events", "rejected"
OUTLIER, JUMP = "outlier", "jump"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Unusual minutes in a row; values of the minute in which it was strongest."""

    kind: str
    series: str
    begin: datetime
    end: datetime
    """Its last unusual minute (the minute's beginning)."""
    expected: float
    seen: float
    strength: float
    """Score by threshold: more than 1."""

    @property
    def name(self) -> str:
        """The same for the same anomaly, whenever it is looked at."""
        of_total = f"#{self.series}" if self.kind in {OUTLIER, JUMP} else ""
        return f"{self.begin:%Y-%m-%dT%H:%M}#{self.kind}{of_total}"


class Gap(NamedTuple):
    """Minutes from `until` up to, not with, `since`, that are no history and are not judged.

    What comes before them and what comes after have nothing to do with each other.
    """

    until: datetime
    since: datetime


class Unusual(NamedTuple):
    """One unusual minute of a series."""

    at: datetime
    kind: str
    judgement: Assessment
    strength: float


def find(minutes: Sequence[Minute], sensitivity: Sensitivity) -> list[Anomaly]:
    """Return the anomalies in these finished minutes, oldest first. Leading empty minutes are no history."""
    begun = next((number for number, minute in enumerate(minutes) if _busy(minute)), len(minutes))
    found = [
        anomaly
        for each in _watched(minutes[begun:], sensitivity)
        for anomaly in joined(each.name, _unusual(each))
    ]
    return sorted(found, key=lambda anomaly: anomaly.name)


class WatchedSeries(NamedTuple):
    """What is watched: by what name, how sensitively, what an unusual minute is called, and its points."""

    name: str
    sensitivity: Sensitivity
    upwards: str
    points: list[tuple[datetime, float]]


def _watched(known: Sequence[Minute], sensitivity: Sensitivity) -> list[WatchedSeries]:
    counts = replace(sensitivity, counts=True)
    sizes = replace(sensitivity, wide=1, floor=SIZES_VARY)
    totals = counted(known)
    return [
        WatchedSeries(EVENTS, counts, "spike", [(minute.at, float(minute.events)) for minute in known]),
        WatchedSeries(REJECTED, counts, REJECTED, [(minute.at, float(minute.rejected)) for minute in known]),
        *(WatchedSeries(name, sizes, OUTLIER, sizes_of(known, name)) for name in totals.values),
        *(WatchedSeries(name, counts, JUMP, counts_of(known, name)) for name in totals.numbers),
    ]


def parts(minutes: Sequence[Minute], gaps: Iterable[Gap]) -> list[Sequence[Minute]]:
    """Return the minutes between gaps: each part is judged by its own history. All come in order."""
    found, rest = [], minutes
    for gap in gaps:
        found.append([minute for minute in rest if minute.at < gap.until])
        rest = [minute for minute in rest if minute.at >= gap.since]
    return [*found, rest]


def whole_until(places: Iterable[str]) -> datetime | None:
    """Return the first minute of which more may come; places are sort keys of totals (`MINUTE#SHARD`).

    A shard's events are stored in the order in which they came: of one that is at a later minute, all of the
    earlier ones is there. A shard of which nothing has come for as long as `IDLE` is waited for no longer.
    """
    newest: dict[str, datetime] = {}
    for place in places:
        at, _, shard = place.partition("#")
        minute = datetime.fromisoformat(at).replace(tzinfo=UTC)
        newest[shard] = max(newest.get(shard, minute), minute)
    if not newest:
        return None
    last = max(newest.values())
    return min(at for at in newest.values() if at >= last - IDLE)


def lateness(minutes: Sequence[Minute]) -> timedelta:
    """Return how long more may be on its way: twice as long as the newest events took, at most `LATEST`."""
    newest = next((minute for minute in reversed(minutes) if minute.events), None)
    late = timedelta(milliseconds=2 * float(newest.total("lag")) / newest.events) if newest else timedelta()
    return min(late, LATEST)


def sizes_of(minutes: Iterable[Minute], name: str) -> list[tuple[datetime, float]]:
    """Return how large the values of a total are in each minute that has any."""
    given = [(minute, minute.total(name), minute.squares(name)) for minute in minutes if minute.squares(name)]
    if all(total > 0 for _, total, _ in given):
        return [(minute.at, float(squares / total)) for minute, total, squares in given]
    return [
        (minute.at, float(squares / minute.number(name)) ** 0.5)
        for minute, _, squares in given
        if minute.number(name)
    ]


def counts_of(minutes: Sequence[Minute], name: str) -> list[tuple[datetime, float]]:
    """Return what a total would count in each minute if it had the usual number of events."""
    usual = median(busy) if (busy := [minute.events for minute in minutes if minute.events]) else 0
    return [
        (minute.at, float(minute.total(name)) * usual / minute.events)
        for minute in minutes
        if minute.events and minute.events * FEW >= usual
    ]


def joined(series: str, unusual: Iterable[Unusual]) -> list[Anomaly]:
    """Make anomalies of the unusual minutes of one series, which come in order."""
    found: list[Anomaly] = []
    for one in unusual:
        new = Anomaly(
            one.kind, series, one.at, one.at, one.judgement.expected, one.judgement.value, one.strength
        )
        for place in range(len(found) - 1, -1, -1):
            before = found[place]
            same = before.kind == one.kind or {before.kind, one.kind} == TOO_FEW
            if same and one.at - before.end <= (PAUSE + 1) * MINUTE:
                strongest = max(before, new, key=lambda anomaly: anomaly.strength)
                found[place] = replace(strongest, kind=before.kind, begin=before.begin, end=one.at)
                break
        else:
            found.append(new)
    return found


def _busy(minute: Minute) -> bool:
    return bool(minute.events or minute.rejected)


def _unusual(series: WatchedSeries) -> Iterable[Unusual]:
    detector = Detector(MINUTE / timedelta(seconds=1), series.sensitivity)
    missing = 0.0
    for at, value in series.points:
        judgement = detector.judge(value)
        if judgement is None:
            continue
        missing = missing + judgement.expected if value == 0 else 0.0
        if series.name == EVENTS and value == 0 and missing >= SILENT:
            yield Unusual(at, "silence", judgement, max(judgement.strength, missing / SILENT))
        elif judgement.unusual and (kind := _kind(series, judgement)):
            yield Unusual(at, kind, judgement, judgement.strength)


def _kind(series: WatchedSeries, judgement: Assessment) -> str:
    if judgement.value > judgement.expected:
        return series.upwards
    return "drop" if series.name == EVENTS else ""
