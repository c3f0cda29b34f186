from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard.view import MOST_TYPES, SHOWN_MINUTES, Alarm, Rest, viewed
from tests.unit.dashboard.given import at, mark, minute

pytestmark = pytest.mark.unit


def test_counts_are_those_of_the_minutes() -> None:
    """Events, revenue and what is counted by key are the sums over the minutes."""
    minutes = [
        minute(
            0, {"purchase|mobile": 2, "click|desktop": 1}, {"revenue": "30.10"}, country={"DE": 2, "FR": 1}
        ),
        minute(1, {"purchase|mobile": 1}, {"revenue": "9.90", "purchases": "1"}, country={"FR": 4}),
    ]
    view = viewed(at(2), minutes, Rest())
    assert (view.events, view.newest, view.taken, view.purchases) == (4, 1, Decimal("40.00"), 1)
    assert view.types == (("click", 1), ("purchase", 3))
    assert view.devices == (("mobile", 3), ("desktop", 1))
    assert view.countries == (("FR", 5), ("DE", 2))


def test_finished_minute_lasted_a_minute() -> None:
    """The rate of a finished minute is its events by 60 seconds."""
    view = viewed(at(5), [minute(0, {"click|mobile": 120}), minute(5, {})], Rest())
    assert view.rates[0].by_type == {"click": 2.0}


def test_minute_going_on_is_as_long_as_it_lasts() -> None:
    """The rate of the minute that goes on is its events by the seconds that it has lasted."""
    view = viewed(at(0) + timedelta(seconds=10), [minute(0, {"click|mobile": 120})], Rest())
    assert view.rates[0].by_type == {"click": 12.0}


def test_minute_just_begun_counts_as_a_second() -> None:
    """In its first second a minute does not show a rate without bounds."""
    view = viewed(at(0) + timedelta(milliseconds=1), [minute(0, {"click|mobile": 3})], Rest())
    assert view.rates[0].by_type == {"click": 3.0}


def test_last_hour() -> None:
    """No more than an hour is shown, the newest."""
    view = viewed(at(70), [minute(number, {"click|mobile": 1}) for number in range(70)], Rest())
    assert (view.rates[0].at, len(view.rates), view.events) == (at(10), SHOWN_MINUTES, 60)


def test_rare_types_are_shown_as_one() -> None:
    """Types beyond those that have a colour are shown as `other`, and none of their events is left out."""
    kinds = {f"type{number}|mobile": 10 - number for number in range(9)}
    view = viewed(at(1), [minute(0, kinds | {"other|mobile": 5})], Rest())
    assert [name for name, _ in view.types] == [*(f"type{number}" for number in range(MOST_TYPES)), "other"]
    assert sum(count for _, count in view.types) == view.events
    assert sum(view.rates[0].by_type.values()) == pytest.approx(view.events / 60)


def test_lag() -> None:
    """Lag is the mean over a minute's events; a minute without events has none."""
    minutes = [minute(0, {"click|mobile": 4}, {"lag": "1000"}, lag={"256": 3, "512": 1}), minute(1, {})]
    view = viewed(at(1), minutes, Rest())
    assert view.lag == (250.0, None)
    assert view.last_lag == (250.0, 512)


def test_anomalies_before_the_hour_are_left_out() -> None:
    """An anomaly stays while its last minute is shown."""
    rest = Rest(marks=[mark(-9, -5), mark(-3, 0), mark(1, 1)])
    view = viewed(at(2), [minute(0, {}), minute(1, {})], rest)
    assert [each.at for each in view.rest.marks] == [at(-3), at(1)]


def test_alarms_in_alarm_come_first() -> None:
    """What rings stands on top, the rest by name."""
    alarms = [Alarm("b", "OK"), Alarm("c", "ALARM"), Alarm("a", "INSUFFICIENT_DATA")]
    view = viewed(at(0), [], Rest(alarms=alarms))
    assert [alarm.name for alarm in view.rest.alarms] == ["c", "a", "b"]
    assert view.alarmed == 1


def test_nothing() -> None:
    """Without events the view is empty; with a rejected record it is not."""
    assert viewed(at(0), [], Rest()).empty
    assert not viewed(at(0), [minute(0, {}, {"rejected": "1"})], Rest()).empty
