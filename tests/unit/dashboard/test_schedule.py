from datetime import timedelta

import pytest

from dashboard import costs
from dashboard.schedule import Schedule
from tests.unit.dashboard.given import NOON, at

pytestmark = pytest.mark.unit


def second(number: float) -> timedelta:
    """Return so many seconds."""
    return timedelta(seconds=number)


def test_first_look_is_whole() -> None:
    """At first everything is asked for: the hour that ends with the minute going on, and the rest."""
    look = Schedule().next(NOON + second(30))
    assert (look.begin, look.end, look.rest) == (at(-59), at(1), True)


def test_newest_minutes_each_second() -> None:
    """Then each second the minute that goes on and the one before, and every fifth second the rest."""
    schedule = Schedule()
    looks = [schedule.next(NOON + second(30 + number)) for number in range(11)]
    assert {(look.begin, look.end) for look in looks[1:]} == {(at(-1), at(1))}
    assert [number for number, look in enumerate(looks) if look.rest] == [0, 5, 10]


def test_whole_hour_once_a_minute() -> None:
    """When a minute is over, the whole hour is read again: late deliveries have changed it."""
    schedule = Schedule()
    schedule.next(NOON + second(59))
    assert schedule.next(NOON + second(60)).begin == at(-58)
    assert schedule.next(NOON + second(61)).begin == at(0)


def test_after_forgetting_all_is_asked() -> None:
    """After a failure everything is asked for again."""
    schedule = Schedule()
    first = schedule.next(NOON)
    schedule.forget()
    assert schedule.next(NOON) == first


def test_calls_an_hour_are_bounded() -> None:
    """An open page asks DynamoDB at most 16,000 times an hour, and costs at most two cents."""
    asked = costs.calls()
    assert asked["dynamodb"] <= 16_000
    assert asked["cloudwatch"] == asked["lambda"] == 720
    assert asked["sqs"] == 1440
    assert 0.005 < costs.hourly() <= 0.02
    assert f"{asked.total():,} times" in costs.line()
