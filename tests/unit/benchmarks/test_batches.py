import pytest

from benchmarks.batches import parts
from benchmarks.measure import BenchError

pytestmark = pytest.mark.unit


def printed(stream: str, *times: float, records: int = 2) -> dict[str, object]:
    """Return what the entry prints of a batch that arrived, began and ended then, in seconds."""
    arrived, began, ended = times
    calls = [["Write", 10.0], ["Publish", 5.0], ["Write", 2.0]]
    return {
        "stream": stream,
        "records": records,
        "arrived": arrived,
        "began": began,
        "ended": ended,
        "calls": calls,
    }


def test_a_batch_in_parts() -> None:
    """Wait, calls and own code add up to the time from arrival to the end; calls are told by operation."""
    written = parts([printed("a", 1.0, 1.004, 1.024)], put=3.0, records=2)
    assert written.calls == {"Write": (2.0, 12.0), "Publish": (1.0, 5.0)}
    assert (written.put, written.answer) == (3.0, None)
    assert (written.wait, written.own) == pytest.approx((4.0, 3.0))


def test_the_answer_is_told_where_the_next_batch_waits() -> None:
    """Only a batch that had arrived counts, and only in the same environment."""
    waiting = [printed("a", 1.0, 2.0, 3.0), printed("a", 1.0, 3.005, 4.0), printed("a", 9.0, 9.1, 9.2)]
    other = printed("b", 1.0, 3.001, 3.9)
    assert parts([*waiting, other], put=0.0, records=2).answer == pytest.approx(5.0)


def test_other_sizes_are_left_out() -> None:
    """Batches that are not whole are no measure of those that are; none at all is an error."""
    small = printed("a", 1.0, 1.5, 1.6, records=1)
    assert parts([small, printed("a", 1.0, 1.002, 1.02)], 0.0, 2).wait == pytest.approx(2.0)
    with pytest.raises(BenchError, match="no batch of 2 was seen"):
        parts([small], 0.0, 2)
