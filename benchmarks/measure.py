"""What is measured of a deployed stack: events a second, latency of one event, calls for each thousand."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched, islice
from statistics import quantiles

from benchmarks.bed import Bed
from bootstrap.stacks import Stack
from bootstrap.target import Target
from producer.generate import generated
from tailrace.stream.event import Event

ENTRIES = 500  # of a PutRecords request
PATIENCE = 300.0  # seconds until a run is given up
POLL = 0.02
COUNTED = ("dynamodb", "cloudwatch")


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


def throughput(bed: Bed, stack: Stack, events: int) -> Throughput:
    """Put so many events as fast as one client can, and wait until every one is stored."""
    kinesis = bed.target.client("kinesis")
    before = stored(bed.target, stack)
    said = len(bed.requests())
    began = time.monotonic()
    for batch in batched(islice(fresh(), events), ENTRIES):
        answer = kinesis.put_records(
            StreamName=stack.outputs["StreamName"],
            Records=[{"Data": event.data, "PartitionKey": event.key} for event in batch],
        )
        if answer["FailedRecordCount"]:
            raise BenchError(f"{answer['FailedRecordCount']} of {len(batch)} entries were refused")
    watched = 0
    while (there := stored(bed.target, stack) - before) < events:
        watched += 1
        if time.monotonic() - began > PATIENCE:
            raise BenchError(f"{there} of {events} events are stored after {PATIENCE:.0f} s")
        time.sleep(POLL)
    seconds = time.monotonic() - began
    return Throughput(events, seconds, calls(bed, said))


def stored(target: Target, stack: Stack) -> int:
    """Return how many items the results table holds (DynamoDB Local counts them as they come)."""
    table = target.client("dynamodb").describe_table(TableName=stack.outputs["TableName"])
    return table["Table"]["ItemCount"]


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


def latency(target: Target, stack: Stack, events: int) -> list[float]:
    """Put one event at a time on an idle pipeline; return the milliseconds until each is stored, sorted."""
    kinesis, dynamodb = target.client("kinesis"), target.client("dynamodb")
    taken = []
    for event in islice(fresh(), events):
        began = time.perf_counter()
        kinesis.put_record(StreamName=stack.outputs["StreamName"], Data=event.data, PartitionKey=event.key)
        while not dynamodb.query(
            TableName=stack.outputs["TableName"],
            KeyConditionExpression="eventId = :id",
            ExpressionAttributeValues={":id": {"S": event.event_id or ""}},
            Select="COUNT",
        )["Count"]:
            if time.perf_counter() - began > PATIENCE:
                raise BenchError(f"an event is not stored after {PATIENCE:.0f} s")
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(POLL)  # so that the pipeline is idle again
    return sorted(taken)


def percentiles(values: list[float]) -> dict[str, float]:
    """Return the median, the 95th and the 99th percentile.

    >>> percentiles([float(value) for value in range(1, 101)])["p50"]
    50.5
    """
    cut = quantiles(values, n=100, method="inclusive")
    return {"p50": cut[49], "p95": cut[94], "p99": cut[98]}
