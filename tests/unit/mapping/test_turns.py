"""What a lane asks for, and what it must not be told."""

import pytest

from tailrace.mapping.actions import Gather, Read, Rest
from tailrace.mapping.lane import Lane, OutOfTurn
from tailrace.mapping.settings import Settings
from tests.unit.mapping.history import DAY, FAILED, PROCESSED, Item, items

pytestmark = pytest.mark.unit


def lane_at_rest() -> Lane[Item]:
    """Make a lane that was asked nothing yet."""
    return Lane(
        Settings(),
        weigh=lambda item: item.size,
        accepts=lambda item: item.passes,
        new_request_id=lambda: "request",
        retention=DAY,
    )


def test_idle() -> None:
    """An idle lane reads once, then waits for records without an end."""
    lane = lane_at_rest()
    assert lane.step(0.0) == Read(100)
    lane.receive([], 0.0)
    assert lane.step(0.0) == Gather(None)
    assert lane.step(9.0) == Read(100)


def test_rests_until_due() -> None:
    """Between two tries nothing but the time matters."""
    lane = lane_at_rest()
    lane.step(0.0)
    lane.receive(items([0.0]), 0.0)
    lane.step(0.0)
    lane.judged(FAILED, 1.0)
    assert lane.step(1.0) == Rest(1.35)


def test_out_of_turn() -> None:
    """A verdict without an invocation, records in the middle of one, and a step before it ends are errors."""
    lane = lane_at_rest()
    with pytest.raises(OutOfTurn):
        lane.judged(PROCESSED, 0.0)
    lane.step(0.0)
    lane.receive(items([0.0]), 0.0)
    lane.step(0.0)
    with pytest.raises(OutOfTurn):
        lane.receive([], 0.0)
    with pytest.raises(OutOfTurn):
        lane.step(0.0)
