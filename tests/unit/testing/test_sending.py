from typing import Any

import pytest

from tailrace.testing.sending import Put, put_all, requests
from tests.unit.testing.clock import Made

pytestmark = pytest.mark.unit


class Kinesis:
    """A stream that refuses the first entries of each request, a number of times."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.sizes = refusals, list[int]()

    def put_records(self, StreamName: str, Records: list[Any]) -> dict[str, Any]:  # noqa: ARG002, N803  boto3's
        """Answer as PutRecords does."""
        self.sizes.append(len(Records))
        refused = self.refusals > 0
        self.refusals -= 1
        taken = [{"SequenceNumber": str(n), "ShardId": "shardId-0"} for n in range(len(Records))]
        return {"Records": [{"ErrorCode": "Throttled"}, *taken[1:]] if refused else taken}


def test_a_request_holds_500_entries() -> None:
    """Many small records are cut into requests of at most 500, in order."""
    puts = [Put(b"x", str(n)) for n in range(1201)]
    cut = list(requests(puts))
    assert [len(request) for request in cut] == [500, 500, 201]
    assert [put for request in cut for put in request] == puts


def test_a_request_holds_5_mb() -> None:
    """Large records are cut by size, and none is left out."""
    puts = [Put(b"x" * 1_000_000, str(n)) for n in range(12)]
    assert [len(request) for request in requests(puts)] == [5, 5, 2]


def test_refused_entries_are_put_again_after_a_pause() -> None:
    """What was refused is put again, alone, after pauses that double."""
    clock, kinesis = Made(), Kinesis(3)
    tries = put_all(kinesis, "s", [Put(b"a", "1", "a"), Put(b"b", "2", "b")], clock=clock)  # type: ignore[arg-type]
    assert sorted(record.element for record in tries.acknowledged) == ["a", "b"]
    assert tries.refused == ["Throttled"] * 3
    assert kinesis.sizes == [2, 1, 1, 1]
    assert clock.pauses == [0.05, 0.1, 0.2]


def test_putting_ends() -> None:
    """A stream that refuses for ever is given up, with what was refused and how often."""
    clock = Made()
    with pytest.raises(
        AssertionError, match=r"gave up putting into s after 5 s: 0 records .* \(Throttled 10 times\)"
    ):
        put_all(Kinesis(10**6), "s", [Put(b"a", "1")], within=5, clock=clock)  # type: ignore[arg-type]
    assert clock.time - 100 < 7
