"""`logs`: the function's log, oldest line first; with `--follow` also what comes, until Ctrl-C."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bootstrap import stacks
from bootstrap.console import say
from bootstrap.errors import StackError, UsageError
from bootstrap.settings import Settings
from bootstrap.target import Target

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_logs.type_defs import FilteredLogEventTypeDef

_SHOWN = timedelta(minutes=15)  # how far back the log is shown
_LATE = timedelta(seconds=30)  # how much later than its own time a line may arrive
_FOLLOW = "--follow"


def read(
    logs: "CloudWatchLogsClient", group: str, since: datetime, known: set[str]
) -> Iterator["FilteredLogEventTypeDef"]:
    """Give the lines since then that are not known yet, in order of time, and note them as known."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=round(since.timestamp() * 1000)
    )
    new = [event for page in pages for event in page["events"] if event["eventId"] not in known]
    known.update(event["eventId"] for event in new)
    yield from sorted(new, key=lambda event: event["timestamp"])


def run(*options: str) -> int:
    """Print the log; return the exit code."""
    if set(options) - {_FOLLOW}:
        raise UsageError(f"python -m bootstrap logs [{_FOLLOW}]")
    settings = Settings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    stack = stacks.standing(target.client("cloudformation"), settings.stack)
    if "LogGroupName" not in stack.outputs:
        raise StackError(f"The stack {stack.name} is {stack.status} and has no log yet: `make up` mends it.")
    logs, group = target.client("logs"), stack.outputs["LogGroupName"]
    known: set[str] = set()
    since = datetime.now(UTC) - _SHOWN
    try:
        while True:
            for event in read(logs, group, since, known):
                say(_line(event))
            if _FOLLOW not in options:
                return 0
            since = max(since, datetime.now(UTC) - _LATE)
            time.sleep(0.5 if target.emulated else 2.0)
    except KeyboardInterrupt:
        return 0


def _line(event: "FilteredLogEventTypeDef") -> str:
    moment = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return f"{moment:%H:%M:%S.%f}"[:-3] + f"  {event['message'].rstrip()}"
