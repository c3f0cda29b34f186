"""`logs`: the functions' logs, oldest line first; with `--follow` also what comes, until Ctrl-C.

Each line is shown with its time (UTC), its function and its level; FILTER= and LEVEL= choose among them. On a
terminal there is colour, and a long line goes on below its own beginning.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bootstrap import stacks
from bootstrap.commands import command
from bootstrap.console import say
from bootstrap.errors import StackError, UsageError
from bootstrap.log_lines import LogLine, parsed
from bootstrap.log_settings import LogSettings
from bootstrap.settings import PipelineSettings
from bootstrap.target import Target

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

_SHOWN = timedelta(minutes=15)  # how far back the log is shown
_LATE = timedelta(seconds=30)  # how much later than its own time a line may arrive
_FOLLOW = "--follow"
_GROUPS = {"handler": "LogGroupName", "detector": "DetectorLogGroupName"}  # outputs of the stack
_COLOURS = {"WARN": "yellow", "ERROR": "red", "FATAL": "bold red"}


class Shown(NamedTuple):
    """A line that is to be shown."""

    at: datetime
    function: str
    line: LogLine

    @property
    def front(self) -> str:
        """Return what stands in front of it."""
        return f"{self.at:%H:%M:%S.%f}"[:-3] + f"  {self.function:<8}  {self.line.level:<5}"


class Logs:
    """The log groups of the functions, by the names that they are shown under."""

    def __init__(self, client: "CloudWatchLogsClient", groups: Mapping[str, str]) -> None:
        self._client = client
        self._groups = groups
        self._known: set[str] = set()

    def new(self, since: datetime) -> list[Shown]:
        """Return the lines since then that were not returned before, in order of time."""
        found = [
            each for function, group in self._groups.items() for each in self._read(function, group, since)
        ]
        return sorted(found, key=lambda each: each.at)

    def _read(self, function: str, group: str, since: datetime) -> Iterator[Shown]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=round(since.timestamp() * 1000)
        )
        for event in (event for page in pages for event in page["events"]):
            if event["eventId"] not in self._known:
                self._known.add(event["eventId"])
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield Shown(at, function, parsed(event["message"]))


def run(*options: str) -> int:
    """Print the logs; return the exit code."""
    if set(options) - {_FOLLOW}:
        raise UsageError(f"python -m bootstrap logs [{_FOLLOW}]")
    chosen = LogSettings.from_environment(os.environ)
    settings = PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    stack = stacks.standing(target.client("cloudformation"), settings.stack)
    groups = {name: stack.outputs[output] for name, output in _GROUPS.items() if output in stack.outputs}
    if not groups:
        deploys = command("up", os.environ)
        raise StackError(
            f"The stack {stack.name} is {stack.status} and has no log yet: `{deploys}` fixes it."
        )
    logs = Logs(target.client("logs"), groups)
    since = datetime.now(UTC) - _SHOWN
    try:
        while True:
            for each in logs.new(since):
                if wanted(each, chosen):
                    show(each)
            if _FOLLOW not in options:
                return 0
            since = max(since, datetime.now(UTC) - _LATE)
            time.sleep(0.5 if target.emulated else 2.0)
    except KeyboardInterrupt:
        return 0


def wanted(each: Shown, chosen: LogSettings) -> bool:
    """Tell whether a line is to be shown; the function's name counts as a part of it."""
    found = chosen.text.casefold() in each.function or each.line.holds(chosen.text)
    return found and (not chosen.level or each.line.severe(chosen.level))


def show(each: Shown) -> None:
    """Print a line, and what belongs below it."""
    if sys.stdout.isatty():
        _show_in_colour(each)
        return
    say(f"{each.front}  {each.line.text}")
    for below in each.line.block:
        say(f"{'':<{len(each.front)}}  {below}")


def _show_in_colour(each: Shown) -> None:
    from rich.console import Console  # noqa: PLC0415  a run without a terminal does not pay for it
    from rich.table import Table  # noqa: PLC0415  see above
    from rich.text import Text  # noqa: PLC0415  see above

    colour = _COLOURS.get(each.line.level, "dim" if each.line.platform else "")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(each.front, style=colour or "cyan"), Text(each.line.text, style=colour))
    for below in each.line.block:
        table.add_row("", Text(below, style="dim"))
    Console().print(table)
