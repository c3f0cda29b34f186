import json
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap.errors import SettingError
from producer.anomaly import MOST, OUTLYING_AMOUNT, SHAPES, Outlier, Shaped, Stretch, middle, stretch
from producer.generate import FIXED_START, generated
from producer.settings import ProducerSettings
from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, Delivered

pytestmark = pytest.mark.unit

EVENT = Event(b"{}", "a", None, "click", 1, None)
BEGAN = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def sent(pace: Shaped, seconds: float) -> list[float]:
    """Return when events are due in a run of so many seconds; each is there as soon as it is due."""
    due, now = list[float](), 0.0
    while (now := pace.due(EVENT, now)) < seconds:
        due.append(now)
    return due


def within(due: list[float], begin: float, end: float) -> int:
    """Count the events of a stretch."""
    return sum(begin <= moment < end for moment in due)


@pytest.mark.parametrize(
    ("kind", "usual", "unusual"), [("spike", 600, 3000), ("drop", 600, 60), ("silence", 1200, 0)]
)
def test_rate_changes_in_the_middle(kind: str, usual: int, unusual: int) -> None:
    """The stretch has its own rate; as long a part before and after it has the usual one."""
    part = stretch(kind, 10, None, 600)
    due = sent(Shaped(10, part), 600)
    length = part.end - part.begin
    assert within(due, part.begin, part.end) == pytest.approx(unusual, abs=5)
    assert within(due, part.begin - length, part.begin) == pytest.approx(usual, abs=2)
    assert within(due, part.end, part.end + length) == pytest.approx(usual, abs=2)
    assert part.begin == pytest.approx(600 - part.end)


@given(st.sampled_from(sorted(SHAPES)), st.floats(1, 500), st.integers(100, 20_000))
def test_count_ends_the_run_when_the_stretch_says(kind: str, rate: float, count: int) -> None:
    """With a COUNT the stretch is in the middle of the time that so many events take with it in them."""
    part = stretch(kind, rate, count, None)
    end = part.begin + part.end
    usual = (end - (part.end - part.begin)) * rate
    assert usual + (part.end - part.begin) * rate * part.factor == pytest.approx(count)
    assert part.end - part.begin <= min(end * MOST[kind], SHAPES[kind][1]) * 1.000001


def test_shorter_of_two_bounds() -> None:
    """Where COUNT and DURATION are given, the one that ends the run first places the stretch."""
    assert stretch("drop", 10, 10**9, 600) == stretch("drop", 10, None, 600)


def test_stretch_is_said() -> None:
    """The summary says when it was, or that the run ended before."""
    pace = Shaped(1, Stretch(60, 120, 5.0))
    sent(pace, 30)
    assert pace.said("spike", BEGAN) == "No spike was injected: the run ended before its time"
    sent(pace, 200)
    assert pace.said("spike", BEGAN) == "Injected a spike from 12:01:00 to 12:02:00 UTC: 5 times the rate"


def test_outlier() -> None:
    """One purchase after the middle has a hundred times the usual amount; all else is as it was."""
    usual = list(islice(generated(7, FIXED_START), 200))
    outlier = Outlier(generated(7, FIXED_START), middle(0, 200, None))
    given = list(islice(outlier, 200))
    (changed,) = [number for number, event in enumerate(given) if event.data != usual[number].data]
    before, after = json.loads(usual[changed].data), json.loads(given[changed].data)
    assert after == before | {"amount": OUTLYING_AMOUNT}
    assert changed >= 99
    assert [event.group for event in given[99:changed]].count("purchase") == 0
    assert 15_000 < OUTLYING_AMOUNT < 16_000


def test_outlier_is_said_when_it_is_through() -> None:
    """The summary names the event once it was acknowledged, and says so if it was not."""
    outlier = Outlier(generated(7, FIXED_START), 10)
    events = list(islice(outlier, 50))
    assert outlier.said().startswith("No outlier was injected")
    outlier.report([Delivered(event, Accepted("1", "shard")) for event in events], BEGAN)
    assert outlier.said() == f"Injected a purchase of 15,549.00 at 12:00:00 UTC: event {outlier.event_id}"


def test_middle() -> None:
    """The middle is by the bound that ends the run first."""
    assert middle(10, None, 60) == 300
    assert middle(10, 100, 60) == 50
    assert middle(0, 1, None) == 1


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"ANOMALY": "wave"}, "expected one of spike, drop, silence, outlier"),
        ({"ANOMALY": "spike"}, "set RATE="),
        ({"ANOMALY": "outlier", "DURATION": "60"}, "set RATE= or COUNT="),
        ({"ANOMALY": "outlier", "SOURCE": __file__}, "ANOMALY is about generated events"),
    ],
)
def test_settings_that_make_no_sense(environ: dict[str, str], said: str) -> None:
    """An anomaly that could not be injected is refused, with the fix."""
    with pytest.raises(SettingError, match=said):
        ProducerSettings.from_environment(environ)
