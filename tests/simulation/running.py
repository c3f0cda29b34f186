"""Many histories: run, counted, and the first that fails made short."""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter

from tests.simulation.shrink import shrunk
from tests.simulation.tape import Tape
from tests.simulation.world import World

WORLD_STEPS, LANE_STEPS = 120, 25
PART = 250
"""Whole worlds that one process runs at a time."""
STRIDE = 10_000_000
"""Seeds between the beginnings of two parts."""
RULES = (
    "answer ERROR",
    "answer FAULT",
    "answer MISSING",
    "answer PARTLY",
    "answer PROCESSED",
    "answer REJECTED",
    "answer THROTTLED",
    "answer UNFINISHED",
    "a batch is bisected",
    "a child begins",
    "a closed shard is done",
    "a crash with invocations under way",
    "a filter keeps a record out",
    "a read skips what was trimmed",
    "a shard is split",
    "a window ends",
    "a window ends early",
    "disabled or enabled",
    "discarded by AGE",
    "discarded by RETRIES",
    "shards are merged",
    "the factor changes",
    "two lanes of a shard at once",
)
"""What a run has to have met, each at least once, to be worth anything."""


@dataclass
class Failure:
    """A history that broke a promise."""

    seed: int
    small: bool
    promise: str
    tape: list[int]


@dataclass
class Report:
    """What came of a run."""

    worlds: int = 0
    lanes: int = 0
    seconds: float = 0.0
    exercised: Counter[str] = field(default_factory=Counter)
    failure: Failure | None = None
    uncertain: list[int] = field(default_factory=list)
    """Seeds whose history was another one when it was lived again."""

    @property
    def unmet(self) -> list[str]:
        """What never happened: of that the run says nothing."""
        return [rule for rule in RULES if not self.exercised[rule]]


def lived(tape: Tape, *, small: bool) -> tuple[World, str | None, str]:
    """Live one history; returns its world, the promise that broke or None, and its hash."""
    steps = LANE_STEPS if small else WORLD_STEPS
    world = World(tape, steps=steps, small=small)
    try:
        return world, None, world.run()
    except Exception as error:  # noqa: BLE001  an error of the rules breaks a promise too
        return world, f"{type(error).__name__}: {error}"[:600], ""


def run(worlds: int, lanes: int, seed: int) -> Report:
    """Run so many whole worlds and single lanes, each from a seed of its own; stop at the first failure."""
    report, began = Report(), perf_counter()
    for small, wanted in ((False, worlds), (True, lanes)):
        for number in range(seed, seed + wanted):
            tape = Tape(seed=number)
            world, promise, digest = lived(tape, small=small)
            report.exercised += world.exercised
            if small:
                report.lanes += 1
            else:
                report.worlds += 1
            if promise:
                report.failure = Failure(number, small, promise, tape.used)
                report.seconds = perf_counter() - began
                return report
            if number % 100 == 0 and lived(Tape(seed=number), small=small)[2] != digest:
                report.uncertain.append(number)
    report.seconds = perf_counter() - began
    return report


def run_side_by_side(worlds: int, lanes: int, seed: int) -> Report:
    """Run them as `run` does, on every processor there is; the failure of the lowest seed is given."""
    began, crew = perf_counter(), len(os.sched_getaffinity(0))
    parts = max(crew, worlds // PART)
    shares = [(_share(worlds, parts, n), _share(lanes, parts, n), seed + n * STRIDE) for n in range(parts)]
    with ProcessPoolExecutor(crew) as pool:
        reports = list(pool.map(run, *zip(*shares, strict=True)))
    whole = Report(seconds=perf_counter() - began)
    for part in reports:
        whole.worlds += part.worlds
        whole.lanes += part.lanes
        whole.exercised += part.exercised
        whole.uncertain += part.uncertain
        whole.failure = whole.failure or part.failure
    return whole


def _share(wanted: int, parts: int, number: int) -> int:
    return wanted // parts + (number < wanted % parts)


def shorter(failure: Failure) -> Failure:
    """Give the same failure on a shorter tape."""
    kind = failure.promise.split(":")[:2]

    def fails(tape: Sequence[int]) -> bool:
        promise = lived(Tape(tape), small=failure.small)[1]
        return promise is not None and promise.split(":")[:2] == kind

    tape = shrunk(failure.tape, fails)
    promise = lived(Tape(tape), small=failure.small)[1] or failure.promise
    return Failure(failure.seed, failure.small, promise, tape)
