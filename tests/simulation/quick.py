"""Runs so many histories of each kind and ends with 1 at the first broken promise; what a mutant runs in."""

import sys

from tests.simulation.running import lived
from tests.simulation.tape import Tape

if __name__ == "__main__":
    for seed in range(int(sys.argv[1])):
        for small in (True, False):
            if lived(Tape(seed=seed), small=small)[1]:
                sys.exit(1)
