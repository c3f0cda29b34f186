"""One invocation from event to answer: environment, Lambda's log lines, time, memory. Knows no LocalStack."""

import math
import time
from typing import NamedTuple

from tailrace_emulator.executor import failures
from tailrace_emulator.executor.environment import Environment, Stop
from tailrace_emulator.executor.failures import Failure
from tailrace_emulator.executor.pool import Pool
from tailrace_emulator.executor.report import JsonLines, Lines, Run, TextLines, stamp
from tailrace_emulator.executor.runtime_api import Event

INIT_SECONDS = 10
"""How long a new environment may initialise before Lambda starts it over on the invocation's own time."""


class Function(NamedTuple):
    """What an execution has to know of the function version. Timeout in seconds, memory in MB."""

    version: str
    timeout: float
    memory_size: int
    runtime_version: str
    runtime_version_arn: str
    json_log: bool


class Result(NamedTuple):
    """The answer or AWS's error object, and what was logged (epoch seconds, message) in which environment."""

    payload: bytes
    failed: bool
    log: list[tuple[float, str]]
    environment: str
    started: float
    duration: float  # milliseconds


class _Attempt:
    """An invocation at work: its environment, its log so far."""

    def __init__(self, function: Function, event: Event, environment: Environment) -> None:
        self.function = function
        self.event = event
        self.environment = environment
        self.lines: Lines = JsonLines() if function.json_log else TextLines()
        self.log: list[tuple[float, str]] = []

    def write(self, *messages: str) -> None:
        """Add lines of the platform, after what the function wrote so far."""
        self.log += self.environment.log
        self.environment.log = []
        now = time.time()
        self.log += [(now, message) for message in messages]

    def begin_environment(self) -> tuple[float, Stop | None]:
        """Start it and let it initialise, at most INIT_SECONDS: milliseconds, and what went wrong."""
        version, arn = self.function.runtime_version, self.function.runtime_version_arn
        self.write(*self.lines.init_start(version, arn, time.time()))
        began = time.perf_counter()
        self.environment.start()
        stop = self.environment.initialise(INIT_SECONDS)
        took = (time.perf_counter() - began) * 1000
        if stop is not None:
            self._report_init(took, "init", stop)
        return took, stop

    def invoke(self, retry_init: bool) -> tuple[float, bytes | Stop]:  # noqa: FBT001  one caller
        """Hand over the event; where init failed, Lambda first tries it again, now on the function's time."""
        began = time.perf_counter()
        left = self.function.timeout
        stop = None
        if retry_init:
            self.environment.end()
            self.write()
            self.environment.start()
            stop = self.environment.initialise(left)
            took = time.perf_counter() - began
            left = max(left - took, 0.001)
            if stop is not None and stop.kind != "timeout":
                self._report_init(took * 1000, "invoke", stop)
        answer = stop or self.environment.invoke(self.event, left)
        return (time.perf_counter() - began) * 1000, answer

    def _report_init(self, took: float, phase: str, stop: Stop) -> None:
        status = "timeout" if stop.kind == "timeout" else "error"
        kind = "" if status == "timeout" else self.failure(stop, 0).error_type
        self.write(*self._failure_log(stop), *self.lines.init_failed(took, phase, status, kind, time.time()))

    def _failure_log(self, stop: Stop) -> tuple[str, ...]:
        return () if stop.kind in ("init-error", "timeout") else self.failure(stop, 0).log

    def failure(self, stop: Stop, exit_code: int) -> Failure:
        """In AWS's words."""
        request_id = self.event.request_id
        match stop.kind:
            case "timeout":
                return failures.timed_out(request_id, self.function.timeout, stamp(time.time()))
            case "memory":
                return failures.out_of_memory(request_id)
            case "too-large":
                return failures.answer_too_large(stop.size)
            case "exit":
                return failures.exited(request_id, stop.exit_code or exit_code)
        return failures.reported(stop.payload, stop.error_type)


def execute(function: Function, pool: Pool, event: Event) -> Result:
    """Run one invocation in a warm or a new environment of the pool."""
    environment, cold = pool.take()
    try:
        return _execute(_Attempt(function, event, environment), pool, cold=cold)
    except BaseException:
        environment.end()
        raise


def _execute(attempt: _Attempt, pool: Pool, *, cold: bool) -> Result:
    function, event, environment = attempt.function, attempt.event, attempt.environment
    init, failed_init = attempt.begin_environment() if cold else (None, None)
    started = time.time()
    attempt.write(*attempt.lines.start(event.request_id, function.version, started))
    duration, answer = attempt.invoke(retry_init=failed_init is not None)
    memory = environment.memory_used()
    failure = None
    if isinstance(answer, Stop):
        failure = _fail(attempt, answer)
        duration = function.timeout * 1000 if answer.kind == "timeout" else duration
        memory = function.memory_size if answer.kind == "memory" else memory
    run = Run(
        event.request_id,
        duration,
        function.memory_size,
        math.ceil(memory),
        None if failed_init else init,
        failure.status if failure else "success",
        failure.error_type if failure else "",
    )
    attempt.write(*attempt.lines.end(run, time.time()))
    if environment.alive():
        pool.give_back(environment)
    else:
        environment.end()
    payload = failure.payload if failure else answer
    return Result(payload, failure is not None, attempt.log, environment.id, started, duration)  # type: ignore[arg-type]  # bytes unless failed


def _fail(attempt: _Attempt, stop: Stop) -> Failure:
    """Word the failure. An exception leaves the environment warm; everything else ends it."""
    code = 0 if stop.kind == "error" else attempt.environment.end()
    failure = attempt.failure(stop, code)
    attempt.write(*failure.log)
    return failure
