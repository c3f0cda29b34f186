import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.stream.event import Event
from tailrace.stream.pace import AtOnce, AtRate, ReplayPace

pytestmark = pytest.mark.unit


def at(moment: float | None) -> Event:
    """Make an event with a time of its own."""
    return Event(b"{}", "a", None, "click", 1, moment)


def test_as_fast_as_possible() -> None:
    """Without a rate every event is due when it comes."""
    assert [AtOnce().due(at(None), now) for now in (1.0, 1.0, 5.0)] == [1.0, 1.0, 5.0]


def test_a_rate_spaces_events() -> None:
    """At 4 events a second, five that come at once are due a quarter of a second apart; the first at once."""
    pace = AtRate(4)
    assert [pace.due(at(None), 10.0) for _ in range(5)] == [10.0, 10.25, 10.5, 10.75, 11.0]


def test_a_pause_is_made_good_in_part() -> None:
    """After a long pause a quarter of a second's events are due at once, and no more."""
    pace = AtRate(100)
    pace.due(at(None), 0.0)
    late = [pace.due(at(None), 60.0) for _ in range(100)]
    assert sum(due <= 60.0 for due in late) == 26


@given(st.floats(0.5, 5000), st.lists(st.floats(0, 2), min_size=2, max_size=200))
def test_a_rate_is_never_exceeded(rate: float, pauses: list[float]) -> None:
    """In no stretch of time more events are due than the rate allows and a quarter of a second's on top."""
    pace, now, sent = AtRate(rate), 0.0, list[float]()
    for pause in pauses:
        now += pause
        now = max(now, pace.due(at(None), now))
        sent.append(now)
    for number, end in enumerate(sent):
        for first in range(number):
            most = (end - sent[first] + AtRate.CATCH_UP) * rate + 1
            assert number - first <= most + 1e-6


def test_a_replay_keeps_the_spacing() -> None:
    """Twice as fast: what lay 10 s apart is due 5 s apart, from the moment of the first."""
    pace = ReplayPace(2)
    assert [pace.due(at(moment), 100.0) for moment in (1000, 1010, 1010, 1040)] == [100, 105, 105, 120]


def test_a_replay_keeps_the_sources_order() -> None:
    """An event older than the one before it, or without a time, is due together with that one."""
    pace = ReplayPace(1)
    assert [pace.due(at(moment), 0.0) for moment in (50, 60, 55, None, 61)] == [0, 10, 10, 10, 11]


def test_a_replay_can_begin_without_a_time() -> None:
    """Events before the first that has a time are due when they come."""
    pace = ReplayPace(1)
    assert [pace.due(at(None), 3.0), pace.due(at(70), 4.0), pace.due(at(71), 4.0)] == [3.0, 4.0, 5.0]
