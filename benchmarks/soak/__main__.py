"""`make soak`: measure what must not cost more the more there is of it; a table, and JSON.

It fails where a bound is not kept. The JSON stands in `.build/soak.json`.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bed import deployed, embedded
from benchmarks.measure import pipeline
from benchmarks.peer import sides
from benchmarks.soak import parts

OUTPUT = Path(".build/soak.json")


def main() -> int:
    """Measure, print the table, write the JSON."""
    figures = []
    for figure in measured():
        figures.append(figure)
        sys.stderr.write(f"{figure.what}: {figure.value:,.2f} {figure.unit}\n")
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(one) for one in figures], indent=2) + "\n", "utf-8")
    Console().print(drawn(figures))
    sys.stdout.write(f"As JSON: {OUTPUT}\n")
    return int(not all(one.kept for one in figures))


def measured() -> Iterator[parts.Figure]:
    """Measure one thing after the other."""
    with embedded() as bed:
        yield from parts.idle(bed)
        yield from parts.fans(bed)
        yield from parts.wide(bed)
        with sides.stream(bed.target) as arn, sides.plain(bed.target, arn) as way:
            yield from parts.tenths(bed, way, "plain handler")
    with embedded() as bed, deployed(bed.target, "soak-pipeline") as (stack, _):
        yield from parts.tenths(bed, pipeline(bed.target, stack), "pipeline")
    with embedded() as bed:
        yield from parts.days(bed)


def drawn(figures: list[parts.Figure]) -> Table:
    """Return the figures with their bounds."""
    table = Table("what", "figure", "bound", title="Many shards, many mappings, a long day")
    for one in figures:
        bound = [f"at least {one.least:,.2f}"] if one.least is not None else []
        bound += [f"at most {one.most:,.2f}"] if one.most is not None else []
        table.add_row(
            one.what, f"{one.value:,.2f} {one.unit}", " ".join(bound) + ("" if one.kept else "  BROKEN")
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
