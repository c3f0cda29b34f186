"""What a lane asks for, and what it must not be told."""

import pytest

from tailrace.mapping.rules.actions import Read, Wait, Work
from tailrace.mapping.rules.lane import Lane, OutOfTurn, PendingRecord
from tailrace.mapping.rules.shard import Remains, ShardReader
from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import DAY, FAILED, PROCESSED, Item, items

pytestmark = pytest.mark.unit


def reader() -> ShardReader[Item]:
    """Make the rules of a shard that were asked nothing yet."""
    return ShardReader(
        MappingSettings(),
        Remains(0),
        weigh=lambda item: item.size,
        accepts=lambda item: item.passes,
        new_request_id=lambda: "request",
        retention=DAY,
    )


def test_idle() -> None:
    """An idle shard reads once, then waits for records without an end, and reads again when told of some."""
    rules = reader()
    assert rules.step(0.0) == Read(0, 100)
    rules.receive(0, [], 0.0)
    assert rules.step(0.0) == Wait(None)
    rules.look()
    assert rules.step(9.0) == Read(0, 100)


def test_rests_until_due() -> None:
    """Between two tries nothing but the time matters."""
    rules = reader()
    rules.step(0.0)
    rules.receive(0, items([0.0]), 0.0)
    assert isinstance(rules.step(0.0), Work)
    rules.judged(0, FAILED, 1.0)
    assert rules.step(1.0) == Wait(1.35)


def test_out_of_turn() -> None:
    """A verdict without an invocation, a step before it ends, and a report of nothing are errors."""
    lane: Lane[Item] = Lane(MappingSettings(), new_request_id=lambda: "request", retention=DAY)
    with pytest.raises(OutOfTurn):
        lane.judged(PROCESSED, 0.0)
    with pytest.raises(OutOfTurn):
        lane.reported(0.0)
    lane.offer(PendingRecord(0, items([0.0])[0], 200), 0.0)
    lane.step(0.0)
    with pytest.raises(OutOfTurn):
        lane.step(0.0)


def test_a_read_never_goes_back() -> None:
    """Records from before the position that was asked for are an error: they would be delivered twice."""
    rules = reader()
    rules.receive(7, items([0.0]), 0.0)
    with pytest.raises(ValueError, match="before 8"):
        rules.receive(7, items([0.0]), 0.0)
