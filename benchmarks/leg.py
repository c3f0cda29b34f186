"""`make bench-leg`: what a record costs in the streaming leg itself: microseconds of CPU, bytes of memory.

Without an emulator: the engine and the rules as they are loaded into it, on one thread, the best of several
rounds. Data and key are not counted as memory: they are the sender's.
"""

import json
import sys
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tailrace.kinesis.engine import Draft, Engine, Record
from tailrace.kinesis.hashkeys import hash_key
from tailrace.kinesis.settings import KinesisSettings
from tailrace.kinesis.shards import Entry
from tailrace.mapping.event import Source, event
from tailrace.mapping.filters import record_filter

ROUNDS = 7
RECORDS = 20_000
NOW = 1_789_780_000.0
MICROSECONDS = 1e6

DATA = {
    "eventType": "purchase",
    "price": 11,
    "userId": "u-17",
    "tags": ["a", "b"],
    "when": "2026-01-01",
}
PATTERNS = {
    "one value": {"data": {"eventType": ["purchase"]}},
    "three conditions": {
        "data": {"eventType": ["purchase"], "price": [{"numeric": [">", 10]}], "userId": [{"prefix": "u-"}]}
    },
    "metadata": {"partitionKey": [{"prefix": "k"}]},
    "a wildcard": {"data": {"userId": [{"wildcard": "u-*7"}]}},
    "alternatives": {"data": {"$or": [{"price": [{"numeric": ["<", 5]}]}, {"eventType": ["purchase"]}]}},
}


class Figure(NamedTuple):
    """A figure, and the bound that it is meant to keep."""

    what: str
    value: float
    unit: str
    bound: float | None = None


def best(work: Callable[[], object], records: int) -> float:
    """Give the microseconds of CPU that one record takes, at best."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return min(times) / records * MICROSECONDS


def small_records(number: int) -> list[Entry]:
    """Make records of a short key and ten bytes."""
    return [Entry(f"k{n}", b64encode(b"x" * 10).decode(), hash_key(f"k{n}")) for n in range(number)]


def filters() -> list[Figure]:
    """Measure what a record costs that passes a filter, its data's JSON read included."""
    data = b64encode(json.dumps(DATA).encode()).decode()
    record = Record("4" * 56, "k1", data, NOW)
    found = []
    for name, pattern in PATTERNS.items():
        accepts = record_filter([json.dumps(pattern)])

        def work(accepts: Callable[[Record], bool] = accepts) -> None:
            for _ in range(RECORDS):
                accepts(record)

        if not accepts(record):
            sys.exit(f"the pattern {pattern} does not match what it is measured with")
        found.append(Figure(f"filter: {name}", best(work, RECORDS), "us", 5.0))
    return found


def engine() -> list[Figure]:
    """Measure putting, reading, and an event of a hundred records."""
    made = Engine(b"secret", KinesisSettings(0.0))
    entries, names = small_records(RECORDS), count()

    def put() -> None:
        stream = made.create(Draft(f"s{next(names)}", "0" * 12, "us-east-1", 4), NOW)
        for start in range(0, RECORDS, 500):
            stream.put(entries[start : start + 500], NOW)

    stream = made.create(Draft("read", "0" * 12, "us-east-1"), NOW)
    stream.put(entries, NOW)
    [shard] = stream.shards.values()
    records = shard.read(0, 100).records
    source = Source(stream.arn, "us-east-1", shard.shard_id, "arn:aws:iam::000000000000:role/r")
    return [
        Figure("put", best(put, RECORDS), "us"),
        Figure("read", best(lambda: [shard.read(p, 500) for p in range(0, RECORDS, 500)], RECORDS), "us"),
        Figure("event", best(lambda: [event(source, records) for _ in range(50)], 50 * 100), "us"),
    ]


def memory() -> Figure:
    """Measure the memory that a small record takes in a shard, beside its key and its data."""
    stream = Engine(b"secret", KinesisSettings(0.0)).create(Draft("s", "0" * 12, "us-east-1"), NOW)
    entries = small_records(RECORDS)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for start in range(0, RECORDS, 500):
        stream.put(entries[start : start + 500], NOW)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    contents = sum(sys.getsizeof(entry.partition_key) + sys.getsizeof(entry.data) for entry in entries)
    return Figure("memory of a small record, all told", (after - before + contents) / RECORDS, "bytes", 276.0)


def main() -> int:
    """Measure all, print it, and fail if a bound is not kept."""
    table = Table("what", "figure", "bound", title="one record in the streaming leg")
    figures = [*filters(), *engine(), memory()]
    for figure in figures:
        bound = "" if figure.bound is None else f"{figure.bound:g} {figure.unit}"
        table.add_row(figure.what, f"{figure.value:.1f} {figure.unit}", bound)
    Console().print(table)
    return int(any(figure.bound is not None and figure.value > figure.bound for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
