"""`python -m producer`: what `make produce` calls. Settings come from the environment.

Exit codes: 0 every event was acknowledged; 1 some were not, or it failed; 2 it cannot be done so;
130 ended by Ctrl-C, 143 by SIGTERM.
"""

import os
import sys
from collections.abc import Mapping

from bootstrap import settings as pipeline
from bootstrap.commands import command
from bootstrap.errors import UsageError
from bootstrap.program import guarded
from bootstrap.switch import agree
from bootstrap.target import Target
from producer.run import Run
from producer.settings import SETTINGS, ProducerSettings
from tailrace.stream.errors import ForeignFormatError, StreamError, UnknownFormatError
from tailrace.stream.sender import Stop


def main(environ: Mapping[str, str]) -> int:
    """Send what the settings ask for; return the exit code."""
    return guarded(lambda: _send(environ), interrupted="", expected=(StreamError,))


def _send(environ: Mapping[str, str]) -> int:
    settings = ProducerSettings.from_environment(environ)
    stack = pipeline.PipelineSettings.from_environment(environ)
    target = Target.from_environment(environ)
    agree(target, stack, "send events")
    try:
        return Run(settings, target, stack.stack, environ).go(Stop.at_signals())
    except ForeignFormatError as error:
        raise UsageError(f"{error} This sends it:\n  {error.converter} | {_from_a_pipe(environ)}") from None
    except UnknownFormatError as error:
        raise UsageError(f"{error} RAW=1 sends its lines as they stand.") from None


def _from_a_pipe(environ: Mapping[str, str]) -> str:
    """Return this very command, reading standard input."""
    given = {name: environ.get(name, "").strip() for name in SETTINGS}
    chosen = {name: value for name, value in given.items() if value and name != "SOURCE"}
    return command("produce", environ, SOURCE="-", **chosen)


if __name__ == "__main__":
    sys.exit(main(os.environ))
