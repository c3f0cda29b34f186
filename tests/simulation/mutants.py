"""Changes of the rules and of the model, each of which a run has to notice: `make mutants`.

A mutant is one text put in place of another in one file. It is applied in a copy of the sources, so
nothing of the checkout changes; each is run in a process of its own until a promise breaks.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
RULES = "bench/tailrace/mapping/rules/"
LANE, SHARD, STATES = RULES + "lane.py", RULES + "shard.py", RULES + "states.py"
WINDOWS, FAMILY = RULES + "windows.py", RULES + "family.py"
SHARDS, STREAMS = "bench/tailrace/kinesis/shards.py", "bench/tailrace/kinesis/streams.py"
MODEL = "tests/simulation/reference.py"
HISTORIES = 400


class Mutant(NamedTuple):
    """One change: in a file, from one text to another."""

    file: str
    old: str
    new: str


MUTANTS = (
    Mutant(LANE, "batch.tries > self._settings.retries", "batch.tries >= self._settings.retries"),
    Mutant(LANE, "batch.tries > self._settings.retries", "batch.tries > self._settings.retries + 1"),
    Mutant(LANE, "batch.tries += cost.spends", "batch.tries += 1"),
    Mutant(LANE, "batch.due = now + delay(batch.failures)", "batch.due = now"),
    Mutant(LANE, "(batch.held[:middle], batch.held[middle:])", "(batch.held[middle:], batch.held[:middle])"),
    Mutant(
        LANE, "(batch.held[:middle], batch.held[middle:])", "(batch.held[:middle], batch.held[middle + 1 :])"
    ),
    Mutant(LANE, "self._batches.extendleft(reversed(batches))", "self._batches.extend(batches)"),
    Mutant(LANE, "batch.held = batch.held[count:]", "batch.held = ()"),
    Mutant(LANE, "        batch.request_id = None\n", ""),
    Mutant(LANE, "if now < one.record.arrival + age)", "if now < one.record.arrival + age + 5)"),
    Mutant(LANE, "len(batch.held) if whole else verdict.processed", "len(batch.held)"),
    Mutant(LANE, "count = min(len(self._waiting), self._settings.batch_size)", "count = len(self._waiting)"),
    Mutant(
        LANE, "if place and not (fits(weight) and self._same_window(one)):", "if place and not fits(weight):"
    ),
    Mutant(
        LANE,
        "if place and not (fits(weight) and self._same_window(one)):",
        "if place and not self._same_window(one):",
    ),
    Mutant(LANE, "if fits(self._weight) and self._windows is None:", "if self._windows is None:"),
    Mutant(
        LANE, "return last or (dry and self._windows.over(now))", "return last or self._windows.over(now)"
    ),
    Mutant(
        LANE, "return last or (dry and self._windows.over(now))", "return dry and self._windows.over(now)"
    ),
    Mutant(LANE, "return not (self._batches or self._waiting or open_window)", "return not self._waiting"),
    Mutant(
        LANE,
        "        if batch.view:\n            self._windows.close()\n        elif",
        "        if not batch.view and",
    ),
    Mutant(LANE, "self._waiting[0].record.arrival >= self._windows.window.end", "False"),
    Mutant(STATES, "Kind.THROTTLED: Cost(spends=False", "Kind.THROTTLED: Cost(spends=True"),
    Mutant(STATES, "Kind.FAULT: Cost(spends=False", "Kind.FAULT: Cost(spends=True"),
    Mutant(STATES, "Kind.ERROR: Cost(spends=True", "Kind.ERROR: Cost(spends=False"),
    Mutant(
        SHARD,
        'crc32(record.partition_key.encode(errors="replace"))',
        "crc32(record.sequence_number.encode())",
    ),
    Mutant(SHARD, "return min(unfinished, default=self._position)", "return self._position"),
    Mutant(
        SHARD,
        "return min(unfinished, default=self._position)",
        "return max(unfinished, default=self._position)",
    ),
    Mutant(SHARD, "self._position = start + len(records)", "self._position = self._position + len(records)"),
    Mutant(SHARD, "            if self._accepts(record)\n", ""),
    Mutant(
        SHARD,
        "return Remains(self._position, (*held, *self._left), self._windows)",
        "return Remains(self._position)",
    ),
    Mutant(
        SHARD,
        "if self._ended and all(lane.settled for lane in self._lanes):",
        "if self._ended and not self.busy:",
    ),
    Mutant(SHARD, "            if self._lanes[number].busy:\n                continue\n", ""),
    Mutant(FAMILY, "and all(parent in self._done or parent not in parents for parent in above)", "and True"),
    Mutant(FAMILY, "and all(parent in", "and any(parent in"),
    Mutant(FAMILY, "        self._begun.update(found)\n", ""),
    Mutant(WINDOWS, "start = arrival // self.seconds * self.seconds", "start = arrival // self.seconds"),
    Mutant(WINDOWS, "        self.window, self.state = None, EMPTY", "        self.window = None"),
    Mutant(WINDOWS, "        self.state = state\n        return len", "        return len"),
    Mutant(SHARDS, "start = max(position, self._earliest)", "start = max(position, self._earliest + 1)"),
    Mutant(
        SHARDS,
        "            self._earliest = self._first + gone\n",
        "            self._earliest = self._first + gone + (gone > 0)\n",
    ),
    Mutant(STREAMS, "HashKeyRange(start, step.at - 1)", "HashKeyRange(start, step.at)"),
    Mutant(STREAMS, "        self._opened += 1\n", ""),
    Mutant(MODEL, "record.again = True", "record.again = False"),
    Mutant(MODEL, "attempt.spent += 1", "attempt.spent += 2"),
    Mutant(MODEL, "state.closed_windows.add(view.window.start)", "state.closed_windows.add(view.window.end)"),
    Mutant(MODEL, "            if record.passes and not record.settled", "            if not record.settled"),
    Mutant(MODEL, "FIRST_DELAY = 0.3", "FIRST_DELAY = 0.5"),
)


class Found(NamedTuple):
    """Whether a run noticed a mutant, and in how many seconds."""

    mutant: Mutant
    found: bool
    seconds: float


def hunt(mutant: Mutant) -> Found:
    """Run the simulation on a copy of the sources with one change. Raises ValueError if it has no place."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "bench" / "tailrace", root / "bench" / "tailrace")
        shutil.copytree(ROOT / "tests" / "simulation", root / "tests" / "simulation")
        target = root / mutant.file
        source = target.read_text()
        if mutant.old not in source:
            raise ValueError(f"{mutant.file} has no {mutant.old!r}: correct the mutant")
        target.write_text(source.replace(mutant.old, mutant.new, 1))
        began = perf_counter()
        ended = subprocess.run(
            [sys.executable, "-m", "tests.simulation.quick", str(HISTORIES)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": f"{root / 'bench'}:{root}", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
        )
        return Found(mutant, ended.returncode != 0, perf_counter() - began)


def main() -> int:
    """Hunt all; 1 if one lives."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as crew:
        found = list(crew.map(hunt, MUTANTS))
    for one in found:
        change = " ".join(one.mutant.new.split()) or "(nothing)"
        state = "found" if one.found else "LIVES"
        sys.stdout.write(f"{state} {one.seconds:5.1f} s  {Path(one.mutant.file).name}: {change[:80]}\n")
    alive = sum(not one.found for one in found)
    sys.stdout.write(f"{len(found) - alive} of {len(found)} mutants found\n")
    return bool(alive)


if __name__ == "__main__":
    sys.exit(main())
