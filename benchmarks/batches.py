"""Where a batch's milliseconds go: the put, the wait, the function's calls and its own code, the answer."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from benchmarks.bed import Bed, deployed
from benchmarks.measure import ENTRIES, PATIENCE, BenchError, fresh
from bootstrap.package import Code, handler_files, pack, pack_detector
from bootstrap.settings import SETTINGS
from bootstrap.stacks import Stack
from bootstrap.target import Target
from tailrace.stream.event import Event

TIMED = Path(__file__).with_name("timed") / "entry.py"
FULL = int(SETTINGS["BATCH_SIZE"].default)  # records of a whole batch
EVENTS, SINGLE, WARMING = 6_000, 30, 200
PAUSE = 0.2  # seconds after which a pipeline is idle again
type Printed = Mapping[str, Any]
"""What the entry prints of a batch, and `stream`, its environment's log stream."""


@dataclass(frozen=True)
class Parts:
    """Medians in milliseconds of batches of one size; `calls` by operation: calls a batch, and their time.

    `wait` is from the last record's arrival in the stream to the function. `answer` is from the function's
    end to its next batch, where that waits already: the answer, the checkpoint, the next read and invocation.
    """

    put: float
    wait: float
    calls: Mapping[str, tuple[float, float]]
    own: float
    answer: float | None

    def as_json(self) -> dict[str, object]:
        """Return the figures as they go into the file."""
        calls = {name: {"calls": count, "ms": spent} for name, (count, spent) in self.calls.items()}
        return {"put": self.put, "wait": self.wait, **calls, "own": self.own, "answer": self.answer}


def code() -> Code:
    """Pack the pipeline's handler with an entry that measures."""
    files = handler_files()
    files["handler/own.py"] = files["handler/entry.py"]
    files["handler/entry.py"] = TIMED.read_bytes()
    return Code(pack(files), pack_detector())


def measured(bed: Bed) -> tuple[Parts, Parts]:
    """Return the parts of one event on an idle pipeline, and of a whole batch while others wait."""
    target = bed.target
    with deployed(target, "bench-batches", code()) as (stack, _):
        _put(target, stack, batched(islice(fresh(), WARMING), ENTRIES))
        warm = _settled(target, stack, WARMING)
        puts = _put(target, stack, batched(islice(fresh(), SINGLE), 1), PAUSE)
        single = _settled(target, stack, WARMING + SINGLE)[len(warm) :]
        many = _put(target, stack, batched(islice(fresh(), EVENTS), ENTRIES))
        batches = _settled(target, stack, WARMING + SINGLE + EVENTS)[len(warm) + len(single) :]
    return parts(single, median(puts), 1), parts(batches, median(many), FULL)


def _put(target: Target, stack: Stack, requests: Iterable[Sequence[Event]], pause: float = 0) -> list[float]:
    """Put events, a request after the other; return each one's milliseconds."""
    kinesis, taken = target.client("kinesis"), []
    for request in requests:
        began = time.perf_counter()
        kinesis.put_records(
            StreamName=stack.outputs["StreamName"],
            Records=[{"Data": event.data, "PartitionKey": event.key} for event in request],
        )
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(pause)
    return taken


def _settled(target: Target, stack: Stack, records: int) -> list[Printed]:
    """Wait until so many records are settled in all; return what was printed of each batch, in order."""
    logs, deadline = target.client("logs"), time.monotonic() + PATIENCE
    while True:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=stack.outputs["LogGroupName"], filterPattern='"timed"'
        )
        found = [
            {**json.loads(event["message"])["timed"], "stream": event["logStreamName"]}
            for page in pages
            for event in page["events"]
        ]
        if sum(one["records"] for one in found) >= records:
            return sorted((one for one in found if one["records"]), key=lambda one: one["began"])
        if time.monotonic() > deadline:
            raise BenchError(f"{records} records are not settled after {PATIENCE:.0f} s")
        time.sleep(PAUSE)


def parts(printed: Sequence[Printed], put: float, records: int) -> Parts:
    """Return the medians of those batches that have so many records."""
    chosen = [one for one in printed if one["records"] == records]
    if not chosen:
        raise BenchError(f"no batch of {records} was seen")
    spent: dict[str, list[list[float]]] = defaultdict(list)
    for name in dict.fromkeys(name for one in chosen for name, _ in one["calls"]):
        spent[name] = [[ms for called, ms in one["calls"] if called == name] for one in chosen]
    answers = list(_answers(printed))
    return Parts(
        put=put,
        wait=median((one["began"] - one["arrived"]) * 1000 for one in chosen),
        calls={
            name: (sum(map(len, each)) / len(each), median(map(sum, each))) for name, each in spent.items()
        },
        own=median(
            (one["ended"] - one["began"]) * 1000 - sum(ms for _, ms in one["calls"]) for one in chosen
        ),
        answer=median(answers) if answers else None,
    )


def _answers(printed: Sequence[Printed]) -> Iterable[float]:
    """Give the milliseconds between a batch and the next of the same environment, if that waited already."""
    streams: dict[str, list[Printed]] = defaultdict(list)
    for one in printed:
        streams[one["stream"]].append(one)
    for each in streams.values():
        for one, after in pairwise(each):
            if after["arrived"] < one["ended"]:
                yield (after["began"] - one["ended"]) * 1000


def table(single: Parts, full: Parts) -> Table:
    """Return both side by side."""
    drawn = Table("ms, medians", "one event, idle", f"a batch of {FULL}", title="Where a batch's time goes")
    for column in drawn.columns[1:]:
        column.justify = "right"
    drawn.add_row("put: PutRecords of 1, and of 500", f"{single.put:.1f}", f"{full.put:.1f}")
    drawn.add_row("wait: in the stream, until the function begins", f"{single.wait:.1f}", f"{full.wait:.1f}")
    for name in dict.fromkeys((*single.calls, *full.calls)):
        drawn.add_row(f"call: {name}", _call(single.calls.get(name)), _call(full.calls.get(name)))
    drawn.add_row("the function's own code", f"{single.own:.1f}", f"{full.own:.1f}")
    answer = "" if full.answer is None else f"{full.answer:.1f}"
    drawn.add_row("answer: until the next batch begins, if one waits", "", answer)
    return drawn


def _call(spent: tuple[float, float] | None) -> str:
    """Say what an operation takes in a batch, and how many calls that is.

    >>> _call((2.0, 12.34)), _call((1.0, 5.0)), _call(None)
    ('12.3 (2 calls)', '5.0', '')
    """
    if spent is None:
        return ""
    count, milliseconds = spent
    return f"{milliseconds:.1f}" + (f" ({count:.3g} calls)" if count != 1 else "")
