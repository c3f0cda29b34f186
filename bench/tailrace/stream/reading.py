"""A stream's shards, read page by page within AWS's limits: five reads a second of each.

Reading takes nothing away and disturbs only who reads the same shard at the same time (Lambda does, once a
second): what is throttled waits, and goes on where it was.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from tailrace.stream.errors import NoSuchStreamError, StreamError
from tailrace.stream.failures import Meaning, meaning, said

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

INTERVAL = 0.25
"""Seconds between two reads of one shard: four a second, so that another reader has its one."""
PATIENCE = 60.0
"""Seconds for which a read is tried again."""
FIRST_BACKOFF, LONGEST_BACKOFF = 0.25, 5.0
MOST = 10_000
"""Records in one page."""


class StreamRecord(NamedTuple):
    """A record as the stream gives it."""

    sequence_number: str
    partition_key: str
    data: bytes
    arrival: float
    """When the stream took it, epoch seconds."""


class ReadPage(NamedTuple):
    """One answer."""

    records: list[StreamRecord]
    behind: int
    """Milliseconds that the place behind it is behind the shard's newest record."""
    ended: bool
    """Whether the shard was closed, and this is its end."""


@dataclass(frozen=True)
class Clock:
    """The time, in seconds that never jump, and waiting."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    chance: Random = field(default_factory=Random)


@dataclass(frozen=True)
class ListedShard:
    """A shard as ListShards describes it."""

    id: str
    parents: tuple[str, ...]
    first: int
    """Its sequence numbers begin here."""
    last: int | None
    """A closed shard's end here."""

    def may_hold(self, sequence_number: str) -> bool:
        """Tell whether a record of this number can stand in it."""
        return self.first <= int(sequence_number) and (self.last is None or int(sequence_number) <= self.last)


def shards(kinesis: "KinesisClient", stream: str) -> list[ListedShard]:
    """Return the stream's shards, open and closed, parents before their children."""
    found = {}
    try:
        pages = kinesis.get_paginator("list_shards").paginate(StreamName=stream)
        for page in pages:
            for each in page["Shards"]:
                parents = (each.get("ParentShardId"), each.get("AdjacentParentShardId"))
                numbers = each["SequenceNumberRange"]
                last = numbers.get("EndingSequenceNumber")
                found[each["ShardId"]] = ListedShard(
                    each["ShardId"],
                    tuple(parent for parent in parents if parent),
                    int(numbers["StartingSequenceNumber"]),
                    int(last) if last else None,
                )
    except kinesis.exceptions.ResourceNotFoundException:
        raise NoSuchStreamError(f"There is no stream {stream} here.") from None
    # A shard is older than its children, and its id smaller.
    return [found[shard_id] for shard_id in sorted(found)]


@dataclass(frozen=True)
class Start:
    """Where reading begins: GetShardIterator's type, and what belongs to it."""

    kind: str
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def oldest(cls) -> "Start":
        """Begin at the oldest record that is retained."""
        return cls("TRIM_HORIZON")

    @classmethod
    def at(cls, moment: datetime) -> "Start":
        """Begin at the first record that arrived then or later."""
        return cls("AT_TIMESTAMP", {"Timestamp": moment})

    @classmethod
    def record(cls, sequence_number: str) -> "Start":
        """Begin at this record; at the oldest one that is retained if it is not any more."""
        return cls("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": sequence_number})

    @classmethod
    def after(cls, sequence_number: str) -> "Start":
        """Begin at the record behind this one."""
        return cls("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": sequence_number})


class Cursor:
    """A place in a shard. Each read gives what stands behind it, and moves it on."""

    def __init__(
        self, kinesis: "KinesisClient", stream: str, shard_id: str, start: Start, clock: Clock | None = None
    ) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._shard_id = shard_id
        self._start = start
        self._clock = clock or Clock()
        self._iterator: str | None = None
        self._next_read = float("-inf")

    def read(self, limit: int = MOST) -> ReadPage:
        """Return the next page; wait for its turn, and while the stream is throttled or out of reach.

        Raises `StreamError` if that lasts for `PATIENCE` seconds, and what else AWS refuses as it comes.
        """
        clock, tries = self._clock, 0
        gives_up = clock.now() + PATIENCE
        while True:
            clock.wait(max(0.0, self._next_read - clock.now()))
            try:
                return self._read(limit)
            except (ClientError, BotoCoreError) as error:
                if _expired(error):
                    self._iterator = None
                    continue
                if meaning(error) is not Meaning.PASSES:
                    raise
                if clock.now() >= gives_up:
                    raise StreamError(f"{self._shard_id} cannot be read: {said(error)}") from error
                bound = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** min(tries, 10))
                tries += 1
                self._next_read = clock.now() + INTERVAL + clock.chance.uniform(0, bound)

    def _read(self, limit: int) -> ReadPage:
        if self._iterator is None:
            asked: Any = {"ShardIteratorType": self._start.kind, **self._start.more}
            self._iterator = self._kinesis.get_shard_iterator(
                StreamName=self._stream, ShardId=self._shard_id, **asked
            )["ShardIterator"]
        self._next_read = self._clock.now() + INTERVAL
        answer = self._kinesis.get_records(ShardIterator=self._iterator, Limit=limit)
        records = [
            StreamRecord(
                each["SequenceNumber"],
                each["PartitionKey"],
                each["Data"],
                each["ApproximateArrivalTimestamp"].timestamp(),
            )
            for each in answer["Records"]
        ]
        if records:
            self._start = Start.after(records[-1].sequence_number)
        self._iterator = answer.get("NextShardIterator")
        return ReadPage(records, answer.get("MillisBehindLatest", 0), ended=not self._iterator)

    def to_its_end(self) -> Iterator[list[StreamRecord]]:
        """Give page after page, until nothing newer is there."""
        while True:
            page = self.read()
            yield page.records
            if page.ended or page.behind == 0:
                return


def _expired(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == "ExpiredIteratorException"


def between(cursor: Cursor, last: str) -> Iterator[StreamRecord]:
    """Give the records behind the cursor up to the one of this sequence number."""
    end = int(last)
    while True:
        page = cursor.read()
        for record in page.records:
            if int(record.sequence_number) > end:
                return
            yield record
            if int(record.sequence_number) == end:
                return
        if page.ended or (not page.records and page.behind == 0):
            return


def find(kinesis: "KinesisClient", stream: str, sequence_number: str) -> tuple[str, StreamRecord] | None:
    """Return a record and its shard's id by its sequence number; None if it is not in the stream any more."""
    for shard in shards(kinesis, stream):
        if shard.may_hold(sequence_number):
            try:
                cursor = Cursor(kinesis, stream, shard.id, Start.record(sequence_number))
                page = cursor.read(1)
            except kinesis.exceptions.InvalidArgumentException:  # the number is another shard's, or no one's
                continue
            if page.records and page.records[0].sequence_number == sequence_number:
                return shard.id, page.records[0]
    return None
