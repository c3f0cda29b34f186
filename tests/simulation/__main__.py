"""`make simulate`: lanes, whole worlds and the edge by the thousand, until one breaks a promise."""

import math
import os
import subprocess
import sys
from contextlib import suppress

from tests.simulation.kept import keep
from tests.simulation.running import Failure, Kind, Report, run_side_by_side, shorter

HISTORIES, SEED, ONLY = "HISTORIES", "SEED", "ONLY"
USUAL = 1000
SHARES: dict[Kind, float] = {"edge": 0.06, "world": 1, "lane": 20}
"""Histories of each kind for one of HISTORIES."""


def main() -> int:
    """Run, and say what was met; 1 for a broken promise, 2 for a run that says nothing."""
    try:
        wanted, seed = _wanted(os.environ), int(os.environ.get(SEED) or 0)
    except ValueError as error:
        sys.stderr.write(f"{error}: HISTORIES and SEED are whole numbers, ONLY is one of {[*SHARES]}.\n")
        return 2
    report = run_side_by_side(wanted, seed)
    with suppress(BrokenPipeError):  # whoever reads has seen enough
        _show(report)
    if report.failure:
        _print(shorter(report.failure))
        return 1
    if report.uncertain or (report.unmet and not os.environ.get(ONLY)):
        sys.stdout.write(
            f"\nUnknown: never met {report.unmet}; not the same twice: seeds {report.uncertain}\n"
        )
        return 2
    return 0


def _wanted(environ: "os._Environ[str]") -> dict[Kind, int]:
    histories = int(environ.get(HISTORIES) or USUAL)
    only = environ.get(ONLY)
    if not only:
        return {kind: math.ceil(share * histories) for kind, share in SHARES.items()}
    kinds = [kind for kind in SHARES if kind == only]
    if not kinds:
        raise ValueError(f"ONLY={only}")
    return dict.fromkeys(kinds, histories)


def _show(report: Report) -> None:
    for kind, histories in report.lived.items():
        each = report.processor[kind] / max(histories, 1) * 1000
        sys.stdout.write(f"{histories:>9,}  {kind} histories, {each:.2f} ms of a processor each\n")
    sys.stdout.write(f"In {report.seconds:.1f} s. Met:\n")
    for rule, times in sorted(report.met.items()):
        sys.stdout.write(f"{times:>9,}  {rule}\n")


def _print(failure: Failure) -> None:
    again = f"make simulate ONLY={failure.kind} HISTORIES=1 SEED={failure.seed}"
    sys.stdout.write(f"\nBroken in a {failure.kind}, seed {failure.seed}: {failure.promise}\n")
    sys.stdout.write(f"Again: {again}    (at commit {_commit()})\n")
    sys.stdout.write(f"Its shortest tape is a test from now on: {keep(failure)}\n")


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607  git, wherever it is
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
