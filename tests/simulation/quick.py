"""Runs histories of the kinds that are named until a promise breaks, and then ends with 1, for mutants."""

import gc
import signal
import sys
from collections import defaultdict
from typing import get_args

from tests.simulation.running import Kind, live
from tests.simulation.tape import Tape

LONGEST = 30
"""Seconds after which a history that does not end ends the run."""
LANES = 10
"""Lanes for each of the others: they take a tenth of the time."""


def main(most: int, named: list[str]) -> int:
    """Run so many histories of each kind at most."""
    gc.disable()
    met: defaultdict[str, int] = defaultdict(int)
    kinds = [kind for kind in get_args(Kind.__value__) if kind in named]
    for seed in range(most):
        for kind in kinds:
            signal.alarm(LONGEST)
            seeds = range(LANES * seed, LANES * (seed + 1)) if kind == "lane" else [seed]
            if any(live(Tape(seed=one), kind, met, hashed=False)[0] for one in seeds):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
