from datetime import timedelta

import pytest

from dashboard import costs
from dashboard.ranges import SIX_HOURS
from dashboard.schedule import Schedule
from tests.unit.dashboard.given import NOON, at

pytestmark = pytest.mark.unit

WIDTHS = (15, 15, 60, 60, 15, 60)


def second(number: float) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=number)


def test_first_look_is_whole() -> None:
    """At first everything is asked for: the hour that ends with the minute going on, and the rest."""
    look = Schedule().next(NOON + second(30), 60)
    assert (look.begin, look.end, look.rest) == (at(-59), at(1), True)


def test_newest_minutes_each_second() -> None:
    """Then each second the minute that goes on and the one before, and every fifth second the rest."""
    schedule = Schedule()
    looks = [schedule.next(NOON + second(30 + number), 60) for number in range(11)]
    assert {(look.begin, look.end) for look in looks[1:]} == {(at(-1), at(1))}
    assert [number for number, look in enumerate(looks) if look.rest] == [0, 5, 10]


def test_whole_hour_once_a_minute() -> None:
    """When a minute is over, the whole hour is read again: late deliveries have changed it."""
    schedule = Schedule()
    schedule.next(NOON + second(59), 60)
    assert schedule.next(NOON + second(60), 60).begin == at(-58)
    assert schedule.next(NOON + second(61), 60).begin == at(0)


def test_wider_range_is_read_at_once() -> None:
    """When a page shows a wider range than before, all of it is read; and again after a narrower one."""
    schedule = Schedule()
    begins = [schedule.next(NOON + second(number), minutes).begin for number, minutes in enumerate(WIDTHS)]
    assert begins == [at(-14), at(-1), at(-59), at(-1), at(-1), at(-59)]


def test_after_forgetting_all_is_asked() -> None:
    """After a failure everything is asked for again."""
    schedule = Schedule()
    first = schedule.next(NOON, 60)
    schedule.forget()
    assert schedule.next(NOON, 60) == first


def test_calls_an_hour_are_bounded() -> None:
    """An open page asks about 300 times a minute, whatever it shows, and costs two cents an hour at most."""
    asked = costs.calls()
    assert asked["dynamodb"] <= 15_500
    assert asked["cloudwatch"] == asked["lambda"] == 720
    assert asked["sqs"] == 1440
    assert costs.calls(shown=SIX_HOURS).total() <= 60 * 330
    assert 0.005 < costs.hourly() <= costs.hourly(SIX_HOURS) <= 0.02
    assert f"{asked.total():,} times" in costs.line()
