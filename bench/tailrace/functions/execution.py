"""One invocation from event to answer: environment, Lambda's log lines, time, memory. Knows no LocalStack."""

import math
import time
from typing import NamedTuple

from tailrace.clock import CLOCK
from tailrace.functions import failures
from tailrace.functions.environment import Environment
from tailrace.functions.failures import FunctionFailure
from tailrace.functions.pool import Pool
from tailrace.functions.report import Lines, ReportedRun, stamp
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.stops import Doom, StopReason

INIT_SECONDS = 10
"""How long a new environment may initialise before Lambda starts it over on the invocation's own time."""


class ExecutedVersion(NamedTuple):
    """What an execution has to know of the function version. Timeout in seconds, memory in MB."""

    version: str
    timeout: float
    memory_size: int
    runtime_version: str
    runtime_version_arn: str
    lines: Lines


class ExecutionResult(NamedTuple):
    """The answer or AWS's error object, and what was logged (epoch seconds, message) in which log stream."""

    payload: bytes
    failed: bool
    log: list[tuple[float, str]]
    stream: str
    started: float
    duration: float  # milliseconds


class _Attempt:
    """An invocation at work: its environment, its log so far."""

    def __init__(
        self, function: ExecutedVersion, event: InvocationEvent, environment: Environment, doom: Doom | None
    ) -> None:
        self.function = function
        self.event = event
        self.environment = environment
        self.doom = doom
        self.log: list[tuple[float, str]] = []

    def write(self, *messages: str) -> None:
        """Add lines of the platform, after what the function wrote so far."""
        self.log += self.environment.log
        self.environment.log = []
        now = CLOCK.now()
        self.log += [(now, message) for message in messages]

    def begin_environment(self) -> tuple[float, StopReason | None]:
        """Start it and let it initialise, at most INIT_SECONDS: milliseconds, and what went wrong."""
        version, arn = self.function.runtime_version, self.function.runtime_version_arn
        self.write(*self.function.lines.init_start(version, arn, CLOCK.now()))
        began = time.perf_counter()
        self.environment.start()
        stop = self.environment.initialise(INIT_SECONDS)
        took = (time.perf_counter() - began) * 1000
        if stop is not None:
            self._report_init(took, "init", stop)
        else:
            self.write(*self.function.lines.init_done(took, CLOCK.now()))
        return took, stop

    def invoke(self, *, retry_init: bool) -> tuple[float, bytes | StopReason]:
        """Hand over the event: milliseconds, and the answer or why there is none.

        Where init failed, Lambda tries it once more, now on the function's time and before its START.
        """
        began = time.perf_counter()
        stop = self._begin_again() if retry_init else None
        left = self.function.timeout - (time.perf_counter() - began)
        lines = self.function.lines.start(self.event.request_id, self.function.version, CLOCK.now())
        self.write(*lines)
        answer = stop or self.environment.invoke(self.event, left, self.doom)
        return (time.perf_counter() - began) * 1000, answer

    def _begin_again(self) -> StopReason | None:
        began = time.perf_counter()
        self.environment.end()
        self.environment.start()
        stop = self.environment.initialise(self.function.timeout)
        if stop is not None:
            self._report_init((time.perf_counter() - began) * 1000, "invoke", stop)
        return stop

    def _report_init(self, took: float, phase: str, stop: StopReason) -> None:
        status = "timeout" if stop.kind == "timeout" else "error"
        kind = "" if stop.kind == "timeout" else self.failure(stop).error_type
        self.write(*self.function.lines.init_failed(took, phase, status, kind, CLOCK.now()))

    def failure(self, stop: StopReason) -> FunctionFailure:
        """Word it as AWS does."""
        request_id = self.event.request_id
        match stop.kind:
            case "timeout":
                return failures.timed_out(request_id, self.function.timeout, stamp(CLOCK.now()))
            case "memory":
                return failures.out_of_memory(request_id)
            case "too-large":
                return failures.answer_too_large(stop.size)
            case "exit":
                return failures.exited(request_id, stop.exit_code)
            case "entrypoint":
                return failures.no_entrypoint(request_id, stop.error_type, stop.payload.decode())
        return failures.reported(stop.payload, stop.error_type)


def execute(
    function: ExecutedVersion, pool: Pool, event: InvocationEvent, doom: Doom | None = None
) -> ExecutionResult:
    """Run one invocation in a warm or a new environment of the pool; `doom` is how it is to end."""
    environment, cold = pool.take()
    try:
        return _execute(_Attempt(function, event, environment, doom), cold=cold)
    finally:
        pool.give_back(environment)


def _execute(attempt: _Attempt, *, cold: bool) -> ExecutionResult:
    function, environment = attempt.function, attempt.environment
    init, failed_init = attempt.begin_environment() if cold else (None, None)
    started = CLOCK.now()
    duration, answer = attempt.invoke(retry_init=failed_init is not None)
    memory = environment.memory_used()
    run = ReportedRun(
        attempt.event.request_id,
        duration,
        function.memory_size,
        math.ceil(memory),
        None if failed_init else init,
    )
    payload = answer if isinstance(answer, bytes) else b""
    if isinstance(answer, StopReason):
        if answer.kind != "error":
            environment.end()
        failure = attempt.failure(answer)
        attempt.write(*failure.log)
        payload = failure.payload
        run = _failed(run, answer, failure, function)
    attempt.write(*function.lines.end(run, CLOCK.now()))
    return ExecutionResult(
        payload, isinstance(answer, StopReason), attempt.log, environment.stream, started, run.duration
    )


def _failed(
    run: ReportedRun, stop: StopReason, failure: FunctionFailure, function: ExecutedVersion
) -> ReportedRun:
    run = run._replace(status=failure.status, error_type=failure.error_type)
    if stop.kind == "timeout":
        return run._replace(duration=function.timeout * 1000)
    if stop.kind == "memory":
        return run._replace(memory_used=function.memory_size)
    return run
