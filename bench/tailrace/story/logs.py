"""A function's log group, and which of its lines are one invocation's: in the text format, and in JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_logs import CloudWatchLogsClient

STARTED = "START RequestId: "
"""What Lambda begins an invocation's lines with, before the request's id."""
MOMENT = timedelta(seconds=2)
JITTER = 0.05
"""Seconds by which the log's times may differ from the mapping's."""
_START = re.compile(rf"{STARTED}(\S+)")
_OWN = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START", "XRAY TraceId")
_TRACE = re.compile(r'(?:XRAY TraceId: |"traceId"\s*:\s*"(?:Root=)?)(1-[0-9a-f]{8}-[0-9a-f]{24})')


class BatchLine(NamedTuple):
    """A line of the log; `at` is in epoch seconds."""

    at: float
    stream: str
    text: str


def request_begun(text: str) -> str:
    """Return the id of the request that a line says begins; empty if it says no such thing.

    >>> request_begun("START RequestId: 8f5 Version: $LATEST")
    '8f5'
    >>> request_begun('{"type": "platform.start", "record": {"requestId": "8f5"}}')
    '8f5'
    """
    plain = _START.match(text)
    if plain:
        return plain[1]
    if "platform.start" not in text:
        return ""
    try:
        said = json.loads(text)
        return str(said["record"]["requestId"]) if said["type"] == "platform.start" else ""
    except (ValueError, KeyError, TypeError):
        return ""


def lines_of(request_id: str, stream: str, lines: Iterable[BatchLine], since: float = 0) -> list[BatchLine]:
    """Return the lines of an invocation, from START to the next one's: an environment does one at a time.

    A batch that is tried again keeps its request's id: those that began before `since` are left out.
    """
    own: list[BatchLine] = []
    inside = False
    for line in lines:
        if line.stream != stream:
            continue
        begun = request_begun(line.text)
        if begun:
            inside = begun == request_id and line.at >= since
        if inside:
            own.append(line)
    return own


def of_the_function(lines: Iterable[BatchLine]) -> Iterator[BatchLine]:
    """Give the lines that the function wrote: not Lambda's own about beginning and end."""
    for line in lines:
        if (
            line.text.strip()
            and not line.text.startswith(_OWN)
            and '"type":"platform.' not in line.text.replace(" ", "")
        ):
            yield line


def trace_id(lines: Iterable[BatchLine]) -> str:
    """Return the X-Ray trace that an invocation was part of; empty if Lambda's report names none."""
    return next((found[1] for line in lines if (found := _TRACE.search(line.text))), "")


def log_group(functions: "LambdaClient", function: str) -> str:
    """Return the name of a function's log group; of one that is gone, the usual."""
    usual = f"/aws/lambda/{function.partition(':')[0]}"
    try:
        found = functions.get_function_configuration(FunctionName=function)
    except functions.exceptions.ResourceNotFoundException:
        return usual
    return (found.get("LoggingConfig") or {}).get("LogGroup") or usual


class LogGroup:
    """One log group."""

    def __init__(self, logs: "CloudWatchLogsClient", name: str) -> None:
        self._logs, self.name = logs, name

    def invocation(self, request_id: str, began: float, ended: float) -> list[BatchLine]:
        """Return the lines of an invocation that took this time (epoch seconds); none without a log."""
        begin = datetime.fromtimestamp(began, UTC) - MOMENT
        end = datetime.fromtimestamp(ended, UTC) + MOMENT
        since = began - JITTER
        named = self.read(begin, end, filterPattern=f'"{request_id}"')
        own = [line for line in named if request_begun(line.text) == request_id and line.at >= since]
        if not own:
            return []
        lines = self.read(begin, end, logStreamNames=[own[0].stream])
        found = lines_of(request_id, own[0].stream, lines, since)
        return [line for line in found if line.at <= ended + JITTER]

    def read(self, begin: datetime, end: datetime | None, **more: Any) -> list[BatchLine]:  # noqa: ANN401  FilterLogEvents' own
        """Return the lines in this time, oldest first; an emulator gives more than the pattern."""
        if end:
            more["endTime"] = round(end.timestamp() * 1000)
        try:
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=self.name, startTime=round(begin.timestamp() * 1000), **more
            )
            lines = [
                BatchLine(event["timestamp"] / 1000, event["logStreamName"], event["message"].rstrip())
                for page in pages
                for event in page["events"]
            ]
        except self._logs.exceptions.ResourceNotFoundException:
            return []
        return sorted(lines, key=lambda line: line.at)
