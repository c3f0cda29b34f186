"""`make simulate`: whole worlds and single lanes by the thousand, until one breaks a promise."""

import json
import os
import subprocess
import sys
from contextlib import suppress

from tests.simulation.running import Report, run_side_by_side, shorter

USUAL = {"HISTORIES": 1000, "SEED": 0}
LANES = 10
"""Single lanes for each whole world."""


def main() -> int:
    """Run, and say what was met; 1 for a broken promise, 2 for a run that says nothing."""
    try:
        histories, seed = (int(os.environ.get(name) or usual) for name, usual in USUAL.items())
    except ValueError as error:
        sys.stderr.write(f"HISTORIES and SEED are whole numbers: {error}\n")
        return 2
    report = run_side_by_side(histories, histories * LANES, seed)
    with suppress(BrokenPipeError):  # whoever reads has seen enough
        _show(report)
    if report.failure:
        failure = shorter(report.failure)
        kind = "lane" if failure.small else "world"
        sys.stdout.write(f"\nBroken in a {kind}, seed {failure.seed}: {failure.promise}\n")
        sys.stdout.write(f"Shortest tape found: {json.dumps(failure.tape)}\n")
        sys.stdout.write(f"Again: make simulate HISTORIES=1 SEED={failure.seed}    (at commit {_commit()})\n")
        return 1
    if report.unmet or report.uncertain:
        sys.stdout.write(
            f"\nUnknown: never met {report.unmet}; not the same twice: seeds {report.uncertain}\n"
        )
        return 2
    return 0


def _show(report: Report) -> None:
    rate = (report.worlds + report.lanes) / max(report.seconds, 1e-9)
    sys.stdout.write(
        f"{report.worlds:,} worlds and {report.lanes:,} lanes in {report.seconds:.1f} s ({rate:,.0f}/s)\n"
    )
    for rule, times in sorted(report.exercised.items()):
        sys.stdout.write(f"  {times:>9,}  {rule}\n")


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607  git, wherever it is
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
