"""Invoking functions in each family of runtimes: the first time, one by one, four at once, after a pause.

Four at once in two ways: four callers by Invoke, and the four lanes of a mapping with batches of one record.
"""

import http.client
import io
import json
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import batched
from threading import Event
from urllib.parse import urlsplit

from rich.table import Table

from benchmarks.measure import ENTRIES, PATIENCE, BenchError
from bootstrap.target import Target
from tailrace.control.own_api import ask

ROLE = "arn:aws:iam::000000000000:role/bench"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/{}/lambda/aws4_request, SignedHeaders=host, Signature=0"
MANY, SINGLE, PAUSE = 1_000, 20, 0.3
AT_ONCE, RECORDS, WARMING = 4, 4_000, 200
POLL = 0.05
MAPPINGS = "/_tailrace/mappings"
BOOTSTRAP = """#!/usr/bin/env python3
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    asked = api.getresponse()
    event, request_id = asked.read(), asked.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", "/2018-06-01/runtime/invocation/" + request_id + "/response", event)
    api.getresponse().read()
"""
SOURCES = {
    "python3.13": ("app.py", "def handler(event, context): return event"),
    "nodejs24.x": ("app.mjs", "export const handler = async (event) => event;"),
    "provided.al2023": ("bootstrap", BOOTSTRAP),
}


@dataclass(frozen=True)
class Invoked:
    """One runtime's figures: milliseconds of the first invocation and after a pause, invocations a second."""

    first: float
    one_caller: float
    four_callers: float
    four_lanes: float
    after_a_pause: float


def measured(target: Target) -> dict[str, Invoked]:
    """Measure each runtime that is installed; each caller has one connection."""
    client, figures = target.client("lambda"), {}
    for runtime in SOURCES:
        function = f"bench-{runtime.replace('.', '-')}"
        try:
            _make(target, function, runtime)
        except client.exceptions.InvalidParameterValueException:
            continue  # not installed
        client.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        figures[runtime] = _measured(target, function)
        client.delete_function(FunctionName=function)
    return figures


def first_record(target: Target) -> float:
    """Return the seconds from an emulator that is healthy to the answer to the first record of a stream.

    Function, stream and mapping are made at once; it is the emulator's first work.
    """
    began = time.perf_counter()
    name = "bench-first"
    _make(target, name, "python3.13")
    target.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    mapping = _map(target, name, batch_size=100)
    target.client("kinesis").put_record(StreamName=name, Data=b"1", PartitionKey="1")
    while _unsettled(target, mapping):
        if time.perf_counter() - began > PATIENCE:
            raise BenchError(f"the first record has no answer after {PATIENCE:.0f} s")
        Event().wait(POLL / 5)
    return time.perf_counter() - began


def _make(target: Target, function: str, runtime: str) -> None:
    name, source = SOURCES[runtime]
    target.client("lambda").create_function(
        FunctionName=function,
        Runtime=runtime,  # type: ignore[arg-type]  # one that is known
        Handler="app.handler",
        Role=ROLE,
        MemorySize=256,
        Code={"ZipFile": _zipped(name, source)},
    )


def _map(target: Target, name: str, *, batch_size: int) -> str:
    """Map a stream to the function of its name, with four lanes; return the mapping's id."""
    while True:
        found = target.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        if found["StreamStatus"] == "ACTIVE":
            break
        Event().wait(POLL / 5)
    return target.client("lambda").create_event_source_mapping(
        EventSourceArn=found["StreamARN"],
        FunctionName=name,
        StartingPosition="TRIM_HORIZON",
        BatchSize=batch_size,
        ParallelizationFactor=AT_ONCE,
    )["UUID"]


def _measured(target: Target, function: str) -> Invoked:
    with _caller(target, function) as invoke:
        first = invoke()
        one_after_the_other = sum(invoke() for _ in range(MANY)) / 1000
        four_callers = _by_callers(target, function)
        four_lanes = _by_lanes(target, function)
        paused = []
        for _ in range(SINGLE):
            Event().wait(PAUSE)
            paused.append(invoke())
    return Invoked(first, MANY / one_after_the_other, four_callers, four_lanes, statistics.median(paused))


@contextmanager
def _caller(target: Target, function: str) -> Iterator[Callable[[], float]]:
    """Give what invokes the function over one connection, and returns the milliseconds."""
    where = urlsplit(target.endpoint or "")
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    headers = {"Authorization": SIGNED.format(target.region)}

    def invoke() -> float:
        began = time.perf_counter()
        connection.request("POST", f"/2015-03-31/functions/{function}/invocations", b'{"a": 1}', headers)
        answer = connection.getresponse()
        if json.loads(answer.read()) != {"a": 1}:
            raise BenchError(f"{function} did not answer: HTTP {answer.status}")
        return (time.perf_counter() - began) * 1000

    try:
        yield invoke
    finally:
        connection.close()


def _by_callers(target: Target, function: str) -> float:
    """Return the invocations a second of four callers at once, whose environments are warm."""

    def calls(count: int) -> None:
        with _caller(target, function) as invoke:
            for _ in range(count):
                invoke()

    with ThreadPoolExecutor(AT_ONCE) as callers:
        list(callers.map(calls, [WARMING // AT_ONCE] * AT_ONCE))
        began = time.perf_counter()
        list(callers.map(calls, [MANY // AT_ONCE] * AT_ONCE))
        return MANY / (time.perf_counter() - began)


def _by_lanes(target: Target, function: str) -> float:
    """Return the invocations a second of a mapping's four lanes, from the first put to the last answer."""
    streams, functions = target.client("kinesis"), target.client("lambda")
    streams.create_stream(StreamName=function, ShardCount=1)
    mapping = _map(target, function, batch_size=1)

    def deliver(count: int) -> float:
        began = time.perf_counter()
        for part in batched(range(count), ENTRIES):
            records = [{"Data": b"1", "PartitionKey": str(number)} for number in part]
            streams.put_records(StreamName=function, Records=records)  # type: ignore[arg-type]  # which they are
        while _unsettled(target, mapping):
            if time.perf_counter() - began > PATIENCE:
                raise BenchError(f"{function} was not invoked {count:,} times in {PATIENCE:.0f} s")
            Event().wait(POLL)
        return count / (time.perf_counter() - began)

    try:
        deliver(WARMING)
        return deliver(RECORDS)
    finally:
        functions.delete_event_source_mapping(UUID=mapping)
        streams.delete_stream(StreamName=function)


def _unsettled(target: Target, mapping: str) -> bool:
    """Tell whether a mapping has records that it has not settled, or has not begun."""
    known = {one["mapping"]: one["behind"] for one in ask(target.endpoint or "", MAPPINGS)["mappings"]}
    behind = known.get(mapping)
    return behind is None or bool(behind["records"])


def table(figures: dict[str, Invoked], first: float) -> Table:
    """Return the runtimes side by side; `first` is what `first_record` returned."""
    drawn = Table("", *figures, title="Invocations")
    drawn.caption = f"The first record's answer: {first:.2f} s after the emulator was healthy"
    for column in drawn.columns[1:]:
        column.justify = "right"
    rows = list(figures.values())
    drawn.add_row("the first, ms", *(f"{one.first:,.0f}" for one in rows))
    drawn.add_row("a second, one caller", *(f"{one.one_caller:,.0f}" for one in rows))
    drawn.add_row("a second, four callers", *(f"{one.four_callers:,.0f}" for one in rows))
    drawn.add_row("a second, four lanes of a mapping", *(f"{one.four_lanes:,.0f}" for one in rows))
    drawn.add_row(f"after {PAUSE} s of idleness, ms", *(f"{one.after_a_pause:.1f}" for one in rows))
    return drawn


def as_json(figures: dict[str, Invoked]) -> dict[str, dict[str, float]]:
    """Return the figures as they go into the file."""
    return {runtime: asdict(one) for runtime, one in figures.items()}


def _zipped(name: str, source: str) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, source)
    return package.getvalue()
