"""Logs of functions on their way to CloudWatch Logs: gathered, written every 50 ms and before anybody reads.

LocalStack's own way is a PutLogEvents request per invocation, which costs more than the invocation.
"""

import contextlib
import threading
from typing import Any, NamedTuple

from tailrace.cloudwatch.flusher import Flusher

INTERVAL = 0.05
"""Seconds until a line is written to its stream."""


class Target(NamedTuple):
    """A log stream."""

    account: str
    region: str
    group: str
    stream: str


_waiting: dict[Target, list[tuple[float, str]]] = {}
_lock = threading.Lock()
_writing = threading.Lock()


def begin(target: Target) -> None:
    """Make the group of a new environment's stream, where nobody made it.

    Lines that come after it was deleted are dropped then, be they the environment's first.
    """
    with _writing:
        _backend(target).ensure_log_group(target.group)


def add(target: Target, lines: list[tuple[float, str]]) -> None:
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


def _write(target: Target, lines: list[tuple[float, str]]) -> None:
    backend = _backend(target)
    if target.group not in backend.groups:
        return  # deleted since: a function's last lines must not bring the group back
    events = [{"timestamp": int(at * 1000), "message": message} for at, message in lines]
    if backend.filters.metric_filters:
        _put_by_request(target, events)
        return
    group = backend.groups[target.group]
    if target.stream not in group.streams:
        group.create_log_stream(target.stream)
    group.streams[target.stream].put_log_events(events)


def _backend(target: Target) -> Any:  # noqa: ANN401  moto's, untyped
    # Loaded here: LocalStack's logs service takes a while to import, and may never be used.
    from localstack.services.logs import provider as _  # noqa: F401, PLC0415  its subscription filters
    from localstack.services.logs.models import get_moto_logs_backend  # noqa: PLC0415

    return get_moto_logs_backend(target.account, target.region)


def _put_by_request(target: Target, events: list[dict[str, object]]) -> None:
    # Metric filters are counted by LocalStack's PutLogEvents.
    from localstack.aws.connect import connect_to  # noqa: PLC0415

    client = connect_to(aws_access_key_id=target.account, region_name=target.region).logs
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_stream(logGroupName=target.group, logStreamName=target.stream)
    client.put_log_events(logGroupName=target.group, logStreamName=target.stream, logEvents=events)


_FLUSHER = Flusher("lambda-logs", INTERVAL, flush)
