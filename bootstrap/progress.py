"""How a deployment is shown: a live table in a terminal, plain lines anywhere else."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootstrap.console import say
from bootstrap.stacks import StackStep

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

_WIDTHS = (18, 32, 6, 0)  # of the table's columns, so that it does not move while it grows
_STACK = "AWS::CloudFormation::Stack"


class Progress:
    """Follows the steps of a deployment; prints a line for each resource that is done or has failed."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def __call__(self, step: StackStep) -> None:
        """Take note of one step, and show it."""
        if step.kind == _STACK:
            return
        now = time.monotonic()
        if step.status.endswith("_IN_PROGRESS"):
            self._began.setdefault(step.resource, now)
            self.began(step)
        else:
            self.ended(step, now - self._began.pop(step.resource, now))

    def began(self, step: StackStep) -> None:
        """Show that work on a resource has begun."""

    def ended(self, step: StackStep, seconds: float) -> None:
        """Show that a resource is done, or has failed and why."""
        say(line(step, seconds))


def line(step: StackStep, seconds: float) -> str:
    """Return one resource's line."""
    reason = f": {step.reason}" if step.status.endswith("_FAILED") and step.reason else ""
    return f"  {step.resource:<16} {step.kind:<32} {said(step.status):<10} {seconds:5.1f} s{reason}"


def said(status: str) -> str:
    """Return CloudFormation's status as a word."""
    verb, _, end = status.partition("_")
    done = {"CREATE": "created", "UPDATE": "changed", "DELETE": "deleted"}.get(verb, verb.lower())
    if end == "COMPLETE":
        return done
    return f"{verb.lower()} {end.lower().replace('_', ' ')}"


class LiveProgress(Progress):
    """The same, as a table that is redrawn while it happens."""

    def __init__(self, live: "Live") -> None:
        super().__init__()
        self._live = live
        self._rows: dict[str, tuple[str, str, str]] = {}

    def began(self, step: StackStep) -> None:
        """Show that work on a resource has begun."""
        self._rows[step.resource] = (step.kind, "…", "")
        self._live.update(self._table())

    def ended(self, step: StackStep, seconds: float) -> None:
        """Show that a resource is done, or has failed and why."""
        from rich.markup import escape  # noqa: PLC0415  a run without a terminal does not pay for it

        failed = step.status.endswith("_FAILED")
        colour, why = ("red", f" {escape(step.reason)}") if failed else ("green", "")
        word = f"[{colour}]{said(step.status)}[/{colour}]{why}"
        self._rows[step.resource] = (step.kind, word, f"{seconds:.1f} s")
        self._live.update(self._table())

    def _table(self) -> "Table":
        from rich.table import Table  # noqa: PLC0415  see above

        table = Table.grid(padding=(0, 2))
        for width in _WIDTHS:
            table.add_column(min_width=width)
        for resource, (kind, word, seconds) in self._rows.items():
            table.add_row(f"  {resource}", f"[dim]{kind}[/dim]", seconds, word)
        return table


@contextmanager
def shown() -> Iterator[Progress]:
    """Show progress on standard output, live where that is a terminal."""
    if not sys.stdout.isatty():
        yield Progress()
        return
    from rich.live import Live  # noqa: PLC0415  see above

    with Live(refresh_per_second=12) as live:
        yield LiveProgress(live)
