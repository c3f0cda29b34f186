"""`make bench`: measure the pipeline beside the recipe's own approach, in one run; a table, and JSON.

Every figure of one run comes from one machine and one emulator, so what counts are the ratios. The JSON
stands in `.build/bench.json`. Calls are those that the emulator's log shows; what they cost is AWS's list
price (`bootstrap/costs.py`).
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bed import Bed, deployed, recipe, running
from benchmarks.measure import Throughput, latency, percentiles, throughput
from bootstrap.costs import METRIC_REQUEST, MILLION, WRITE_UNIT
from bootstrap.package import Package

FEW, MANY, SINGLE = 2_000, 10_000, 50
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


def measured(bed: Bed, stack_name: str, package: Package | None, counts: tuple[int, ...]) -> Figures:
    """Deploy one approach and measure it; the first events warm it up and are not counted."""
    figures = Figures()
    with deployed(bed.target, stack_name, package) as (stack, seconds):
        figures.deployed = seconds
        throughput(bed, stack, 200)
        figures.latency = percentiles(latency(bed.target, stack, SINGLE))
        figures.runs = [throughput(bed, stack, count) for count in counts]
    return figures


def main() -> int:
    """Measure, print the table, write the JSON."""
    with running() as bed:
        idle = bed.memory()
        ours = measured(bed, "bench-ours", None, (FEW, MANY))
        used = bed.memory()
        recipes = measured(bed, "bench-recipe", recipe(), (FEW,))
        machine = {"healthy_seconds": bed.healthy, "idle_mib": idle, "used_mib": used}
    result = {"emulator": machine, "ours": ours.as_json("ours"), "recipe": recipes.as_json("recipe")}
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Console().print(table(machine, ours, recipes))
    sys.stdout.write(f"As JSON: {OUTPUT}\n")
    return 0


def table(machine: dict[str, float], ours: Figures, recipes: Figures) -> Table:
    """Return the figures side by side, with the ratio of ours to the recipe's."""
    drawn = Table("", "ours", "the recipe's way", "ratio", title="Tailrace bench")
    for column in drawn.columns[1:]:
        column.justify = "right"

    def row(name: str, mine: float, other: float | None, form: str = ",.0f") -> None:
        known = other is not None and other > 0
        compared = (f"{other:{form}}", f"{mine / other:.2f}") if other is not None and known else ("", "")
        drawn.add_row(name, f"{mine:{form}}", *compared)

    row("emulator healthy after, s", machine["healthy_seconds"], None, ".1f")
    row("stack deployed in, s", ours.deployed, recipes.deployed, ".1f")
    row(f"events/s, {FEW:,} events", ours.runs[0].rate, recipes.runs[0].rate)
    row(f"events/s, {MANY:,} events", ours.runs[1].rate, None)
    for name, value in ours.latency.items():
        row(f"put to stored, {name}, ms", value, recipes.latency[name], ".1f")
    row(
        "calls to DynamoDB and CloudWatch for 1,000 events",
        ours.runs[1].calls_per_thousand,
        recipes.runs[0].calls_per_thousand,
    )
    row("their cost on AWS, $ a million events", ours.dollars("ours"), recipes.dollars("recipe"), ".2f")
    row("memory of the emulator, idle, MiB (PSS)", machine["idle_mib"], None)
    row("memory of the emulator, after the runs, MiB (PSS)", machine["used_mib"], None)
    return drawn


if __name__ == "__main__":
    sys.exit(main())
