"""Many histories: run, counted, and the first that fails made short."""

import gc
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Literal, NamedTuple

from tests.simulation.edge import Edge
from tests.simulation.shrink import shrunk
from tests.simulation.tape import Tape
from tests.simulation.world import World

type Kind = Literal["lane", "world", "edge"]
STEPS: dict[Kind, int] = {"lane": 25, "world": 120, "edge": 1500}
TRIES: dict[Kind, int] = {"lane": 2000, "world": 2000, "edge": 400}
"""How often a failing tape is lived at most, to make it short."""
PARTS = 8
"""Parts of a run for each processor, so that none waits long for the last."""
STRIDE = 10_000_000
"""Seeds between the beginnings of two parts."""
AGAIN = 100
"""One history of so many is lived twice, to see that it is the same."""
COLLECTED = 500
"""Histories after which their remains are collected."""
RULES = (
    "a batch is bisected",
    "a child begins",
    "a closed shard is done",
    "a crash with invocations under way",
    "a destination refuses",
    "a filter keeps a record out",
    "a function times out",
    "a kill with invocations under way",
    "a malformed answer",
    "a poisonous record is sent",
    "a put at the edge is throttled",
    "a put is throttled",
    "a read skips what was trimmed",
    "a shard is split",
    "a thread waits for a lock",
    "a window ends",
    "a window ends early",
    "all is delivered once more",
    "an error of our own",
    "answer ERROR",
    "answer FAULT",
    "answer MISSING",
    "answer PARTLY",
    "answer PROCESSED",
    "answer REJECTED",
    "answer THROTTLED",
    "answer UNFINISHED",
    "deleted with invocations under way",
    "disabled or enabled",
    "discarded by AGE",
    "discarded by RETRIES",
    "shards are merged",
    "the factor changes",
    "the filters change",
    "the mapping is deleted and made again",
    "the mapping is updated",
    "the stream is deleted and made again",
    "two lanes of a shard at once",
    "updated with invocations under way",
)
"""What a run has to have met, each at least once, to be worth anything."""


class Failure(NamedTuple):
    """A history that broke a promise."""

    seed: int
    kind: Kind
    promise: str
    tape: list[int]


class Share(NamedTuple):
    """How many histories of a kind are to be lived, each from a seed of its own, and from which seed on."""

    kind: Kind
    histories: int
    seed: int


@dataclass
class Report:
    """What came of a run."""

    lived: defaultdict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    processor: defaultdict[Kind, float] = field(default_factory=lambda: defaultdict(float))
    """Seconds of a processor, by kind."""
    seconds: float = 0.0
    met: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    failure: Failure | None = None
    uncertain: list[int] = field(default_factory=list)
    """Seeds whose history was another one when it was lived again."""

    @property
    def unmet(self) -> list[str]:
        """What never happened: of that the run says nothing."""
        return [rule for rule in RULES if not self.met[rule]]


def live(
    tape: Tape, kind: Kind, met: defaultdict[str, int], *, hashed: bool = True
) -> tuple[str | None, str]:
    """Live one history; returns the promise that broke or None, and its hash."""
    history: Edge | World
    if kind == "edge":
        history = Edge(tape, met, steps=STEPS[kind], hashed=hashed)
    else:
        history = World(tape, met, steps=STEPS[kind], small=kind == "lane", hashed=hashed)
    try:
        return None, history.run()
    except Exception as error:  # noqa: BLE001  an error of the rules breaks a promise too
        return f"{type(error).__name__}: {error}"[:600], ""
    finally:
        vars(history).clear()  # of its cycles, so that nearly nothing is left to collect


def lived(tape: Tape, kind: Kind) -> tuple[str | None, str]:
    """Live one history that nobody counts."""
    return live(tape, kind, defaultdict(int))


def run(share: Share) -> Report:
    """Live some histories; stop at the first that breaks a promise."""
    kind, histories, first = share
    report, began, frozen = Report(), process_time(), gc.get_freeze_count()
    gc.disable()
    gc.freeze()
    try:
        for seed in range(first, first + histories):
            report.lived[kind] += 1
            if not _promised(report, kind, seed):
                break
            if seed % COLLECTED == 0:
                gc.collect()
    finally:
        if not frozen:  # of the tests, what was collected stays so
            gc.unfreeze()
        gc.enable()
    report.processor[kind] = process_time() - began
    return report


def _promised(report: Report, kind: Kind, seed: int) -> bool:
    tape, again = Tape(seed=seed), seed % AGAIN == 0
    promise, digest = live(tape, kind, report.met, hashed=again)
    if promise:
        report.failure = Failure(seed, kind, promise, tape.used)
    elif again and lived(Tape(seed=seed), kind)[1] != digest:
        report.uncertain.append(seed)
    return not promise


def run_side_by_side(wanted: dict[Kind, int], seed: int) -> Report:
    """Live so many of each kind, on every processor there is; the failure of the lowest seed is given."""
    began, crew = perf_counter(), len(os.sched_getaffinity(0))
    shares = [
        Share(kind, histories // parts + (number < histories % parts), seed + number * STRIDE)
        for kind, histories in wanted.items()
        for parts in (max(1, min(PARTS * crew, histories // AGAIN)),)
        for number in range(parts)
    ]
    with ProcessPoolExecutor(crew) as pool:
        reports = list(pool.map(run, shares))
    whole = Report(seconds=perf_counter() - began)
    for part in reports:
        for kind, histories in part.lived.items():
            whole.lived[kind] += histories
            whole.processor[kind] += part.processor[kind]
        for rule, times in part.met.items():
            whole.met[rule] += times
        whole.uncertain += part.uncertain
        whole.failure = whole.failure or part.failure
    return whole


def shorter(failure: Failure) -> Failure:
    """Give the same failure on a shorter tape."""
    kind = failure.promise.split(":")[:2]

    def fails(tape: Sequence[int]) -> bool:
        promise = lived(Tape(tape), failure.kind)[0]
        return promise is not None and promise.split(":")[:2] == kind

    tape = shrunk(failure.tape, fails, TRIES[failure.kind])
    promise = lived(Tape(tape), failure.kind)[0] or failure.promise
    return Failure(failure.seed, failure.kind, promise, tape)
