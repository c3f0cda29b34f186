"""`python -m dashboard`: what `make dashboard` calls. Settings come from the environment."""

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress

from bootstrap import settings as pipeline
from bootstrap import stacks
from bootstrap.console import say
from bootstrap.errors import OperationError
from bootstrap.program import guarded
from bootstrap.requirements import ROOT
from bootstrap.target import Target
from dashboard import costs
from dashboard.settings import HOST, DashboardSettings


def main(environ: Mapping[str, str]) -> int:
    """Serve the page until Ctrl-C; return the exit code."""
    return guarded(lambda: _serve(environ), interrupted="")


def _serve(environ: Mapping[str, str]) -> int:
    settings = DashboardSettings.from_environment(environ)
    deployed = pipeline.PipelineSettings.from_environment(environ)
    stack = deployed.stack
    target = Target.from_environment(environ)
    stacks.standing(target.client("cloudformation"), stack)
    _check_free(settings.port)
    say(f"The dashboard of the stack {stack}: http://{HOST}:{settings.port} (Ctrl-C ends it)")
    if not target.emulated:
        say(costs.line())
    from dashboard.serve import serve  # noqa: PLC0415  a web server is not loaded to say that a port is taken

    with suppress(KeyboardInterrupt):
        serve(target, stack, ROOT / deployed.handler, settings)
    return 0


def _check_free(port: int) -> None:
    """Raise `OperationError` if somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise OperationError(
                f"Port {port} of {HOST} cannot be had ({error.strerror}): is a dashboard open already? "
                "End it, or choose another port with DASHBOARD_PORT=."
            ) from error


if __name__ == "__main__":
    sys.exit(main(os.environ))
