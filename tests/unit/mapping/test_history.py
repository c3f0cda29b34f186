import json
from types import SimpleNamespace
from typing import Any

import pytest

from tailrace.kinesis.engine import Record
from tailrace.mapping.history import GIVEN_UP, KEPT, History, batch, reason_of
from tailrace.mapping.rules.answers import JudgedTry, Kind
from tailrace.mapping.rules.shard import lane_of
from tailrace.rows import PACKED

pytestmark = pytest.mark.unit
SHARD = "shardId-000000000000"


def records(*which: int, key: str = "k") -> list[Record]:
    """Return records with these numbers."""
    return [Record(str(n), key, "", 1.0) for n in which]


def made(*which: int, at: float = 1.0, kind: str = "processed", key: str = "k", lanes: int = 1) -> Any:  # noqa: ANN401
    """Return a batch of these records that ended at a time."""
    return batch(SHARD, records(*which, key=key), lanes, request_id="r", kind=kind, began=at, ended=at)


def test_a_record_s_batches() -> None:
    """A record is found in each batch of its shard that spans its number, oldest first."""
    history = History()
    for one in (made(1, 5, at=1), made(1, 2, at=2), made(3, 5, at=3)):
        history.ended(one)
    assert [found.ended for found in history.of(SHARD, 3, "k")] == [1, 3]
    assert history.of("shardId-000000000001", 3, "k") == []


def test_invocations_under_way() -> None:
    """An invocation counts as under way until it has ended, however it ends."""
    history = History()

    def fails() -> None:
        with history.invoking(), history.invoking():
            assert history.running == 3
            raise ValueError

    with history.invoking():
        with pytest.raises(ValueError):  # noqa: PT011  which one does not matter
            fails()
        assert history.running == 1
    assert history.running == 0


def test_another_lane_s_batch_is_none_of_it() -> None:
    """With a parallelization factor a record is in batches of its key's lane only."""
    other = next(f"k-{n}" for n in range(99) if lane_of(f"k-{n}", 2) != lane_of("k", 2))
    history = History()
    history.ended(made(1, 9, lanes=2))
    history.ended(made(2, 8, key=other, lanes=2))
    assert len(history.of(SHARD, 5, "k")) == 1
    assert len(history.of(SHARD, 5, other)) == 1
    assert len(history.of(SHARD, 5, None)) == 2


def test_counts() -> None:
    """Invocations, records, and those given up are counted; the newest reason is that of the last one."""
    history = History()
    history.ended(made(1, 2)._replace(reason="ValueError: no"))
    history.gave_up(made(1, 2, kind=GIVEN_UP))
    assert (history.invocations, history.records, history.failures, history.given_up) == (1, 2, 1, 2)
    assert history.reason == "ValueError: no"
    history.ended(made(3))
    assert (history.reason, history.failures) == ("", 1)


def test_batches_a_second() -> None:
    """The rate is that of the last ten seconds, of invocations alone."""
    history = History()
    for second in range(100):
        history.ended(made(second, at=second))
    history.gave_up(made(1, at=99, kind=GIVEN_UP))
    assert history.per_second(99) == 1.0
    assert history.per_second(104) == 0.5
    assert history.per_second(500) == 0


def test_memory_is_bounded() -> None:
    """So many batches are remembered, the newest, and fewer than are packed together more."""
    history = History()
    for n in range(KEPT + PACKED):
        history.ended(made(n))
    assert history.of(SHARD, PACKED - 1, "k") == []
    assert len(history.of(SHARD, PACKED, "k")) == 1
    assert len(history.of(SHARD, KEPT + PACKED - 1, "k")) == 1


@pytest.mark.parametrize(
    ("verdict", "payload", "reason"),
    [
        (JudgedTry(Kind.PROCESSED), "{}", ""),
        (
            JudgedTry(Kind.ERROR),
            json.dumps({"errorType": "ValueError", "errorMessage": "no"}),
            "ValueError: no",
        ),
        (JudgedTry(Kind.ERROR), json.dumps({"errorMessage": "timed out"}), "timed out"),
        (JudgedTry(Kind.ERROR), "no JSON", "the function failed"),
        (JudgedTry(Kind.PARTLY, processed=1), "{}", "the function reported 2 as failed"),
        (JudgedTry(Kind.UNFINISHED), "{}", "the function reported 1 as failed"),
        (JudgedTry(Kind.REJECTED), "{}", "the answer names a record that was not in the batch"),
        (
            JudgedTry(Kind.THROTTLED),
            "",
            "no concurrency was left: the function never ran",
        ),
    ],
)
def test_why_it_failed(verdict: JudgedTry, payload: str, reason: str) -> None:
    """The reason is the function's own error, or which record it reported, or what came between."""
    outcome: Any = SimpleNamespace(payload=payload.encode())
    assert reason_of(outcome, verdict, records(1, 2)) == reason
