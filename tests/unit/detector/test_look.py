from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from detector.anomaly_store import RecentTotals
from detector.entry import DetectorRun
from detector.findings import LATEST, Anomaly, Gap, lateness, whole_until
from detector.settings import DetectorSettings
from handler.once.totals import MINUTE, Minute

if TYPE_CHECKING:
    from detector.anomaly_store import AnomalyStore

pytestmark = pytest.mark.unit

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SETTINGS = DetectorSettings.from_environment(
    {
        "LEDGER_TABLE": "ledger",
        "METRIC_NAMESPACE": "Real",
        "ALARM_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:alarms",
        "ANOMALY_MINIMUM": "3",
    }
)


def minute(at: datetime, events: int, lag: int) -> Minute:
    """Return a minute with so many events, stored up to so many milliseconds after they came."""
    return Minute(at, {"events": Decimal(events), "lag": Decimal(events * lag) / 2}, {})


@dataclass
class Kept:
    """A book in memory: minutes from noon on."""

    counts: list[int]
    lag: int = 256
    whole_until: datetime | None = None
    found: list[Anomaly] = field(default_factory=list)
    said: list[Anomaly] = field(default_factory=list)
    looked: datetime | None = None
    planned: list[Gap] = field(default_factory=list)

    def totals(self, begin: datetime, end: datetime) -> RecentTotals:
        """Return those from noon on up to the end."""
        assert begin < NOON < end
        known = enumerate([*self.counts, *[0] * 60])
        minutes = [minute(at, count, self.lag) for n, count in known if (at := NOON + n * MINUTE) < end]
        return RecentTotals(minutes, self.whole_until)

    def gaps(self, begin: datetime) -> list[Gap]:
        """Return what was planned."""
        assert begin < NOON
        return self.planned

    def looked_until(self) -> datetime | None:
        """Return what was noted."""
        return self.looked

    def note_looked(self, until: datetime) -> None:
        """Keep it."""
        self.looked = until

    def note(self, anomaly: Anomaly) -> bool:
        """Keep it once."""
        new = anomaly.name not in {known.name for known in self.found}
        self.found += [anomaly] if new else []
        return new

    def unannounced(self) -> list[Anomaly]:
        """Return what was not said."""
        return [anomaly for anomaly in self.found if anomaly not in self.said]

    def note_said(self, anomaly: Anomaly) -> None:
        """Keep it."""
        self.said.append(anomaly)


@dataclass
class Service:
    """CloudWatch and SNS, which keep what they get."""

    published: list[str] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)

    def publish(self, **message: str) -> None:
        """Keep a subject."""
        self.published.append(message["Subject"])

    def put_metric_data(self, **data: Any) -> None:  # noqa: ANN401  as boto3 has it
        """Keep how many anomalies were counted."""
        self.counted.append(data["MetricData"][0]["Value"])


def looks(book: Kept, moments: Iterable[timedelta]) -> tuple[list[int], Service]:
    """Look at these moments after noon; return how many anomalies were new at each, and what was told."""
    service = Service()
    watch = DetectorRun(SETTINGS, cast("AnomalyStore", book), service, service)
    return [len(watch.look(NOON + moment)) for moment in moments], service


def test_finished_minutes_are_looked_at_and_told_of_once() -> None:
    """A spike is found once its minute has been over for twenty seconds, is told once, and counted once."""
    book = Kept([1000, 1010, 990, 5000, 1000, 1000])
    new, service = looks(
        book, [timedelta(minutes=4, seconds=19), timedelta(minutes=4, seconds=20), 5 * MINUTE]
    )
    assert new == [0, 1, 0]
    assert service.published == ["Real: spike at 12:03 UTC, 5,000 events a minute"]
    assert service.counted == [0, 1, 0]


def test_minutes_are_not_finished_while_events_are_stored_late() -> None:
    """Where the newest events were stored a minute late, half a minute's events are no drop."""
    book = Kept([1000, 1010, 990, 500], lag=65_536)
    assert looks(book, [timedelta(minutes=4, seconds=50)])[0] == [0]
    assert book.looked == NOON + 3 * MINUTE
    book.counts[3] = 1005
    assert looks(book, [timedelta(minutes=5, seconds=6)])[0] == [0]
    assert book.looked == NOON + 4 * MINUTE


def test_a_whole_minute_is_not_waited_for() -> None:
    """Though events are late, a minute is looked at as soon as every shard is at a later one."""
    book = Kept([1000, 1010, 990, 500, 400], lag=65_536)
    moments = [timedelta(minutes=4, seconds=30), timedelta(minutes=4, seconds=31)]
    assert looks(book, moments[:1])[0] == [0]
    book.whole_until = NOON + 4 * MINUTE
    assert looks(book, moments[1:])[0] == [1]
    assert book.looked == NOON + 4 * MINUTE


def test_until_when_minutes_are_whole() -> None:
    """The slowest shard says it, but not one of which nothing has come for long."""
    at = "2026-01-02T12:{}#shardId-00000000000{}".format
    assert whole_until([]) is None
    assert whole_until([at("03", 0), at("04", 0), at("02", 1), at("03", 1)]) == NOON + 3 * MINUTE
    assert whole_until([at("14", 0), at("03", 1)]) == NOON + 14 * MINUTE
    assert whole_until([at("13", 0), at("03", 1)]) == NOON + 3 * MINUTE


def test_silence_is_found_though_events_were_late() -> None:
    """Silence after late events is found as much later."""
    book = Kept([1000, 1010, 990, 1000], lag=65_536)
    assert looks(book, [timedelta(minutes=6), timedelta(minutes=6, seconds=6)])[0] == [0, 1]


def test_what_was_looked_at_stays_so() -> None:
    """Events that begin to be late do not make the detector look at the same minutes again."""
    book = Kept([1000] * 6)
    looks(book, [6 * MINUTE])
    book.lag = 262_144
    looks(book, [timedelta(minutes=6, seconds=30)])
    assert book.looked == NOON + 5 * MINUTE


def test_lateness_has_a_bound() -> None:
    """One event that was stored hours late does not stop the looking; without events nothing is late."""
    assert lateness([minute(NOON, 5, 2**25)]) == LATEST
    assert lateness([minute(NOON, 0, 0)]) == timedelta()


def test_planned_end_is_no_silence() -> None:
    """Traffic that ended as planned is not missed."""
    counts = [1000] * 5
    after = [timedelta(minutes=8)]
    assert looks(Kept(counts), after)[0] == [1]
    planned = [Gap(NOON + 5 * MINUTE, NOON + 6 * MINUTE)]
    assert looks(Kept(counts, planned=planned), after)[0] == [0]
