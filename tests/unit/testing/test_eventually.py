import pytest

from tailrace.testing.eventually import eventually
from tests.unit.testing.clock import Made

pytestmark = pytest.mark.unit


def test_a_true_condition_is_asked_once() -> None:
    """What is true already is returned without waiting."""
    clock = Made()
    assert eventually(lambda: "yes", within=1, clock=clock) == "yes"
    assert clock.pauses == []


def test_the_first_true_answer_is_returned() -> None:
    """It asks until the condition holds, and returns what it answered."""
    answers = iter([0, 0, 3, 4])
    assert eventually(lambda: next(answers), within=1, every=0.1, clock=Made()) == 3


def test_a_failed_assertion_means_not_yet() -> None:
    """A condition may assert; it is asked again."""
    answers = iter([1, 2])

    def is_two() -> bool:
        assert next(answers) == 2
        return True

    assert eventually(is_two, within=1, clock=Made())


def test_any_other_error_passes_through() -> None:
    """Waiting does not hide what is broken."""
    clock = Made()
    with pytest.raises(ZeroDivisionError):
        eventually(lambda: 1 // 0, within=1, clock=clock)
    assert clock.pauses == []


def test_giving_up_tells_everything() -> None:
    """What was waited for, what was seen last, how long, how often, and where to look next."""
    clock, nothing = Made(), list[int]
    with pytest.raises(AssertionError) as report:
        eventually(nothing, within=1, every=0.25, what="three items", look="make logs", clock=clock)
    assert str(report.value).splitlines() == [
        "gave up waiting for: three items",
        "last seen: []",
        "after 1.0 s, asked 5 times",
        "look next: make logs",
    ]


def test_the_condition_names_itself() -> None:
    """Without a name given, the condition's docstring says what was waited for."""

    def empty() -> bool:
        """Find the queue empty."""
        message = "7 messages"
        raise AssertionError(message)

    with pytest.raises(AssertionError, match=r"for: Find the queue empty\.\nlast seen: 7 messages"):
        eventually(empty, within=1, clock=Made())


def test_the_last_moment_is_asked_too() -> None:
    """A condition that comes true at the deadline is seen, and no pause goes beyond it."""
    clock = Made()
    assert eventually(lambda: clock.now() >= 101, within=1, every=0.4, clock=clock)
    assert clock.pauses == pytest.approx([0.4, 0.4, 0.2])


def test_the_longer_it_takes_the_more_seldom_it_is_asked() -> None:
    """Ten times a second at first, and at most a second apart in the end."""
    clock = Made()
    assert eventually(lambda: clock.now() >= 130, within=60, clock=clock)
    assert clock.pauses[:8] == pytest.approx([0.1] * 8)
    assert clock.pauses[20] == pytest.approx(0.41, abs=0.01)
    assert clock.pauses[-20:] == pytest.approx([1.0] * 20)
    assert len(clock.pauses) < 52
