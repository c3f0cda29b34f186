"""What is measured of a deployed stack: events a second, latency of one event, calls for each thousand."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import batched, islice
from statistics import quantiles
from typing import TYPE_CHECKING, Protocol

from benchmarks.bed import Bed
from bootstrap.stacks import Stack
from bootstrap.target import Target
from producer.generate import generated
from tailrace.stream.event import Event

if TYPE_CHECKING:
    from types_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

ENTRIES = 500  # of a PutRecords request
PATIENCE = 300.0  # seconds until a run is given up
POLL = 0.005  # a run of 2,000 events takes 200 ms
IDLE = 0.01  # seconds after which a pipeline that has stored one event is idle again
COUNTED = ("dynamodb", "cloudwatch")


class Sent(Protocol):
    """An event as it is sent."""

    @property
    def event_id(self) -> str | None:
        """Its identity, by which it is found in the table."""
        ...

    @property
    def key(self) -> str:
        """Its partition key."""
        ...

    @property
    def data(self) -> bytes:
        """Its bytes."""
        ...


class BenchError(Exception):
    """A run did not come to its end; the message says how far it came."""


@dataclass(frozen=True)
class Throughput:
    """One run: events, seconds from the first put to the last event stored, calls by `service.Operation`."""

    events: int
    seconds: float
    calls: Counter[str]

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def calls_per_thousand(self) -> float:
        """Calls of the function to DynamoDB and CloudWatch for 1,000 events."""
        return sum(self.calls.values()) * 1000 / self.events


def fresh() -> Iterator[Event]:
    """Give events that no run had before."""
    now = datetime.now(UTC)
    return generated(int(now.timestamp()), now)


@dataclass(frozen=True)
class Way:
    """One way from a stream to a table."""

    target: Target
    stream: str
    table: str

    def seconds(self, requests: Sequence[Sequence[Sent]]) -> float:
        """Put requests as one client; return the seconds until every event is in the table.

        A shard's records are written in order, so the last of each shard is waited for: to ask for one item
        costs the emulator little. To count all takes it the longer the more there are, so that is done once
        before and once after.
        """
        kinesis, before = self.target.client("kinesis"), self.stored()
        last: dict[str, str] = {}
        began = time.monotonic()
        for request in requests:
            entries: list[PutRecordsRequestEntryTypeDef] = [
                {"Data": event.data, "PartitionKey": event.key} for event in request
            ]
            answer = kinesis.put_records(StreamName=self.stream, Records=entries)
            if answer["FailedRecordCount"]:
                raise BenchError(f"{answer['FailedRecordCount']} of {len(request)} entries were refused")
            last |= {
                record["ShardId"]: event.event_id or ""
                for event, record in zip(request, answer["Records"], strict=True)
            }
        until = began + PATIENCE
        for event_id in last.values():
            wait(until, partial(self.readable, event_id), f"the event {event_id} is")
        ended = time.monotonic()
        events = sum(map(len, requests))
        if self.stored() - before < events:  # so they were not written in order
            wait(until, lambda: self.stored() - before >= events, f"all {events:,} events are")
            ended = time.monotonic()
        return ended - began

    def stored(self) -> int:
        """Return how many items the table holds; emulators count them as they come."""
        return self.target.client("dynamodb").describe_table(TableName=self.table)["Table"]["ItemCount"]

    def readable(self, event_id: str) -> bool:
        """Tell whether an event can be read from the table."""
        found = self.target.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression="eventId = :id",
            ExpressionAttributeValues={":id": {"S": event_id}},
            Select="COUNT",
        )
        return bool(found["Count"])

    def milliseconds(self, event: Sent) -> float:
        """Put one event, and return the milliseconds until it can be read from the table."""
        kinesis = self.target.client("kinesis")
        began = time.perf_counter()
        kinesis.put_record(StreamName=self.stream, Data=event.data, PartitionKey=event.key)
        while not self.readable(event.event_id or ""):
            if time.perf_counter() - began > PATIENCE:
                raise BenchError(f"an event is not stored after {PATIENCE:.0f} s")
        return (time.perf_counter() - began) * 1000


def pipeline(target: Target, stack: Stack) -> Way:
    """Return the reference pipeline's way."""
    return Way(target, stack.outputs["StreamName"], stack.outputs["TableName"])


def wait(until: float, holds: Callable[[], bool], what: str) -> None:
    """Wait until that holds; the longer it takes, the less often it is asked: to a hundredth of the time."""
    while not holds():
        left = until - time.monotonic()
        if left < 0:
            raise BenchError(f"{what} not stored after {PATIENCE:.0f} s")
        time.sleep(max(POLL, (PATIENCE - left) / 100))


def throughput(bed: Bed, stack: Stack, events: int) -> Throughput:
    """Put so many events as fast as one client can, and wait until every one is stored."""
    said = len(bed.requests())
    requests = [*batched(islice(fresh(), events), ENTRIES)]
    seconds = pipeline(bed.target, stack).seconds(requests)
    return Throughput(events, seconds, calls(bed, said))


def calls(bed: Bed, since: int) -> Counter[str]:
    """Count the function's calls that the emulator logged since then; the bench's own are left out."""
    said = Counter(bed.requests()[since:])
    return Counter(
        {
            name: count
            for name, count in said.items()
            if name.startswith(COUNTED) and not name.endswith((".DescribeTable", ".Query"))
        }
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th and the 99th percentile.

    >>> percentiles([float(value) for value in range(1, 101)])["p50"]
    50.5
    """
    cut = quantiles(values, n=100, method="inclusive")
    return {"p50": cut[49], "p95": cut[94], "p99": cut[98]}
