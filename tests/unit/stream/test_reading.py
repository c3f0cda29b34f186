from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.stream.errors import StreamError
from tailrace.stream.reading import INTERVAL, PATIENCE, Clock, Cursor, Start, between, find

pytestmark = pytest.mark.unit
THROTTLED = "ProvisionedThroughputExceededException"


def refused(code: str) -> ClientError:
    """Return AWS's refusal of a read."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetRecords")


class Stream:
    """A stream of one shard, whose records are numbered from 0; `faults` befall the reads, in order."""

    class exceptions:  # noqa: N801  botocore's name
        """Its errors."""

        InvalidArgumentException = type("InvalidArgumentException", (Exception,), {})
        ResourceNotFoundException = type("ResourceNotFoundException", (Exception,), {})

    def __init__(self, count: int, *, page: int = 3, closed: bool = False, trimmed: int = 0) -> None:
        self.count, self.page, self.closed, self.trimmed = count, page, closed, trimmed
        self.faults: list[Exception] = []
        self.asked: list[dict[str, Any]] = []
        self.reads: list[float] = []
        self.now = 0.0

    def clock(self) -> Clock:
        """Return a clock that only waiting moves."""

        def wait(seconds: float) -> None:
            self.now += seconds

        return Clock(lambda: self.now, wait, Random(1))  # noqa: S311  spreads retries

    def get_shard_iterator(self, **asked: Any) -> dict[str, str]:  # noqa: ANN401  the request's members
        """GetShardIterator."""
        self.asked.append(asked)
        number = int(asked.get("StartingSequenceNumber", 0))
        begin = {"AFTER_SEQUENCE_NUMBER": number + 1, "AT_SEQUENCE_NUMBER": number}
        return {"ShardIterator": str(max(self.trimmed, begin.get(asked["ShardIteratorType"], 0)))}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803  AWS's names
        """GetRecords."""
        self.reads.append(self.now)
        if self.faults:
            raise self.faults.pop(0)
        begin = int(ShardIterator)
        end = min(self.count, begin + min(self.page, Limit))
        records = [
            {
                "SequenceNumber": str(n),
                "PartitionKey": "k",
                "Data": b"%d" % n,
                "ApproximateArrivalTimestamp": datetime.fromtimestamp(n, UTC),
            }
            for n in range(begin, end)
        ]
        answer: dict[str, Any] = {"Records": records, "MillisBehindLatest": (self.count - end) * 1000}
        return answer if self.closed and end == self.count else {**answer, "NextShardIterator": str(end)}


def cursor(stream: Stream, start: Start | None = None) -> Cursor:
    """Return a cursor on the stream's shard."""
    client: Any = stream
    return Cursor(client, "s", "shardId-000000000000", start or Start.oldest(), stream.clock())


def everything(of: Cursor) -> list[int]:
    """Read to the end."""
    return [int(taken.sequence_number) for page in of.to_its_end() for taken in page]


@pytest.mark.parametrize("closed", [False, True])
def test_a_shard_is_read_to_its_end(closed: bool) -> None:  # noqa: FBT001  two cases
    """Every record comes once, in order, and reading ends where nothing newer is."""
    assert everything(cursor(Stream(10, closed=closed))) == list(range(10))


def test_reads_keep_their_distance() -> None:
    """A shard is read four times a second at most: another reader keeps one of AWS's five."""
    stream = Stream(10)
    everything(cursor(stream))
    assert [later - read for read, later in zip(stream.reads, stream.reads[1:], strict=False)] == [
        INTERVAL
    ] * 3


def test_what_is_throttled_goes_on_where_it_was() -> None:
    """Throttling and broken connections cost time, and no record."""
    stream = Stream(10)
    stream.faults = [refused(THROTTLED), refused("InternalFailure"), refused(THROTTLED)]
    assert everything(cursor(stream)) == list(range(10))
    assert len(stream.asked) == 1
    assert min(later - read for read, later in zip(stream.reads, stream.reads[1:], strict=False)) >= INTERVAL


def test_an_iterator_that_expired_is_made_anew() -> None:
    """Reading goes on behind the last record that came; at its beginning it begins again."""
    stream = Stream(10)
    of = cursor(stream)
    stream.faults = [refused("ExpiredIteratorException")]
    first = of.read()
    stream.faults = [refused("ExpiredIteratorException")]
    second = of.read()
    assert [taken.sequence_number for taken in (*first.records, *second.records)] == [
        str(n) for n in range(6)
    ]
    assert [asked["ShardIteratorType"] for asked in stream.asked] == [
        "TRIM_HORIZON",
        "TRIM_HORIZON",
        "AFTER_SEQUENCE_NUMBER",
    ]


def test_patience_ends() -> None:
    """A shard that is throttled for a minute is given up with AWS's reason; no permission is told at once."""
    stream = Stream(10)
    stream.faults = [refused(THROTTLED)] * 1000
    with pytest.raises(StreamError, match=r"shardId-000000000000 cannot be read: Provisioned.*: no"):
        cursor(stream).read()
    assert PATIENCE <= stream.now < PATIENCE + 10
    stream.faults = [refused("AccessDeniedException")]
    with pytest.raises(ClientError):
        cursor(stream).read()


@pytest.mark.parametrize(
    ("first", "last", "trimmed", "found"),
    [
        (2, 7, 0, [2, 3, 4, 5, 6, 7]),
        (4, 4, 0, [4]),
        (2, 7, 5, [5, 6, 7]),
        (2, 4, 8, []),
        (28, 32, 0, [28, 29]),
    ],
)
def test_a_range_is_read_back(first: int, last: int, trimmed: int, found: list[int]) -> None:
    """Both ends are included; what is trimmed or not there is missing; nothing outside of it is given."""
    stream = Stream(30, trimmed=trimmed)
    of = cursor(stream, Start.record(str(first)))
    assert [int(taken.sequence_number) for taken in between(of, str(last))] == found
    assert len(stream.reads) <= 2 + len(found) // stream.page  # and not the rest of the shard


class Sharded(Stream):
    """The same, with a description of its shards; numbers from 10 on are none of theirs."""

    def get_paginator(self, _: str) -> "Sharded":
        """ListShards."""
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        """Give its page."""
        ranges = {"a": ("0", "4"), "b": ("5", None)}
        return [
            {
                "Shards": [
                    {
                        "ShardId": shard,
                        "SequenceNumberRange": {
                            "StartingSequenceNumber": begin,
                            **({"EndingSequenceNumber": end} if end else {}),
                        },
                    }
                    for shard, (begin, end) in ranges.items()
                ]
            }
        ]


@pytest.mark.parametrize(
    ("number", "trimmed", "shard"), [("3", 0, "a"), ("7", 0, "b"), ("12", 0, None), ("7", 8, None)]
)
def test_a_record_is_found_by_its_number(number: str, trimmed: int, shard: str | None) -> None:
    """It is asked for in the one shard that can hold it; a neighbour is not taken for it."""
    client: Any = Sharded(10, trimmed=trimmed)
    found = find(client, "s", number)
    assert (found[0] if found else None) == shard
    assert {asked["ShardId"] for asked in client.asked} == {"a" if number == "3" else "b"}
