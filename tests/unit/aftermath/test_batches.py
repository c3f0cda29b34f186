import json
from typing import Any

import pytest

from aftermath.batches import delivered, ending, telling
from tailrace.story.logs import BatchLine, lines_of
from tests.unit.aftermath.given import FIRST, SHARD

pytestmark = pytest.mark.unit
NUMBER = str(FIRST + 3)


def received(request: str, first: int, last: int, shard: str = SHARD) -> str:
    """Return the line that names a batch."""
    fields = {"shardId": shard, "first": str(FIRST + first), "last": str(FIRST + last), "traceId": "Root=1-2"}
    said = {"level": "INFO", "message": f"Received {last - first + 1} records from Kinesis"}
    return json.dumps({**said, "requestId": request, **fields})


def done(**fields: Any) -> str:  # noqa: ANN401  JSON
    """Return the line that says how a batch ended."""
    counts = {"stored": 3, "duplicates": 1, "rejected": {"not-json": 2}, "settled_before": 0}
    said = {"level": "INFO", "message": "Successfully processed", "requestId": "r", "retry_from": None}
    return json.dumps({**said, **counts, **fields})


def lines(*texts: str, stream: str = "s") -> list[BatchLine]:
    """Return lines of one log stream, a second apart."""
    return [BatchLine(float(at), stream, text) for at, text in enumerate(texts)]


def test_the_batches_of_a_record_are_those_whose_range_holds_it() -> None:
    """Ranges include both ends, and sequence numbers are compared as numbers, within the shard."""
    log = lines(
        received("r-1", 0, 2),
        received("r-2", 3, 3),
        received("r-3", 0, 9),
        received("r-4", 4, 9),
        received("r-5", 0, 9, "shardId-000000000000"),
        "START RequestId: x",
        '{"cut',
        '{"shardId": "' + SHARD + '"}',
    )
    found = list(delivered(log, SHARD, NUMBER))
    assert [(batch.request_id, batch.records, batch.trace_id) for batch in found] == [
        ("r-2", 1, "Root=1-2"),
        ("r-3", 10, "Root=1-2"),
    ]
    short = json.dumps({**json.loads(received("r", 0, 2)), "first": "9", "last": "11"})
    assert [batch.first for batch in delivered(lines(short), SHARD, "10")] == ["9"]


def test_the_lines_of_an_invocation() -> None:
    """Those from its START to the next in the same log stream, and none of another environment's."""
    own = lines(
        "START RequestId: r-1 Version: 1", received("r-1", 3, 3), "warn", "REPORT RequestId: r-1\tDuration"
    )
    other = lines("START RequestId: r-9", "nine", stream="t")
    log = [*own[:2], *other, *own[2:], *lines("START RequestId: r-2", "two")]
    (batch,) = delivered(log, SHARD, NUMBER)
    assert lines_of(batch.request_id, batch.stream, log) == own
    assert [line.text for line in telling(own)] == [
        "INFO Received 1 records from Kinesis",
        "warn",
        "REPORT RequestId: r-1  Duration",
    ]


@pytest.mark.parametrize(
    ("texts", "end"),
    [
        ([done()], "done: 3 stored, 1 duplicates, 2 quarantined, 0 settled before"),
        ([done(retry_from=str(FIRST + 4))], "done: 3 stored, 1 duplicates, 2 quarantined, 0 settled before"),
        (
            [done(retry_from=str(FIRST + 3))],
            f"not done: reported from {FIRST + 3} on, to be delivered again",
        ),
        ([done(retry_from=str(FIRST))], f"not done: reported from {FIRST} on, to be delivered again"),
        (["[ERROR] ValueError: no\nTraceback"], "failed: [ERROR] ValueError: no"),
        (["2026 r Task timed out after 3.00 seconds"], "failed: Task timed out after 3.00 seconds"),
        (["RequestId: r Error: Runtime exited"], "failed: RequestId: r Error: Runtime exited"),
        (["hello"], "no end in the log (it runs, or was killed)"),
    ],
)
def test_how_a_batch_ended_for_a_record(texts: list[str], end: str) -> None:
    """What is reported from a record on counts for it and all behind it; those in front are done."""
    assert ending(lines(*texts), NUMBER) == end
