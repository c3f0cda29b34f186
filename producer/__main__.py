"""`python -m producer`: what `make produce` calls. Settings come from the environment.

Exit codes: 0 every event was acknowledged; 1 some were not, or it failed; 2 it cannot be done so;
130 ended by Ctrl-C, 143 by SIGTERM.
"""

import os
import sys
from collections.abc import Mapping

from bootstrap import settings as pipeline
from bootstrap.program import guarded
from bootstrap.switch import agree
from bootstrap.target import Target
from producer.run import Run
from producer.settings import Settings
from tailrace.stream.errors import StreamError
from tailrace.stream.sender import Stop


def main(environ: Mapping[str, str]) -> int:
    """Send what the settings ask for; return the exit code."""
    return guarded(lambda: _send(environ), interrupted="", expected=(StreamError,))


def _send(environ: Mapping[str, str]) -> int:
    settings = Settings.from_environment(environ)
    stack = pipeline.Settings.from_environment(environ)
    target = Target.from_environment(environ)
    agree(target, stack, "send events")
    return Run(settings, target, stack.stack).go(Stop.at_signals())


if __name__ == "__main__":
    sys.exit(main(os.environ))
