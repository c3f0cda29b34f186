from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.once.totals import MINUTE, Minute
from producer.anomaly import SHAPES, Shaped, Stretch, stretch
from producer.generate import FIXED_START, generated
from producer.settings import ProducerSettings
from producer.tally import WARMUP
from producer.warmup import RunBounds, Sources, WarmupFeed, WarmupPlan, next_minute, usual_minutes
from producer.warmup_run import has_warmup, minutes_of, part_of
from tailrace.stream.event import Event
from tailrace.stream.feed import Nothing

pytestmark = pytest.mark.unit

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def minutes(*events: int) -> list[Minute]:
    """Return minutes with so many events each."""
    return [
        Minute(NOON + place * MINUTE, {"events": Decimal(count)}, {}) for place, count in enumerate(events)
    ]


@pytest.mark.parametrize(
    ("events", "usual"),
    [
        ((), 0),
        ((0, 0, 0), 0),
        ((0, 0, 7, 8, 9), 3),
        ((7, 8, 9, 0), 0),
        ((7, 0, 8, 9, 7), 3),
        ((7, 0, 0, 0, 8, 9, 7), 0),
    ],
)
def test_what_counts_as_history(events: tuple[int, ...], usual: int) -> None:
    """History is traffic that goes on, unless it paused for longer than that since the first event."""
    assert usual_minutes(minutes(*events)) == usual


def test_plan_without_history() -> None:
    """The anomaly begins with the minute that has enough whole minutes before it; the run so that it does."""
    plan = WarmupPlan.of(NOON + timedelta(seconds=20), 0, 3, (14.5, 29.0))
    assert plan.anew
    assert plan.since == NOON + MINUTE
    assert plan.anomaly == NOON + 4 * MINUTE
    assert plan.begin == plan.anomaly - timedelta(seconds=14.5)
    assert plan.judged == plan.anomaly + MINUTE


def test_plan_just_before_a_minute() -> None:
    """A minute that begins before the traffic can is not counted as one of the history."""
    plan = WarmupPlan.of(NOON + timedelta(seconds=59.9), 0, 3, (14.5, 29.0))
    assert plan.since == NOON + 2 * MINUTE
    assert plan.anomaly == plan.since + 3 * MINUTE


def test_plan_with_history() -> None:
    """With a history the run waits only for a minute to begin."""
    plan = WarmupPlan.of(NOON + timedelta(seconds=20), 3, 3, (14.5, 29.0))
    assert not plan.anew
    assert plan.anomaly == NOON + MINUTE


@given(
    st.integers(0, 3599),
    st.integers(0, 20),
    st.integers(3, 20),
    st.sampled_from(sorted(SHAPES)),
    st.integers(1, 2000),
)
def test_every_plan(second: int, have: int, wanted: int, kind: str, duration: int) -> None:
    """An anomaly begins with a minute, after the history wanted, in its own part of a run yet to come."""
    now = NOON + timedelta(seconds=second)
    part = stretch(kind, 10, None, duration)
    plan = WarmupPlan.of(now, have, wanted, part[:2])
    assert plan.anomaly == next_minute(plan.anomaly)
    assert plan.begin + timedelta(seconds=part.begin) == plan.anomaly
    assert plan.anomaly - next_minute(now) >= (wanted * MINUTE if plan.anew else timedelta())
    assert plan.begin >= now - timedelta(milliseconds=1)
    assert plan.judged >= plan.anomaly + timedelta(seconds=part.end - part.begin)
    assert plan.judged - plan.anomaly >= MINUTE


class Played:
    """A sender without a stream: takes each event when it is due, on a clock of its own."""

    def __init__(self, pace: Shaped, course: RunBounds, enough: Callable[[float], bool]) -> None:
        self.now = 0.0
        self.sent: list[tuple[float, Event]] = []
        self.feed = WarmupFeed(
            Sources(generated(7, FIXED_START), generated(8, FIXED_START)),
            pace,
            course,
            lambda: enough(self.now),
            lambda: self.now,
        )

    def play(self) -> "Played":
        """Send all of it."""
        while not isinstance(taken := self.feed.take(), Nothing):
            assert isinstance(taken, Event)
            self.now = self.feed.due(taken, self.now)
            self.sent.append((self.now, taken))
        return self

    def own(self) -> list[tuple[float, Event]]:
        """Return the run's events, with their moments."""
        return [(at, event) for at, event in self.sent if event.group != WARMUP]

    def between(self, begin: float, end: float) -> int:
        """Count what was sent in a part."""
        return sum(begin <= at < end for at, _ in self.sent)


@pytest.mark.parametrize(("kind", "minute"), [("spike", 1200), ("drop", 60), ("silence", 0)])
def test_run_is_surrounded(kind: str, minute: int) -> None:
    """A run's anomaly stands among usual minutes; its own events are those of the seed, and all of them."""
    part = stretch(kind, 10, 1000, None)
    course = RunBounds(240 - part.begin, 1000, None)
    played = Played(Shaped(10, part, course.begin), course, lambda now: now >= 480).play()
    assert [event for _, event in played.own()] == list(islice(generated(7, FIXED_START), 1000))
    assert played.own()[0][0] == pytest.approx(course.begin, abs=0.11)
    assert [played.between(60 * n, 60 * n + 60) for n in range(4)] == [pytest.approx(600, abs=2)] * 4
    length = part.end - part.begin
    seen = played.between(240, 240 + length) * 60 / length if kind == "drop" else played.between(240, 300)
    assert seen == pytest.approx(minute, rel=0.1, abs=5)
    assert played.between(420, 480) == pytest.approx(600, abs=2)
    assert played.sent[-1][0] == pytest.approx(480, abs=0.2)


def test_duration_ends_a_run() -> None:
    """A run of so many seconds ends by them, and usual traffic follows."""
    course = RunBounds(60.0, None, 30.0)
    played = Played(Shaped(10, Stretch(10, 20, 5.0), 60.0), course, lambda now: now >= 120).play()
    assert [at for at, _ in played.own()][-1] < 90 <= played.sent[-1][0]
    assert len(played.own()) == pytest.approx(200 + 500, abs=5)
    assert played.feed.run_seconds(played.now) == pytest.approx(30, abs=0.2)
    assert played.feed.phase == "after"


def test_phases() -> None:
    """It knows what it sends: usual traffic before the run, the run, usual traffic after it."""
    course = RunBounds(1.0, 10, None)
    played = Played(Shaped(10, Stretch(0.5, 0.5, 1.0), 1.0), course, lambda now: now >= 3)
    phases = []
    while not isinstance(taken := played.feed.take(), Nothing):
        assert isinstance(taken, Event)
        played.now = played.feed.due(taken, played.now)
        phases.append(played.feed.phase)
    assert phases.count("run") == 10
    assert phases.count("before") == pytest.approx(10, abs=1)
    assert phases.count("after") == pytest.approx(10, abs=1)
    assert phases == sorted(phases, key=["before", "run", "after"].index)


@pytest.mark.parametrize(
    ("kind", "begins"), [("spike", 0.0), ("drop", 0.0), ("silence", -1.0), ("outlier", 1.0)]
)
def test_where_in_its_minute_an_anomaly_begins(kind: str, begins: float) -> None:
    """Silence begins a second before its minute, so that nothing is in it; an outlier a second after."""
    settings = ProducerSettings.from_environment({"COUNT": "20000", "RATE": "200", "ANOMALY": kind})
    plan = WarmupPlan.of(NOON, 0, 3, minutes_of(settings))
    begin = plan.begin + timedelta(seconds=part_of(settings).begin)
    assert (begin - plan.anomaly).total_seconds() == pytest.approx(begins)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"RATE": "200"},
        {"ANOMALY": "outlier"},
        {"ANOMALY": "spike", "RATE": "200", "STREAM": "another"},
    ],
)
def test_what_is_not_surrounded(environ: dict[str, str]) -> None:
    """Without an anomaly, a rate, or on another stream than the stack's, a run is sent as it is."""
    assert not has_warmup(ProducerSettings.from_environment(environ))
