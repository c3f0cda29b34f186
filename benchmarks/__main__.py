"""`make bench`: measure the pipeline beside the recipe's own approach, in one run; tables, and JSON.

Where a Docker engine has the image, the pipeline is measured on the emulator in a container too.
Every figure of one run comes from one machine, so what counts are the ratios. The JSON
stands in `.build/bench.json`. Calls are those that the emulator's log shows; what they cost is AWS's list
price (`bootstrap/costs.py`).
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import batches, functions
from benchmarks.bed import Bed, contained, deployed, embedded, engine, recipe
from benchmarks.measure import Throughput, latency, percentiles, throughput
from bootstrap.costs import METRIC_REQUEST
from bootstrap.package import Code
from tailrace.load.prices import MILLION, WRITE_UNIT

FEW, MANY, SINGLE = 2_000, 10_000, 50
REST = 5.0  # seconds after which an emulator that is healthy has loaded its services
OUTPUT = Path(".build/bench.json")
# Write units of one event: its item is about 1 KB. A transaction takes each unit twice.
UNITS = {"ours": 2.0, "recipe": 1.0}


@dataclass
class Figures:
    """One approach's figures; milliseconds, MiB, events a second, dollars a million events."""

    deployed: float = 0.0
    runs: list[Throughput] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)

    def as_json(self, name: str) -> dict[str, object]:
        """Return the figures as they go into the file."""
        return {
            "deployed_seconds": self.deployed,
            "events_per_second": {run.events: run.rate for run in self.runs},
            "latency_ms": self.latency,
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


def measured(bed: Bed, stack_name: str, code: Code | None, counts: tuple[int, ...]) -> Figures:
    """Deploy one approach and measure it; the first events warm it up and are not counted."""
    figures = Figures()
    with deployed(bed.target, stack_name, code) as (stack, seconds):
        figures.deployed = seconds
        throughput(bed, stack, 200)
        figures.latency = percentiles(latency(bed.target, stack, SINGLE))
        figures.runs = [throughput(bed, stack, count) for count in counts]
    return figures


@dataclass
class Wrapped:
    """What one wrapper of the emulator gives; seconds until healthy, MiB idle and after the runs."""

    figures: Figures
    healthy: float
    idle: float
    used: float

    def as_json(self) -> dict[str, float]:
        """Return the figures of the emulator itself as they go into the file."""
        return {"healthy_seconds": self.healthy, "idle_mib": self.idle, "used_mib": self.used}


def wrapped(bed: Bed) -> Wrapped:
    """Measure ours on one emulator."""
    time.sleep(REST)
    idle = bed.memory()
    figures = measured(bed, "bench-ours", None, (FEW, MANY))
    return Wrapped(figures, bed.healthy, idle, bed.memory())


def main() -> int:
    """Measure, print the tables, write the JSON."""
    with embedded("kinesis", "lambda") as bed:
        first = functions.first_record(bed.target)
    with embedded() as bed:
        ours = wrapped(bed)
        recipes = measured(bed, "bench-recipe", recipe(), (FEW,))
        single, full = batches.measured(bed)
        invoked = functions.measured(bed.target)
    result = {
        "emulator": ours.as_json() | {"first_record_seconds": first},
        "ours": ours.figures.as_json("ours"),
        "recipe": recipes.as_json("recipe"),
        "batch_ms": {"single": single.as_json(), "full": full.as_json()},
        "invocations": functions.as_json(invoked),
    }
    drawn = [approaches(ours.figures, recipes), batches.table(single, full), functions.table(invoked, first)]
    if (found := engine()) is not None:
        with contained(found) as bed:
            inside = wrapped(bed)
        result |= {"docker": inside.as_json() | inside.figures.as_json("ours")}
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


def approaches(ours: Figures, recipes: Figures) -> Table:
    """Return ours and the recipe's way side by side."""
    sheet = Sheet("Tailrace bench", "ours", "the recipe's way")
    sheet.row("stack deployed in, s", ours.deployed, recipes.deployed, ".1f")
    sheet.row(f"events/s, {FEW:,} events", ours.runs[0].rate, recipes.runs[0].rate)
    sheet.row(f"events/s, {MANY:,} events", ours.runs[1].rate, None)
    for name, value in ours.latency.items():
        sheet.row(f"put to stored, {name}, ms", value, recipes.latency[name], ".1f")
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
    for name in out.figures.latency:
        row(f"put to stored, {name}, ms", lambda one, at=name: one.figures.latency[at], ".1f")  # type: ignore[misc]
    row("memory idle, MiB (PSS)", lambda one: one.idle)
    row("memory after the runs, MiB (PSS)", lambda one: one.used)
    return sheet.drawn


if __name__ == "__main__":
    sys.exit(main())
