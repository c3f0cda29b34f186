"""Logs of functions on their way to CloudWatch Logs: gathered, written every 50 ms and before anybody reads.

LocalStack's own way is a PutLogEvents request per invocation, which costs more than the invocation. Lines are
put into its store directly, and no request is sent while a lock is held: a request would wait for that lock.
"""

import threading
from typing import Any, NamedTuple

from tailrace.cloudwatch.flusher import Flusher

INTERVAL = 0.05
"""Seconds until a line is written to its stream."""


class LogStream(NamedTuple):
    """A log stream."""

    account: str
    region: str
    group: str
    stream: str


_waiting: dict[LogStream, list[tuple[float, str]]] = {}
_lock = threading.Lock()
_writing = threading.Lock()


def begin(target: LogStream) -> None:
    """Make the group of a new environment's stream, where nobody made it.

    Lines that come after it was deleted are dropped then, be they the environment's first.
    """
    with _writing:
        _backend(target).ensure_log_group(target.group)


def add(target: LogStream, lines: list[tuple[float, str]]) -> None:
    """Lines (epoch seconds, message) for a stream, in order."""
    with _lock:
        _waiting.setdefault(target, []).extend(lines)
    _FLUSHER.note()


def flush() -> None:
    """Write what is waiting; returns when all that was added before is readable."""
    with _writing:
        with _lock:
            batch = dict(_waiting)
            _waiting.clear()
        for target, lines in batch.items():
            _write(target, lines)


def _write(target: LogStream, lines: list[tuple[float, str]]) -> None:
    group = _backend(target).groups.get(target.group)
    if group is None:
        return  # deleted since: a function's last lines must not bring the group back
    if target.stream not in group.streams:
        group.create_log_stream(target.stream)
    events = [{"timestamp": int(at * 1000), "message": message} for at, message in lines]
    group.streams[target.stream].put_log_events(events)


def _backend(target: LogStream) -> Any:  # noqa: ANN401  moto's, untyped
    # Loaded here: LocalStack's logs service takes a while to import, and may never be used.
    from tailrace.cloudwatch.log_service import backend  # noqa: PLC0415

    return backend(target.account, target.region)


_FLUSHER = Flusher("lambda-logs", INTERVAL, flush)
