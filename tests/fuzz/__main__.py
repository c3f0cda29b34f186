"""`make fuzz`: a million mutated conversations with the door, on every processor."""

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.fuzz.running import Report, run
from tests.fuzz.target import secured

USUAL = {"REQUESTS": 1_000_000, "SEED": 0}
SHOWN = 10


def main() -> int:
    """Run, and say what they ended in; 1 if any did what none may."""
    try:
        requests, seed = (int(os.environ.get(name) or usual) for name, usual in USUAL.items())
    except ValueError as error:
        sys.stderr.write(f"REQUESTS and SEED are whole numbers: {error}\n")
        return 2
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers) as pool:
        reports = list(pool.map(partial(one, -(-requests // workers)), range(seed, seed + workers)))
    _show(reports)
    failures = [failure for report in reports for failure in report.failures]
    sys.stdout.writelines(f"BROKEN {failure}\n" for failure in failures[:SHOWN])
    return bool(failures)


def one(requests: int, seed: int) -> Report:
    """Run one process's conversations."""
    return run(requests, seed, secured())


def _show(reports: list[Report]) -> None:
    ended = sum((report.ended for report in reports), Counter[str]())
    seconds, slowest = (max(getattr(one, name) for one in reports) for name in ("seconds", "slowest"))
    grown = max(report.grown for report in reports)
    sys.stdout.write(
        f"{ended.total():,} conversations in {seconds:.0f} s, the slowest {slowest:.2f} s; "
        f"memory grew by {grown:.1f} MiB after the first fifth\n"
    )
    for end, count in ended.most_common():
        sys.stdout.write(f"  {count:>9,}  {end}\n")


if __name__ == "__main__":
    sys.exit(main())
