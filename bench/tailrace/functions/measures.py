"""The AWS/Lambda metrics of invocations: noted in one step, spread over AWS's dimensions when stored."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tailrace import cloudwatch
from tailrace.cloudwatch.cells import Cell, CellKey, cell_of, key
from tailrace.functions.shapes import Counting, FunctionId

NAMESPACE = "AWS/Lambda"


class Metered(NamedTuple):
    """Whose metrics. `resource` is the function's name, with alias or version if it was invoked by one."""

    account: str
    region: str
    function: str
    resource: str
    version: str

    def dimensions(self) -> list[dict[str, str]]:
        """Give AWS's sets of dimensions; an alias is counted by the version that it stood for too."""
        by_function = {"FunctionName": self.function}
        by_resource = by_function | {"Resource": self.resource}
        sets = [{}, by_function, by_resource]
        if self.resource not in (self.function, f"{self.function}:{self.version}"):
            sets.append(by_resource | {"ExecutedVersion": self.version})
        return sets


class InvocationSample(NamedTuple):
    """One invocation: milliseconds, 1 if it failed, how many ran at its start (of the function, of all)."""

    duration: float
    failed: int
    of_function: int
    of_account: int


type Noted = tuple[Metered, int, InvocationSample]

_noted: deque[Noted] = deque()


def invoked(metered: Metered, at: float, sample: InvocationSample) -> None:
    """One invocation that reached the function, started at `at` (epoch seconds)."""
    _noted.append((metered, int(at), sample))
    cloudwatch.FLUSHER.note()


def throttled(metered: Metered, at: float) -> None:
    """One invocation that found no concurrency: neither an invocation nor an error."""
    for which, sums in _spread(metered, int(at), ("Throttles", "Count"), [1]):
        cloudwatch.add(which, sums)


def concurrency(counting: Counting, function_id: FunctionId) -> tuple[int, int]:
    """How many invocations hold a lease now: of the function, and of all."""
    tracker = counting.on_demand_concurrency_trackers[function_id.account, function_id.region]
    running = tracker.concurrent_executions
    return running[function_id.unqualified_arn()], sum(list(running.values()))


def record_noted() -> None:
    """Record what was noted; `metrics` calls this before it stores."""
    noted = [_noted.popleft() for _ in range(len(_noted))]
    cloudwatch.STORE.add_all(spread(noted))


def spread(noted: Iterable[Noted]) -> Iterator[tuple[CellKey, Cell]]:
    """Add up what was noted by function and second, under each of AWS's sets of dimensions."""
    grouped: defaultdict[tuple[Metered, int], list[InvocationSample]] = defaultdict(list)
    for metered, second, sample in noted:
        grouped[metered, second].append(sample)
    for (metered, second), samples in grouped.items():
        durations, failures, of_function, of_account = zip(*samples, strict=True)
        yield from _spread(metered, second, ("Invocations", "Count"), [1] * len(samples))
        yield from _spread(metered, second, ("Errors", "Count"), failures)
        yield from _spread(metered, second, ("Throttles", "Count"), [0] * len(samples))
        yield from _spread(metered, second, ("Duration", "Milliseconds"), durations)
        concurrent = (NAMESPACE, "ConcurrentExecutions", "Count")
        owner = (metered.account, metered.region)
        yield key(owner, concurrent, {}, second), cell_of(of_account)
        yield key(owner, concurrent, {"FunctionName": metered.function}, second), cell_of(of_function)


def _spread(
    metered: Metered, second: int, metric: tuple[str, str], samples: Sequence[float]
) -> Iterator[tuple[CellKey, Cell]]:
    sums = cell_of(samples)
    for dimensions in metered.dimensions():
        yield key((metered.account, metered.region), (NAMESPACE, *metric), dimensions, second), sums
