"""Which series of the minutes are watched, what an anomaly is, where one ends and the next begins. No I/O.

| series   | of each minute                                  | what is found           |
|----------|-------------------------------------------------|-------------------------|
| events   | stored events                                   | spike, drop, silence    |
| payments | sum of squares of payments, by their sum        | outlier (upwards)       |
| rejected | records set aside                               | rejected (upwards)      |

The sum of squares by the sum is the mean payment weighted by itself: one huge payment among hundreds moves
it, where the plain mean hides it. Silence is said only where chance does not explain it: when by what was
expected of the empty minutes in a row, `SILENT` events should have come.

An anomaly is a run of unusual minutes of one kind, with pauses of at most `PAUSE` minutes. It is named by its
first minute, so each look at the same minutes finds the same anomalies. Drop and silence are one kind here,
which is called as it began: an outage hardly ever begins with a minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from detector.model import Assessment, Detector, Sensitivity
from handler.once.totals import MINUTE, Minute

SILENT = 10.0
"""Events that should have come: the chance of none of them is 1 in 20,000."""
AMOUNTS_VARY = 0.25
"""Spread of the weighted payment, by its level, at the least: a minute of few payments varies a lot."""
PAUSE = 3
"""Minutes that an anomaly may pause without ending."""
LATEST = timedelta(hours=1)
"""That is waited for events on their way."""
IDLE = timedelta(minutes=10)
"""After which a shard of which nothing comes is waited for no longer."""
TOO_FEW = {"drop", "silence"}
UNUSUAL_ONLY_UPWARDS = {"payments": "outlier", "rejected": "rejected"}


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
        return f"{self.begin:%Y-%m-%dT%H:%M}#{self.kind}"


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
    known = minutes[begun:]
    counts = replace(sensitivity, counts=True)
    amounts = replace(sensitivity, wide=1, floor=AMOUNTS_VARY)
    series = {
        "events": (counts, [(minute.at, float(minute.events)) for minute in known]),
        "rejected": (counts, [(minute.at, float(minute.rejected)) for minute in known]),
        "payments": (
            amounts,
            [(minute.at, payment) for minute in known if (payment := weighted_payment(minute)) is not None],
        ),
    }
    found = [
        anomaly
        for name, (how, points) in series.items()
        for anomaly in joined(name, _unusual(name, points, how))
    ]
    return sorted(found, key=lambda anomaly: (anomaly.begin, anomaly.kind))


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


def weighted_payment(minute: Minute) -> float | None:
    """Return the mean payment weighted by itself; None for a minute without payments."""
    revenue = minute.total("revenue")
    return float(minute.squares("revenue") / revenue) if revenue else None


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


def _unusual(
    series: str, points: Iterable[tuple[datetime, float]], sensitivity: Sensitivity
) -> Iterable[Unusual]:
    detector = Detector(MINUTE / timedelta(seconds=1), sensitivity)
    missing = 0.0
    for at, value in points:
        judgement = detector.judge(value)
        if judgement is None:
            continue
        missing = missing + judgement.expected if value == 0 else 0.0
        if series == "events" and value == 0 and missing >= SILENT:
            yield Unusual(at, "silence", judgement, max(judgement.strength, missing / SILENT))
        elif judgement.unusual and (kind := _kind(series, judgement)):
            yield Unusual(at, kind, judgement, judgement.strength)


def _kind(series: str, judgement: Assessment) -> str:
    upwards = judgement.value > judgement.expected
    if series in UNUSUAL_ONLY_UPWARDS:
        return UNUSUAL_ONLY_UPWARDS[series] if upwards else ""
    return "spike" if upwards else "drop"
