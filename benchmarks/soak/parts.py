"""The measurements of `make soak`, each with streams and functions of its own."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import batched
from pathlib import Path
from statistics import median

from benchmarks.bed import EmbeddedBed
from benchmarks.measure import ENTRIES, PATIENCE, Way, wait
from benchmarks.peer import sides
from tailrace.moving import EmulatorClock

KEPT = Path(__file__).with_name("kept")
STREAMS, WATCHED = 100, 10.0  # the shards that an account has by default
FUNCTIONS, SHARDS, EVENTS, ROUNDS = 10, 64, 10_000, 3
TENTHS, TENTH = 10, 10_000
DAYS, STEP, STEP_EVENTS, KEYS = 4, 300, 200, 500
STEPS, HOUR = 86_400 // STEP, 3_600 // STEP
A_DAY = 1.5
"""MiB that a day of 57,600 events in 864 batches may add: log lines, metrics, what is told of batches."""
REST = 6.0
"""Seconds after which threads that had something to do have ended."""


@dataclass(frozen=True)
class Figure:
    """What was found, and the bound that it is to keep (`least` or `most`)."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def kept(self) -> bool:
        """Tell whether it keeps its bound."""
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )


def idle(bed: EmbeddedBed) -> Iterator[Figure]:
    """Measure what a hundred streams with a mapping each cost while nothing is put."""
    functions, kinesis = bed.target.client("lambda"), bed.target.client("kinesis")
    names = [f"soak-idle-{number}" for number in range(1, STREAMS)]
    with ExitStack() as made:
        first = made.enter_context(sides.stream(bed.target, "soak-idle", 1))
        made.enter_context(sides.plain(bed.target, first, "soak-idle"))
        single = _cpu(bed)
        for name in names:
            kinesis.create_stream(StreamName=name, ShardCount=1)
            made.callback(kinesis.delete_stream, StreamName=name)
        for name in names:
            kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
            arn = first.replace("soak-idle", name)
            mapping = functions.create_event_source_mapping(
                FunctionName="soak-idle", EventSourceArn=arn, StartingPosition="TRIM_HORIZON"
            )["UUID"]
            made.callback(functions.delete_event_source_mapping, UUID=mapping)
        many = _cpu(bed)
    yield Figure("CPU of the emulator, one idle mapping", single, "% of a core")
    yield Figure(f"CPU of the emulator, {STREAMS} of them", many, "% of a core", most=single + 2)


def fans(bed: EmbeddedBed) -> Iterator[Figure]:
    """Measure ten functions on one stream beside one function."""
    with ExitStack() as made:
        arn = made.enter_context(sides.stream(bed.target, "soak-one"))
        one = made.enter_context(sides.plain(bed.target, arn, "soak-one"))
        sides.rate(one, 1_000)
        usual = sides.rate(one, EVENTS)
    yield Figure("events/s, one function, 2 shards", usual, "")
    with ExitStack() as made:
        arn = made.enter_context(sides.stream(bed.target, "soak-many"))
        ways = [
            made.enter_context(sides.plain(bed.target, arn, f"soak-many-{number}"))
            for number in range(FUNCTIONS)
        ]
        every = _all(ways, sides.events(1_000)) and _all(ways, sides.events(EVENTS // FUNCTIONS))
    ratio = EVENTS / every / usual
    yield Figure(f"deliveries/s, {FUNCTIONS} functions on a stream, to one function's", ratio, "", least=0.6)


def wide(bed: EmbeddedBed) -> Iterator[Figure]:
    """Measure a stream of 64 shards beside one of two, whose batches are as small as those of the 64 are.

    A put of 500 records leaves eight in each of the 64 shards.
    """
    rates: dict[int, list[float]] = {}
    seconds: dict[int, list[float]] = {}
    with ExitStack() as made:
        ways = {}
        for shards, batch in ((2, ENTRIES // SHARDS + 1), (SHARDS, sides.BATCH)):
            name = f"soak-wide-{shards}"
            arn = made.enter_context(sides.stream(bed.target, name, shards))
            ways[shards] = made.enter_context(sides.plain(bed.target, arn, name, batch=batch))
            sides.rate(ways[shards], EVENTS // 2)
        for shards in [*ways] * ROUNDS:
            before = bed.cpu()
            rates.setdefault(shards, []).append(sides.rate(ways[shards], EVENTS // 2))
            seconds.setdefault(shards, []).append(bed.cpu() - before)
    yield Figure("events/s, 2 shards, batches of 8", median(rates[2]), "")
    ratio = median(rates[SHARDS]) / median(rates[2])
    yield Figure(f"events/s, {SHARDS} shards, to those", ratio, "", least=0.6)
    ratio = median(seconds[SHARDS]) / median(seconds[2])
    yield Figure(
        f"CPU of the emulator and its functions, {SHARDS} shards, to that of those", ratio, "", most=2
    )


def tenths(bed: EmbeddedBed, way: Way, name: str) -> Iterator[Figure]:
    """Put 100,000 events into one stream, a tenth at a time: none may be much slower than the others.

    Nor take much more CPU, which tells the same on a machine that does something else too.
    """
    sides.rate(way, 1_000)
    rates, seconds = [], []
    for _ in range(TENTHS):
        before = bed.cpu()
        rates.append(sides.rate(way, TENTH))
        seconds.append(bed.cpu() - before)
    middle = median(rates)
    yield Figure(f"{TENTHS * TENTH:,} events, {name}: events/s", middle, "")
    yield Figure("the slowest tenth, to the median", min(rates) / middle, "", least=0.85)
    dearest = max(seconds) / median(seconds)
    yield Figure("CPU of the dearest tenth, to the median", dearest, "", most=1 / 0.85)


def days(bed: EmbeddedBed) -> Iterator[Figure]:
    """Let four days pass, with events every five minutes: from the third one on memory stays what it is.

    The first day fills the stream's 24 hours of retention, and the second what is not packed yet.
    """
    clock, used = EmulatorClock(bed.target.endpoint or ""), []
    with ExitStack() as made:
        arn = made.enter_context(sides.stream(bed.target, "soak-day"))
        way = made.enter_context(sides.plain(bed.target, arn, "soak-day", KEPT))
        for step in range(DAYS * STEPS):
            _put_numbers(way, range(step * STEP_EVENTS, (step + 1) * STEP_EVENTS))
            clock.advance(STEP)
            used.append(bed.own())
    before, after = (median(used[day * STEPS - HOUR : day * STEPS]) for day in (2, DAYS))
    yield Figure("memory after two days", before, "MiB that no file holds")
    yield Figure("what each of the next two adds", (after - before) / 2, "MiB", most=A_DAY)


def _put_numbers(way: Way, numbers: range) -> None:
    """Put events with these numbers, and wait until the newest of each key is stored."""
    kinesis = way.target.client("kinesis")
    entries = [{"key": f"k{n % KEYS}", "number": n} for n in numbers]
    kinesis.put_records(
        StreamName=way.stream,
        Records=[{"Data": json.dumps(each).encode(), "PartitionKey": str(each["key"])} for each in entries],
    )
    wanted = {str(each["key"]): str(each["number"]) for each in entries}
    until = time.monotonic() + PATIENCE
    for part in batched(wanted, 100):
        newest = {key: wanted[key] for key in part}
        wait(until, partial(_has, way, newest), f"the newest of {len(part)} keys is")


def _has(way: Way, newest: Mapping[str, str]) -> bool:
    """Tell whether a table has these numbers by their keys."""
    found = way.target.client("dynamodb").batch_get_item(
        RequestItems={
            way.table: {"Keys": [{"eventId": {"S": key}} for key in newest], "ConsistentRead": True}
        }
    )
    return newest == {each["eventId"]["S"]: each["number"]["N"] for each in found["Responses"][way.table]}


def _all(ways: Sequence[Way], events: Sequence[sides.Padded]) -> float:
    """Put events once, and return the seconds until every function has stored all of them."""
    kinesis, before = ways[0].target.client("kinesis"), [way.stored() for way in ways]
    began = time.monotonic()
    for request in batched(events, ENTRIES):
        kinesis.put_records(
            StreamName=ways[0].stream,
            Records=[{"Data": event.data, "PartitionKey": event.key} for event in request],
        )
    for way, had in zip(ways, before, strict=True):
        wait(began + PATIENCE, partial(_holds, way, had + len(events)), f"all {len(events):,} events are")
    return time.monotonic() - began


def _holds(way: Way, items: int) -> bool:
    """Tell whether a table has so many items."""
    return way.stored() >= items


def _cpu(bed: EmbeddedBed) -> float:
    """Return what the emulator's processes take while nothing happens, in percent of a core."""
    time.sleep(REST)
    before, began = bed.cpu(), time.monotonic()
    time.sleep(WATCHED)
    return 100 * (bed.cpu() - before) / (time.monotonic() - began)
