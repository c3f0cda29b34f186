"""`python -m tests.frame.permission`: before tests run on an account, say where, what it costs, and ask."""

import os
import sys

from bootstrap.console import complain
from bootstrap.program import guarded
from bootstrap.settings import PipelineSettings
from bootstrap.switch import agree
from bootstrap.target import Target
from tests.frame.run import STACKS


def main() -> int:
    """Return 0 if the tests may run; refuse what `make up` refuses."""
    settings = PipelineSettings.from_environment({**os.environ, "STACK": STACKS})
    target = Target.from_environment(os.environ)
    if not target.emulated:
        complain(f"The tests make stacks of their own, {STACKS}-…, some at a time, and destroy them.")
    agree(target, settings, "run the tests")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
