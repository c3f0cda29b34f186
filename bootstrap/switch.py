"""Before anything happens on an account: say where and what it costs, and ask. Nothing on an emulator."""

import sys
from collections.abc import Callable

from bootstrap import costs
from bootstrap.console import complain
from bootstrap.errors import Declined
from bootstrap.settings import PipelineSettings
from bootstrap.target import Target


def agree(
    target: Target, settings: PipelineSettings, what: str, ask: Callable[[str], str] | None = None
) -> None:
    """Return if this is an emulator, or if the user agrees to `what` being done; raise `Declined` if not.

    YES=1 is an answer. Without it and without a terminal nobody can be asked: that is a no.
    """
    if target.emulated:
        return
    complain(f"AWS account {target.account}, region {target.region}, stack {settings.stack}")
    for line in costs.lines(settings):
        complain(line)
    if settings.yes:
        return
    if ask is None and not sys.stdin.isatty():
        raise Declined(f"To {what} on AWS somebody has to agree, and nobody can be asked here: set YES=1.")
    if (ask or input)(f"{what.capitalize()}? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise Declined("Nothing was done.")
