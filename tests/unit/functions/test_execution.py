import time
from typing import TYPE_CHECKING, cast

import pytest

from tailrace.functions.execution import ExecutedVersion, ExecutionResult, execute
from tailrace.functions.pool import Pool
from tailrace.functions.report import TextLines
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.stops import Doom, StopReason

if TYPE_CHECKING:
    from tailrace.functions.environment import Environment

pytestmark = pytest.mark.unit

EVENT = InvocationEvent(b"{}", "id-1", "arn", "trace")
FUNCTION = ExecutedVersion("$LATEST", 3, 128, "python:3.13.v0", "arn:x", TextLines())


class Scripted:
    """An environment that does as it is told; `inits` and `answers` are used up in order."""

    def __init__(self, inits: list[StopReason | None], answers: list[bytes | StopReason]) -> None:
        self.stream = "2026/01/31/[$LATEST]0"
        self.born = self.idle_since = time.monotonic()
        self.log: list[tuple[float, str]] = []
        self.done: list[str] = []
        self.running = False
        self._inits = inits
        self._answers = answers

    def start(self) -> None:
        """Note it."""
        self.done.append("start")
        self.running = True

    def initialise(self, seconds: float) -> StopReason | None:
        """Come to the next end of an init."""
        del seconds
        self.log.append((0, "module\n"))
        return self._inits.pop(0)

    def invoke(self, event: InvocationEvent, seconds: float, doom: Doom | None = None) -> bytes | StopReason:
        """Come to the next end of an invocation."""
        del event, seconds, doom
        self.log.append((0, "handler\n"))
        return self._answers.pop(0)

    def freeze(self) -> None:
        """Stay as it is."""

    def thaw(self) -> None:
        """Stay as it is."""

    def memory_used(self) -> float:
        """Say always the same."""
        return 20.2

    @property
    def usable(self) -> bool:
        """Tell whether it runs."""
        return self.running

    def alive(self) -> bool:
        """Tell whether it runs."""
        return self.running

    def end(self) -> int:
        """Note it, once."""
        if self.running:
            self.done.append("end")
        self.running = False
        return -9


def run(environment: Scripted) -> tuple[ExecutionResult, list[str], Pool]:
    """Run one invocation in a pool that makes this environment."""
    pool = Pool(lambda: cast("Environment", environment))
    result = execute(FUNCTION, pool, EVENT)
    return result, [message.split("\t")[0] for _, message in result.log], pool


def test_a_cold_invocation_is_logged_in_order() -> None:
    """INIT_START, what the module wrote, START, what the handler wrote, END, REPORT."""
    result, lines, _ = run(Scripted([None], [b'{"ok":1}']))
    assert (result.payload, result.failed) == (b'{"ok":1}', False)
    assert lines == [
        "INIT_START Runtime Version: python:3.13.v0",
        "module\n",
        "START RequestId: id-1 Version: $LATEST\n",
        "handler\n",
        "END RequestId: id-1\n",
        "REPORT RequestId: id-1",
    ]
    assert "\tInit Duration: " in result.log[-1][1]
    assert "\tMax Memory Used: 21 MB\t" in result.log[-1][1]


def test_a_warm_environment_is_used_again() -> None:
    """The second invocation starts nothing and has no init."""
    environment = Scripted([None], [b"1", b"2"])
    _, _, pool = run(environment)
    second = execute(FUNCTION, pool, EVENT)
    assert (second.payload, environment.done) == (b"2", ["start"])
    assert second.log[0][1] == "START RequestId: id-1 Version: $LATEST\n"
    assert "Init Duration" not in second.log[-1][1]


def test_an_exception_leaves_the_environment_warm() -> None:
    """The runtime reported it and goes on."""
    environment = Scripted([None], [StopReason("error", payload=b'{"errorType":"KeyError"}'), b"2"])
    first, _, pool = run(environment)
    assert (first.failed, first.payload) == (True, b'{"errorType":"KeyError"}')
    assert "Status: error\tError Type: KeyError" in first.log[-1][1]
    assert execute(FUNCTION, pool, EVENT).payload == b"2"
    assert environment.done == ["start"]


@pytest.mark.parametrize("kind", ["timeout", "memory", "exit", "too-large"])
def test_every_other_failure_ends_the_environment(kind: str) -> None:
    """The next invocation begins in a new one."""
    environment = Scripted([None, None], [StopReason(kind), b"2"])  # type: ignore[arg-type]  # all four are kinds
    first, _, pool = run(environment)
    assert first.failed
    assert environment.done == ["start", "end"]
    assert execute(FUNCTION, pool, EVENT).log[0][1].startswith("INIT_START")


def test_a_timeout_is_charged_with_all_its_time() -> None:
    """The report says exactly the timeout, however late the kill came."""
    result, lines, _ = run(Scripted([None], [StopReason("timeout")]))
    assert "\tDuration: 3000.00 ms\t" in result.log[-1][1]
    assert result.log[-1][1].endswith("\tStatus: timeout\t\n")
    assert lines[-3].endswith("Z id-1 Task timed out after 3.00 seconds\n\n")


def test_too_much_memory_is_reported_as_all_of_it() -> None:
    """Max Memory Used is the memory size."""
    result, _, _ = run(Scripted([None], [StopReason("memory")]))
    assert "\tMax Memory Used: 128 MB\t" in result.log[-1][1]
    assert "Error Type: Runtime.OutOfMemory" in result.log[-1][1]


def test_a_failed_init_is_tried_once_more_before_start() -> None:
    """Both attempts are reported, the second on the function's time; then the error is the answer."""
    broken = StopReason("init-error", payload=b'{"errorType":"Runtime.ImportModuleError"}')
    environment = Scripted([broken, broken], [])
    result, lines, _ = run(environment)
    assert lines == [
        "INIT_START Runtime Version: python:3.13.v0",
        "module\n",
        *[line for line in lines if line.startswith("INIT_REPORT")][:1],
        "module\n",
        *[line for line in lines if line.startswith("INIT_REPORT")][1:],
        "START RequestId: id-1 Version: $LATEST\n",
        "END RequestId: id-1\n",
        "REPORT RequestId: id-1",
    ]
    phases = [message for _, message in result.log if message.startswith("INIT_REPORT")]
    assert ["Phase: init\t" in phases[0], "Phase: invoke\t" in phases[1]] == [True, True]
    assert result.payload == b'{"errorType":"Runtime.ImportModuleError"}'
    assert environment.done == ["start", "end", "start", "end"]


def test_an_init_that_succeeds_the_second_time_serves_the_event() -> None:
    """A module that was only slow is given the function's own time."""
    result, _, _ = run(Scripted([StopReason("timeout"), None], [b"1"]))
    assert (result.payload, result.failed) == (b"1", False)
    assert "Init Duration" not in result.log[-1][1]
