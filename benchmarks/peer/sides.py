"""What is measured: a stream that ends in a table, on one emulator or the other, and the events for it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched, count, islice
from pathlib import Path

from benchmarks.measure import ENTRIES, Way
from bootstrap.package import pack
from bootstrap.target import Target
from producer.generate import generated
from tailrace.stream.event import Event

PLAIN = Path(__file__).with_name("plain")
NAME = "bench-plain"
SHARDS, BATCH, BYTES = 2, 100, 348
MEMORY = 512  # MiB of the function, as in the pipeline's template
_runs = count(int(time.time()))


@dataclass(frozen=True)
class Padded:
    """An event of exactly `BYTES` bytes."""

    event_id: str
    key: str
    data: bytes


def events(number: int) -> list[Padded]:
    """Invent events that no run had before."""
    return [_padded(event.event_id or "", event.key, event.data) for event in islice(_fresh(), number)]


def rate(way: Way, number: int) -> float:
    """Put so many events as one client, wait until all are in the table, return events a second."""
    return number / way.seconds([*batched(events(number), ENTRIES)])


@contextmanager
def stream(target: Target, name: str = NAME, shards: int = SHARDS) -> Iterator[str]:
    """Make a stream and give its ARN; remove it afterwards."""
    kinesis = target.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    try:
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        yield kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    finally:
        kinesis.delete_stream(StreamName=name)


@contextmanager
def plain(
    target: Target, source: str, name: str = NAME, code: Path = PLAIN, batch: int = BATCH
) -> Iterator[Way]:
    """Make a table, the plain function and its mapping from a stream; remove them afterwards."""
    dynamodb, functions = target.client("dynamodb"), target.client("lambda")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "eventId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "eventId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    files = {path.name: path.read_bytes() for path in code.glob("*.py")}
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="entry.lambda_handler",
        Role=f"arn:aws:iam::{target.account}:role/{name}",
        MemorySize=MEMORY,
        Timeout=60,
        Environment={"Variables": {"TABLE": name}},
        Code={"ZipFile": pack(files).content},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    mapping = functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=source, StartingPosition="TRIM_HORIZON", BatchSize=batch
    )["UUID"]
    try:
        yield Way(target, source.rpartition("/")[2], name)
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        functions.delete_function(FunctionName=name)
        dynamodb.delete_table(TableName=name)


def _fresh() -> Iterator[Event]:
    return generated(next(_runs), datetime.now(UTC))


def _padded(event_id: str, key: str, data: bytes) -> Padded:
    bare = json.loads(data) | {"referrer": ""}
    short = BYTES - len(json.dumps(bare).encode())
    return Padded(event_id, key, json.dumps(bare | {"referrer": "-" * short}).encode())
