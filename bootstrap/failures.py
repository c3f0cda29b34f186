"""What a function failed with: read from the answer to an invocation, or from the function's log.

Lambda writes a failure in three ways: as text or as JSON, by the function's log format, and as a sentence of
its own where the runtime could not speak any more (a timeout, a kill).
"""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

_PATTERN = '?ERROR ?"Task timed out" ?"Runtime exited"'  # what CloudWatch Logs looks for; we look closer
_TEXT = re.compile(r"\[ERROR\] ([\w.]+)(?:: (.*))?")
_ENDED = re.compile(r"(Task timed out after [\d.]+ seconds|Runtime exited[^\n]*)")
_ENDINGS = {"Task": "Sandbox.Timedout", "Runtime": "Runtime.ExitError"}
_FRAME = re.compile(r'File "([^"]+)",? [Ll]ine (\d+)(?:, in (\S+))?')
# Where the code lies: on Lambda, and on the embedded emulator, which unpacks it under its hash.
_TASK = re.compile(r"(?:/[^\s:(\"']*)?/(?:var/task|code/[0-9a-f]{64})/")
_OURS = ("handler/", "detector/")
LAYER = "handler/once/"
_MISSING = re.compile(r"No module named '([\w.]+)'|cannot import name '(\w+)' from '([\w.]+)'")
_IMPORTING = {"Runtime.ImportModuleError", "Runtime.UserCodeSyntaxError", "Runtime.HandlerNotFound"}
_MODULE = "<module>"  # what Python calls the code that runs while a module is imported


class Failure(NamedTuple):
    """One way in which a function failed."""

    kind: str
    """The exception's type, or Lambda's word for what happened."""
    message: str
    place: str = ""
    """Where it was raised, as `handler/analytics.py:12`; empty if that is not known."""
    importing: bool = False
    """Whether it failed before it could take any event."""
    times: int = 1
    last: datetime | None = None
    """When it happened last, if it is from a log."""

    def __str__(self) -> str:
        where = f", at {self.place}" if self.place else ""
        return f"{self.kind}: {self.message}{where}" if self.message else f"{self.kind}{where}"


def of_answer(payload: bytes) -> Failure:
    """Return the failure that the answer to a failed invocation tells of."""
    try:
        fields = json.loads(payload)
    except ValueError:
        fields = {}
    return _of_fields(fields) if isinstance(fields, dict) else Failure("Unknown", str(fields))


def of_line(text: str) -> Failure | None:
    """Return the failure that a line of a function's log tells of, or None.

    >>> of_line("2026-01-02T03:04:05.678Z 0a1b Task timed out after 3.00 seconds")
    Failure(kind='Sandbox.Timedout', message='Task timed out after 3.00 seconds', ...)
    """
    if text.startswith("{"):
        return _of_json(text)
    first, *more = text.splitlines() or [""]  # a carriage return ends a line of Lambda's too
    found = _TEXT.fullmatch(first)
    if found:
        message = found[2] or ""
        return _of_fields({"errorType": found[1], "errorMessage": message, "stackTrace": more})
    ended = _ENDED.search(text)
    if ended and not text.startswith("["):  # what the function itself printed begins with its level
        return Failure(_ENDINGS[ended[1].split()[0]], ended[1])
    return None


def last_failure(logs: "CloudWatchLogsClient", group: str, since: datetime) -> Failure | None:
    """Return what a function failed with last since then, with how often it did so; None if it did not."""
    try:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=round(since.timestamp() * 1000), filterPattern=_PATTERN
        )
        lines = [(event["timestamp"], event["message"]) for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return None
    return newest(lines)


def newest(lines: Iterable[tuple[int, str]]) -> Failure | None:
    """Return the newest failure among a log's lines (epoch milliseconds, text), counted; None without one."""
    found = [(at, failure) for at, text in sorted(lines) if (failure := of_line(text))]
    if not found:
        return None
    at, last = found[-1]
    alike = sum((failure.kind, failure.place) == (last.kind, last.place) for _, failure in found)
    return last._replace(times=alike, last=datetime.fromtimestamp(at / 1000, UTC))


def importing_place(message: str, sources: Mapping[str, bytes]) -> str:
    """Return which line imports what cannot be imported, as `file:line`, since Lambda does not say; or empty.

    >>> importing_place("No module named 'numpy'", {"handler/analytics.py": b"import json, numpy"})
    'handler/analytics.py:1'
    """
    found = _MISSING.search(message)
    if not found:
        return ""
    module, name = (found[1], None) if found[1] else (found[3], found[2])
    for path in sorted(sources, key=lambda path: (path.startswith(LAYER), path)):
        if not path.endswith(".py"):
            continue
        try:
            tree = ast.parse(sources[path])
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if _imports(node, module, name):
                return f"{path}:{node.lineno}"  # type: ignore[attr-defined]  # an import has a line
    return ""


def _imports(node: ast.AST, module: str, name: str | None) -> bool:
    """Tell whether it imports the module, or the one name out of it."""
    if isinstance(node, ast.ImportFrom):
        return node.module == module and (name is None or name in {alias.name for alias in node.names})
    return isinstance(node, ast.Import) and name is None and module in {alias.name for alias in node.names}


def _of_json(text: str) -> Failure | None:
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    if "errorType" in fields and ("stackTrace" in fields or "errorMessage" in fields):
        return _of_fields(fields)
    record = fields.get("record")
    if fields.get("type") == "platform.report" and record.get("status") == "timeout":
        return Failure(
            _ENDINGS["Task"], f"Task timed out after {record['metrics']['durationMs'] / 1000:.2f} s"
        )
    return None


def _of_fields(fields: Mapping[str, Any]) -> Failure:
    """Return the failure of Lambda's own three fields."""
    frames = _FRAME.findall("\n".join(map(str, fields.get("stackTrace") or ())))
    kind, message = fields.get("errorType") or "Error", _TASK.sub("", fields.get("errorMessage") or "")
    importing = kind in _IMPORTING or any(within == _MODULE for _, _, within in frames)
    return Failure(kind, message, _place([(path, line) for path, line, _ in frames]), importing)


def _place(frames: list[tuple[str, str]]) -> str:
    """Return the deepest line of the user's own; else of ours, else of what is packed with it."""
    packed = [f"{_TASK.sub('', path)}:{line}" for path, line in frames if _TASK.match(path)]
    ours = [place for place in packed if place.startswith(_OURS)]
    own = [place for place in ours if not place.startswith(LAYER)]
    return next((places[-1] for places in (own, ours, packed) if places), "")
