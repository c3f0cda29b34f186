import pytest

from producer.tally import WARMUP, RunTally
from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, Delivered

pytestmark = pytest.mark.unit


def delivered(group: str | None) -> Delivered:
    """Make an event of a group that was acknowledged."""
    return Delivered(Event(b"{}", "a", "e", group, 1, None), Accepted("1", "shardId-000000000000"))


def test_usual_traffic_around_a_run_is_not_counted_as_its_own() -> None:
    """What was sent around a run has a line of its own in the summary, and no part in the rest."""
    tally = RunTally()
    tally.count([delivered("click"), delivered(None)] + [delivered(WARMUP)] * 3)
    assert tally.progress(1, 0) == "sent 2  2/s  failed 0  retried 0"
    assert list(tally.summary(1, 0, None, str)) == [
        "Acknowledged 2 events in 1.0 s (2/s)",
        "Usual traffic around it, not counted there: 3",
        "  click                  1",
        "  (no eventType)         1",
        "Partition keys: 1",
        "Retries: 0",
        "Undelivered: 0",
    ]


def test_everything_is_observed() -> None:
    """What became of usual traffic is told too."""
    seen: list[object] = []
    outcomes = [delivered("click"), delivered(WARMUP)]
    RunTally(observe=seen.extend).count(outcomes)
    assert seen == outcomes
