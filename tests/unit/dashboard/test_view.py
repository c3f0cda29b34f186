from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard.colours import COLOURS, SINGLE
from dashboard.ranges import HOUR, QUARTER, SIX_HOURS, Range
from dashboard.view import Alarm, Rest
from tests.unit.dashboard.given import at, mark, minute, uncounted, viewed

pytestmark = pytest.mark.unit


def test_counts_are_those_of_the_minutes() -> None:
    """Events and what is counted by the first dimension are the sums over the minutes."""
    minutes = [minute(0, {"shop": 2, "app": 1}), minute(1, {"shop": 1}, {"rejected": "4"})]
    view = viewed(at(2), minutes)
    assert (view.events, view.newest, view.rejected) == (4, 1, 4)
    assert (view.dimension, view.values) == ("Channel", (("app", 1), ("shop", 3)))


def test_handler_without_dimension() -> None:
    """Where events are counted by nothing they are shown in one colour, and none is left out."""
    view = viewed(at(1), [uncounted(0, 120)])
    assert (view.dimension, view.values, view.colours) == ("", (("events", 120),), {"events": SINGLE})
    assert view.rates[0].by_value == {"events": 2.0}


def test_events_counted_under_no_value_are_other() -> None:
    """Events of before a handler counted by a dimension are `other`, not missing."""
    view = viewed(at(2), [uncounted(0, 60), minute(1, {"shop": 60})])
    assert view.values == (("shop", 60), ("other", 60))
    assert [dict(rate.by_value) for rate in view.rates] == [
        {"shop": 0.0, "other": 1.0},
        {"shop": 1.0, "other": 0.0},
    ]


def test_finished_minute_lasted_a_minute() -> None:
    """The rate of a finished minute is its events by 60 seconds."""
    view = viewed(at(5), [minute(0, {"shop": 120}), minute(5, {})])
    assert view.rates[0].by_value == {"shop": 2.0}


def test_minute_going_on_is_as_long_as_it_lasts() -> None:
    """The rate of the minute that goes on is its events by the seconds that it has lasted."""
    view = viewed(at(0) + timedelta(seconds=10), [minute(0, {"shop": 120})])
    assert view.rates[0].by_value == {"shop": 12.0}
    assert view.rate == (12.0, False)


def test_minute_just_begun_counts_as_a_second() -> None:
    """In its first second a minute does not show a rate without bounds."""
    view = viewed(at(0) + timedelta(milliseconds=1), [minute(0, {"shop": 3})])
    assert view.rates[0].by_value == {"shop": 3.0}


def test_rate_is_that_of_the_last_whole_minute() -> None:
    """Events of the minute that goes on are still on their way: the rate is that of the one before."""
    view = viewed(at(1.5), [minute(0, {"shop": 600}), minute(1, {"shop": 3})])
    assert view.rate == (10.0, True)


@pytest.mark.parametrize(
    ("shown", "bars", "first"), [(QUARTER, 15, 386), (HOUR, 60, 341), (SIX_HOURS, 72, 45)]
)
def test_ranges(shown: Range, bars: int, first: int) -> None:
    """A range shows its minutes up to the one that goes on; six hours in bars of five minutes."""
    minutes = [minute(number, {"shop": 1}) for number in range(401)]
    view = viewed(at(400.5), minutes, shown=shown)
    assert (len(view.rates), view.rates[0].at, view.events) == (bars, at(first), 401 - first)


@pytest.mark.parametrize(("made", "first"), [(-100, 0), (8.5, 8), (13, 10)])
def test_time_before_the_stack_is_left_out(made: float, first: int) -> None:
    """The charts of a young stack begin with it, and have five bars at least."""
    view = viewed(at(14.5), [minute(number, {}) for number in range(15)], shown=QUARTER, made=at(made))
    assert [view.rates[0].at, view.rates[-1].at] == [at(first), at(14)]


def test_bars_of_five_minutes() -> None:
    """A bar of five minutes has the sums of all, and their mean rate; the last as long as it lasts."""
    minutes = [minute(number, {"shop": 60}, {"sold": "1.5"}, page={"/a": 2}) for number in range(7)]
    view = viewed(at(7), minutes, shown=SIX_HOURS)
    assert [(rate.at, rate.by_value["shop"]) for rate in view.rates] == [(at(0), 1.0), (at(5), 1.0)]
    assert view.numbers[0].sums == (7.5, 3.0)
    assert dict(view.keyed[0].top) == {"/a": Decimal(14)}


def test_rare_values_are_shown_as_one() -> None:
    """Values beyond those that have a colour are shown as `other`, and none of their events is left out."""
    counts = {f"value{number}": 20 - number for number in range(COLOURS + 3)}
    view = viewed(at(1), [minute(0, counts | {"other": 5})])
    assert [name for name, _ in view.values] == [*(f"value{number}" for number in range(COLOURS)), "other"]
    assert sum(count for _, count in view.values) == view.events
    assert sum(view.rates[0].by_value.values()) == pytest.approx(view.events / 60)


def test_totals_are_found_whatever_they_are_called() -> None:
    """Each total has its sum, mean and deviation, or its largest keys; in words, by the items alone."""
    sums = {"purchases": "3", "loadTime": "30", "loadTime^0": "3", "loadTime^2": "350"}
    view = viewed(at(1), [minute(0, {"shop": 3}, sums, city={"Rome": 2, "Oslo": 1, "other": 9})])
    first, second = view.numbers
    assert (first.said, first.total, first.means) == ("Load time", Decimal(30), (10.0,))
    assert first.values
    assert (first.values.number, first.values.mean) == (3, 10.0)
    assert first.values.deviation == pytest.approx(4.08, abs=0.01)
    assert (second.said, second.total, second.values, second.means) == ("Purchases", Decimal(3), None, ())
    assert [(one.said, one.top) for one in view.keyed] == [
        ("City", (("Rome", Decimal(2)), ("Oslo", Decimal(1)), ("other", Decimal(9))))
    ]


def test_lag() -> None:
    """Lag is the mean over a minute's events; a minute without events has none."""
    minutes = [minute(0, {"shop": 4}, {"lag": "1000"}, lag={"256": 3, "512": 1}), minute(1, {})]
    view = viewed(at(1), minutes)
    assert view.lag == (250.0, None)
    assert view.last_lag == (250.0, 512)


def test_anomalies_before_the_range_are_left_out() -> None:
    """An anomaly stays while its last minute is shown."""
    rest = Rest(marks=[mark(-9, -5), mark(-3, 0), mark(1, 1)])
    view = viewed(at(2), [minute(0, {}), minute(1, {})], rest)
    assert [each.at for each in view.rest.marks] == [at(-3), at(1)]


def test_alarms_in_alarm_come_first() -> None:
    """What rings stands on top, the rest by name."""
    alarms = [Alarm("b", "OK"), Alarm("c", "ALARM"), Alarm("a", "INSUFFICIENT_DATA")]
    view = viewed(at(0), [], Rest(alarms=alarms))
    assert [alarm.name for alarm in view.rest.alarms] == ["c", "a", "b"]


def test_nothing() -> None:
    """Without events the view is empty; with a rejected record it is not."""
    assert viewed(at(0), []).empty
    assert not viewed(at(0), [minute(0, {}, {"rejected": "1"})]).empty
