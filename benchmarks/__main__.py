"""`make bench`: measure the pipeline beside the recipe's own approach, in one run; tables, and JSON.

Where a Docker engine has the image, the pipeline is measured on the emulator in a container too.
Every figure of one run comes from one machine, so what counts are the ratios. The JSON
stands in `.build/bench.json`. Calls are those that the emulator's log shows; what they cost is AWS's list
price (`bootstrap/costs.py`).
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import batches, functions
from benchmarks.bed import Bed, contained, deployed, embedded, engine, recipe
from benchmarks.measure import Throughput, fresh, percentiles, pipeline, throughput
from benchmarks.turns import WARMING, Turns, difference, in_turns
from bootstrap.costs import METRIC_REQUEST
from tailrace.load.prices import MILLION, WRITE_UNIT

WARM, FEW, MANY = 200, 2_000, 10_000
SINGLE, IN_TURNS = 50, 200  # events put one at a time: beside the other wrapper, and beside the recipe's way
REST = 5.0  # seconds after which an emulator that is healthy has loaded its services
OUTPUT = Path(".build/bench.json")
# Write units of one event: its item is about 1 KB. A transaction takes each unit twice.
UNITS = {"ours": 2.0, "recipe": 1.0}


@dataclass
class Figures:
    """One approach's figures: seconds until it was deployed, and its runs."""

    deployed: float
    runs: list[Throughput]

    def as_json(self, name: str, latency_ms: Mapping[str, float]) -> dict[str, object]:
        """Return the figures as they go into the file."""
        return {
            "deployed_seconds": self.deployed,
            "events_per_second": {run.events: run.rate for run in self.runs},
            "latency_ms": latency_ms,
            "calls_per_1000_events": self.runs[-1].calls_per_thousand,
            "calls": dict(self.runs[-1].calls),
            "dollars_per_million": self.dollars(name),
        }

    def dollars(self, name: str) -> float:
        """Return what the writes and the metric calls of a million events cost on AWS."""
        run = self.runs[-1]
        metric_calls = sum(count for call, count in run.calls.items() if call.startswith("cloudwatch"))
        writes = MILLION * UNITS[name] * WRITE_UNIT.dollars
        return writes + metric_calls / run.events * MILLION * METRIC_REQUEST.dollars


@dataclass
class Wrapped:
    """What one wrapper of the emulator gives; seconds until healthy, MiB idle and after the runs."""

    figures: Figures
    latency: Mapping[str, float]
    healthy: float
    idle: float
    used: float

    def as_json(self) -> dict[str, float]:
        """Return the figures of the emulator itself as they go into the file."""
        return {"healthy_seconds": self.healthy, "idle_mib": self.idle, "used_mib": self.used}


def wrapped(bed: Bed) -> Wrapped:
    """Measure ours on one emulator; the first events warm it up and are not counted."""
    time.sleep(REST)
    idle = bed.memory()
    with deployed(bed.target, "bench-ours") as (stack, seconds):
        throughput(bed, stack, WARM)
        turns = in_turns(
            {"ours": pipeline(bed.target, stack).milliseconds}, islice(fresh(), SINGLE), warming=0
        )
        figures = Figures(seconds, [throughput(bed, stack, count) for count in (FEW, MANY)])
    return Wrapped(figures, percentiles(turns["ours"]), bed.healthy, idle, bed.memory())


def beside_the_recipe(bed: Bed) -> tuple[Figures, Turns]:
    """Measure the recipe's way, and single events of ours and of it in turns, both warmed up alike."""
    with (
        deployed(bed.target, "bench-ours") as (own, _),
        deployed(bed.target, "bench-recipe", recipe()) as (its, seconds),
    ):
        for stack in (own, its):
            throughput(bed, stack, WARM)
        ways = {
            "ours": pipeline(bed.target, own).milliseconds,
            "recipe": pipeline(bed.target, its).milliseconds,
        }
        turns = in_turns(ways, islice(fresh(), WARMING + IN_TURNS))
        return Figures(seconds, [throughput(bed, its, FEW)]), turns


def main() -> int:
    """Measure, print the tables, write the JSON."""
    with embedded("kinesis", "lambda") as bed:
        first = functions.first_record(bed.target)
    with embedded() as bed:
        ours = wrapped(bed)
        recipes, turns = beside_the_recipe(bed)
        single, full = batches.measured(bed)
        invoked = functions.measured(bed.target)
    single_ms = {name: percentiles(taken) for name, taken in turns.items()}
    result = {
        "emulator": ours.as_json() | {"first_record_seconds": first},
        "ours": ours.figures.as_json("ours", single_ms["ours"]),
        "recipe": recipes.as_json("recipe", single_ms["recipe"]),
        "in_turns_ms": turns,
        "batch_ms": {"single": single.as_json(), "full": full.as_json()},
        "invocations": functions.as_json(invoked),
    }
    drawn = [
        approaches(ours.figures, recipes, turns),
        batches.table(single, full),
        functions.table(invoked, first),
    ]
    if (found := engine()) is not None:
        with contained(found) as bed:
            inside = wrapped(bed)
        result |= {"docker": inside.as_json() | inside.figures.as_json("ours", inside.latency)}
        drawn.append(wrappers(ours, inside))
    else:
        drawn.append(wrappers(ours, None))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for table in drawn:
        Console().print(table)
    sys.stdout.write(f"As JSON: {OUTPUT}\n")
    return 0


class Sheet:
    """A table of figures side by side: one, another, and the ratio of the one to the other."""

    def __init__(self, title: str, one: str, other: str) -> None:
        self.drawn = Table("", one, other, "ratio", title=title)
        for column in self.drawn.columns[1:]:
            column.justify = "right"

    def row(self, name: str, one: float, other: float | None, form: str = ",.0f") -> None:
        """Add a row; without the other figure there is no ratio."""
        compared = (f"{other:{form}}", f"{one / other:.2f}") if other else ("", "")
        self.drawn.add_row(name, f"{one:{form}}", *compared)


def approaches(ours: Figures, recipes: Figures, turns: Turns) -> Table:
    """Return ours and the recipe's way side by side."""
    sheet = Sheet("Tailrace bench", "ours", "the recipe's way")
    sheet.row("stack deployed in, s", ours.deployed, recipes.deployed, ".1f")
    sheet.row(f"events/s, {FEW:,} events", ours.runs[0].rate, recipes.runs[0].rate)
    sheet.row(f"events/s, {MANY:,} events", ours.runs[1].rate, None)
    mine, its = percentiles(turns["ours"]), percentiles(turns["recipe"])
    for name, value in mine.items():
        sheet.row(f"put to stored, {name}, ms", value, its[name], ".2f")
    sheet.row("median of the differences, ms", difference(turns, "ours", "recipe"), None, "+.2f")
    calls = ours.runs[1].calls_per_thousand, recipes.runs[0].calls_per_thousand
    sheet.row("calls to DynamoDB and CloudWatch for 1,000 events", *calls)
    cost = ours.dollars("ours"), recipes.dollars("recipe")
    sheet.row("their cost on AWS, $ a million events", *cost, ".2f")
    return sheet.drawn


def wrappers(out: Wrapped, inside: Wrapped | None) -> Table:
    """Return the emulator embedded and in a container side by side."""
    sheet = Sheet("The emulator", "embedded", "in Docker")

    def row(name: str, of: Callable[[Wrapped], float], form: str = ",.0f") -> None:
        sheet.row(name, of(out), of(inside) if inside else None, form)

    row("healthy after, s", lambda one: one.healthy, ".1f")
    row("stack deployed in, s", lambda one: one.figures.deployed, ".1f")
    for number, count in enumerate((FEW, MANY)):
        row(f"events/s, {count:,} events", lambda one, at=number: one.figures.runs[at].rate)  # type: ignore[misc]
    for name in out.latency:
        row(f"put to stored, {name}, ms", lambda one, at=name: one.latency[at], ".1f")  # type: ignore[misc]
    row("memory idle, MiB (PSS)", lambda one: one.idle)
    row("memory after the runs, MiB (PSS)", lambda one: one.used)
    return sheet.drawn


if __name__ == "__main__":
    sys.exit(main())
