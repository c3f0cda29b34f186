"""The AWS/Lambda metrics of invocations: noted in one step, spread over AWS's dimensions when stored."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import NamedTuple

from tailrace_emulator import metrics
from tailrace_emulator.executor.shapes import Counting, FunctionId
from tailrace_emulator.metrics.gather import key, statistics

NAMESPACE = "AWS/Lambda"

type Samples = Sequence[float]


class Metered(NamedTuple):
    """Whose metrics. `resource` is the function's name, with alias or version if it was invoked by one."""

    account: str
    region: str
    function: str
    resource: str


class Sample(NamedTuple):
    """One invocation: milliseconds, 1 if it failed, how many ran at its start (of the function, of all)."""

    duration: float
    failed: int
    of_function: int
    of_account: int


_noted: deque[tuple[Metered, int, Sample]] = deque()


def invoked(metered: Metered, at: float, sample: Sample) -> None:
    """One invocation that reached the function, started at `at` (epoch seconds)."""
    _noted.append((metered, int(at), sample))
    metrics.FLUSHER.note()


def throttled(metered: Metered, at: float) -> None:
    """One invocation that found no concurrency: neither an invocation nor an error."""
    _spread(metered, int(at), ("Throttles", "Count"), [1])


def concurrency(counting: Counting, function_id: FunctionId) -> tuple[int, int]:
    """How many invocations hold a lease now: of the function, and of all."""
    tracker = counting.on_demand_concurrency_trackers[function_id.account, function_id.region]
    running = tracker.concurrent_executions
    return running[function_id.unqualified_arn()], sum(list(running.values()))


def spread_noted() -> None:
    """Record what was noted; `metrics` calls this before it stores."""
    grouped: defaultdict[tuple[Metered, int], list[Sample]] = defaultdict(list)
    while _noted:
        metered, second, sample = _noted.popleft()
        grouped[metered, second].append(sample)
    for (metered, second), samples in grouped.items():
        durations, failures, of_function, of_account = zip(*samples, strict=True)
        _spread(metered, second, ("Invocations", "Count"), [1] * len(samples))
        _spread(metered, second, ("Errors", "Count"), failures)
        _spread(metered, second, ("Throttles", "Count"), [0] * len(samples))
        _spread(metered, second, ("Duration", "Milliseconds"), durations)
        concurrent = ("ConcurrentExecutions", "Count")
        _put(metered, second, concurrent, of_account, {})
        _put(metered, second, concurrent, of_function, {"FunctionName": metered.function})


def _spread(metered: Metered, second: int, metric: tuple[str, str], samples: Samples) -> None:
    by_function = {"FunctionName": metered.function}
    for dimensions in ({}, by_function, by_function | {"Resource": metered.resource}):
        _put(metered, second, metric, samples, dimensions)


def _put(
    metered: Metered, second: int, metric: tuple[str, str], samples: Samples, dimensions: dict[str, str]
) -> None:
    which = key((metered.account, metered.region), (NAMESPACE, *metric), dimensions, second)
    metrics.add(which, statistics(samples))
