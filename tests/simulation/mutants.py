"""`make mutants`: applies each change of `changes` in turn, and sees that the simulation notices it.

A mutant is one text put in place of another in one file. It is applied in a copy of the sources, so
nothing of the checkout changes; each is run in a process of its own until a promise breaks.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from tests.simulation.changes import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = 600
UNCHANGED = 20
"""Histories of each kind that the sources as they stand live first: a mutant of broken ones shows nothing."""


class Found(NamedTuple):
    """Whether a run noticed a mutant, and in how many seconds."""

    mutant: Mutant
    found: bool
    seconds: float

    def __str__(self) -> str:
        """Return a row of the table in docs/simulation.md."""
        old, new = (" ".join(text.split()).replace("|", "\\|") for text in self.mutant[1:])
        change = f"`{new}` for `{old}`" if new else f"without `{old}`"
        state = f"{self.seconds:.1f} s" if self.found else "**lives**"
        return f"| `{Path(self.mutant.file).name}` | {change} | {state} |"


@contextmanager
def copied() -> Iterator[Path]:
    """Give a copy of the sources that the simulation needs; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        for place in (Path("bench", "tailrace"), Path("tests", "simulation")):
            shutil.copytree(ROOT / place, folder / place)
        yield Path(folder)


def hunt(mutant: Mutant) -> Found:
    """Run the simulation on a copy of the sources with one change. Raises ValueError if it has no place."""
    with copied() as root:
        target = root / mutant.file
        source = target.read_text()
        if mutant.old not in source:
            raise ValueError(f"{mutant.file} has no {mutant.old!r}: correct the mutant")
        changed = source.replace(mutant.old, mutant.new, 1)
        compile(changed, target, "exec")  # what cannot even be read would be noticed for nothing
        target.write_text(changed)
        began = perf_counter()
        return Found(mutant, is_noticed(root, HISTORIES, mutant.kinds), perf_counter() - began)


def is_noticed(root: Path, histories: int, kinds: tuple[str, ...]) -> bool:
    """Tell whether some history of the sources in this folder breaks a promise."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.simulation.quick", str(histories), *kinds],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root / 'bench'}:{root}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )
    return ended.returncode != 0


def main() -> int:
    """Hunt all; 1 if one lives, 2 if the sources as they stand break a promise."""
    with copied() as root:  # as each mutant runs: from a copy that lacks something, all would be found
        broken = is_noticed(root, UNCHANGED, ("lane", "world", "edge"))
    if broken:
        sys.stderr.write("The sources as they stand break a promise. See which, and fix it: make simulate\n")
        return 2
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as crew:
        found = list(crew.map(hunt, MUTANTS))
    sys.stdout.write("| file | change | found in |\n|---|---|---|\n")
    for one in found:
        sys.stdout.write(f"{one}\n")
    alive = sum(not one.found for one in found)
    sys.stdout.write(f"\n{len(found) - alive} of {len(found)} mutants found\n")
    return bool(alive)


if __name__ == "__main__":
    sys.exit(main())
