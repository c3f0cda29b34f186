"""The AWS/Lambda metrics of invocations: noted in one step, spread over AWS's dimensions when stored."""

from collections import deque
from typing import NamedTuple

from tailrace_emulator import metrics
from tailrace_emulator.executor.shapes import Counting, FunctionId

NAMESPACE = "AWS/Lambda"


class Metered(NamedTuple):
    """Whose metrics. `resource` is the function's name, with alias or version if it was invoked by one."""

    account: str
    region: str
    function: str
    resource: str


_noted: deque[tuple[Metered, float, float, bool, tuple[int, int]]] = deque()


def invoked(
    metered: Metered, at: float, duration: float, *, failed: bool, concurrent: tuple[int, int]
) -> None:
    """One invocation that reached the function: start (epoch seconds), milliseconds, whether it failed.

    `concurrent` is how many ran at its start: of this function, and in the whole account and region.
    """
    _noted.append((metered, at, duration, failed, concurrent))
    metrics.FLUSHER.note()


def throttled(metered: Metered, at: float) -> None:
    """One invocation that found no concurrency: neither an invocation nor an error."""
    _spread(metered, ("Throttles", "Count"), 1, at)


def concurrency(counting: Counting, function_id: FunctionId) -> tuple[int, int]:
    """How many invocations hold a lease now: of the function, and of all."""
    tracker = counting.on_demand_concurrency_trackers[function_id.account, function_id.region]
    running = tracker.concurrent_executions
    return running[function_id.unqualified_arn()], sum(running.values())


def spread_noted() -> None:
    """Record what was noted; `metrics` calls this before it stores."""
    while _noted:
        metered, at, duration, failed, (of_function, of_account) = _noted.popleft()
        _spread(metered, ("Invocations", "Count"), 1, at)
        _spread(metered, ("Errors", "Count"), int(failed), at)
        _spread(metered, ("Throttles", "Count"), 0, at)
        _spread(metered, ("Duration", "Milliseconds"), duration, at)
        concurrent = ("ConcurrentExecutions", "Count")
        _put(metered, concurrent, of_account, at, {})
        _put(metered, concurrent, of_function, at, {"FunctionName": metered.function})


def _spread(metered: Metered, metric: tuple[str, str], value: float, at: float) -> None:
    by_function = {"FunctionName": metered.function}
    for dimensions in ({}, by_function, by_function | {"Resource": metered.resource}):
        _put(metered, metric, value, at, dimensions)


def _put(
    metered: Metered, metric: tuple[str, str], value: float, at: float, dimensions: dict[str, str]
) -> None:
    metrics.record(
        account=metered.account,
        region=metered.region,
        namespace=NAMESPACE,
        name=metric[0],
        unit=metric[1],
        value=value,
        dimensions=dimensions,
        at=at,
    )
