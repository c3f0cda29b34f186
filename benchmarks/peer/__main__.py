"""`make bench PEER=ministack`: ours beside MiniStack, in turns, on one machine; a table, and JSON.

Both emulators run all the while; each figure is measured on one, then on the other, again and again, and the
medians are compared. The same client sends the same events through the same plain handler; the reference
pipeline takes its turn on ours. The JSON stands in `.build/bench-peer.json`.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import uniform
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.bed import deployed, embedded
from benchmarks.measure import Way, percentiles, pipeline
from benchmarks.peer import sides
from benchmarks.peer.ministack import VERSION, ministack
from benchmarks.turns import WARMING, in_turns

COUNTS = (2_000, 10_000)
ROUNDS = 8
WARM, SINGLE = 1_000, 200
REST = (0.02, 0.06)
"""Seconds between two single events, drawn anew each time, so that each side is idle when its next one comes.

MiniStack looks again at once when something is put, but only 50 ms after it has found nothing: a fixed rhythm
of events would meet that always, or never.
"""
OUTPUT = Path(".build/bench-peer.json")
PLAIN, PEER, PIPELINE = "plain", "peer", "pipeline"
CUTS = ("p50", "p99")
type Rates = Mapping[str, Mapping[int, list[float]]]
type Latencies = Mapping[str, dict[str, float]]


def main() -> int:
    """Measure, print the table, write the JSON."""
    with ExitStack() as stack:
        bed = stack.enter_context(embedded())
        other = stack.enter_context(ministack())
        own, _ = stack.enter_context(deployed(bed.target, "bench-pipeline"))
        every = {
            name: stack.enter_context(sides.plain(at, stack.enter_context(sides.stream(at))))
            for name, at in ((PLAIN, bed.target), (PEER, other))
        }
        every[PIPELINE] = pipeline(bed.target, own)
        for side in every.values():
            sides.rate(side, WARM)
        turns = in_turns(
            {name: side.milliseconds for name, side in every.items()},
            sides.events(WARMING + SINGLE),
            rest=lambda _: time.sleep(uniform(*REST)),  # noqa: S311  spreads what is measured
        )
        rates = rounds(every, _say)
    latencies = {name: percentiles(taken) for name, taken in turns.items()}
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({"rates": rates, "latency_ms": latencies}, indent=2) + "\n", "utf-8")
    Console().print(drawn(rates, latencies))
    sys.stdout.write(f"As JSON: {OUTPUT}\n")
    return 0


def rounds(every: Mapping[str, Way], say: Callable[[str], None]) -> Rates:
    """Measure events a second, on one side after the other, in rounds there and back.

    So each of ours comes as often right after the other, while the emulator is warm, as after the peer.
    """
    order = [*every]
    rates: dict[str, dict[int, list[float]]] = {name: {number: [] for number in COUNTS} for name in order}
    for turn in range(ROUNDS):
        for number in COUNTS:
            for name in reversed(order) if turn % 2 else order:
                rates[name][number].append(sides.rate(every[name], number))
            said = ", ".join(f"{name} {rates[name][number][-1]:,.0f}" for name in every)
            say(f"round {turn + 1} of {ROUNDS}, {number:,} events: {said} events/s\n")
    return rates


def drawn(rates: Rates, latencies: Latencies) -> Table:
    """Return all figures side by side, with the ratios to MiniStack's and to the plain handler's."""
    names = ("", "plain handler", f"the same on MiniStack {VERSION}", "ratio", "our pipeline", "to plain")
    table = Table(*names, title=f"Beside MiniStack: medians of {ROUNDS} rounds, in turns")
    for column in table.columns[1:]:
        column.justify = "right"
    middle = {name: {number: median(found) for number, found in each.items()} for name, each in rates.items()}
    rows = {
        **{
            f"events/s, {number:,} events": {name: middle[name][number] for name in rates}
            for number in COUNTS
        },
        **{f"put to readable, {cut}, ms": {name: latencies[name][cut] for name in rates} for cut in CUTS},
    }
    for title, of in rows.items():
        form = ",.1f" if title.endswith("ms") else ",.0f"
        table.add_row(
            title,
            *(f"{of[name]:{form}}" for name in (PLAIN, PEER)),
            f"{of[PLAIN] / of[PEER]:.2f}",
            f"{of[PIPELINE]:{form}}",
            f"{of[PIPELINE] / of[PLAIN]:.2f}",
        )
    return table


def _say(line: str) -> None:
    sys.stderr.write(line)


if __name__ == "__main__":
    sys.exit(main())
