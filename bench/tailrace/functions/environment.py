"""One execution environment: a process of the runtime, and the Runtime API that it talks to.

No thread of its own: whoever invokes serves the API meanwhile, by one poll over the API's sockets, the log
pipe and the process itself. Between invocations nothing runs here; what the runtime sends waits in a socket.
"""

import contextlib
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tailrace.control import trees
from tailrace.functions import members
from tailrace.functions.log_pipe import Line, LogPipe
from tailrace.functions.process import Program, RuntimeProcess
from tailrace.functions.relay import Relay
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.runtime_sockets import RuntimeSockets
from tailrace.functions.stops import Doom, StopReason

MEMORY_CHECK = 0.025
"""Seconds between two looks at the memory of a function that is at work."""
MEMORY_NOTICED = 0.005
"""Seconds since the last look in which little can be added: what ends within them is not looked at."""


class Recipe(NamedTuple):
    """How a function's environments are made. `variables` asks for the two that differ each time."""

    program: Callable[[Path], Program]  # asked for with the environment's own folder
    variables: Callable[[str, str], dict[str, str]]  # (runtime API's address, that folder)
    temporary: Path
    memory_size: int  # MB
    frames: bool = True  # whether AWS's client logs in frames
    complaint: tuple[str, str] | None = None  # error type and text, where it cannot begin at all
    offline: tuple[str, int] | None = None  # the only address that it reaches, if it has no network
    function: str = ""  # its name


class Environment:
    """Made by `start`, ready after `initialise`, then any number of `invoke`, one at a time, and `end`."""

    def __init__(self, recipe: Recipe, identity: str, stream: str) -> None:
        self.stream = stream
        self.function = recipe.function
        self.born = time.monotonic()
        self.idle_since = self.born
        self.log: list[Line] = []
        self._recipe = recipe
        self._temporary = recipe.temporary / identity
        self._started = False
        self._frozen = False
        self._relay: Relay | None = None
        self._peak = 0.0
        self._looked_at = 0.0
        self._exited = False
        self._struck: StopReason | None = None  # set once, by the thread that ends it

    def start(self) -> None:
        """Start the process; it initialises by itself."""
        if self._recipe.complaint:
            return
        self._temporary.mkdir(parents=True)
        self._peak = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        host, port = self._listener.getsockname()
        self._pipe = LogPipe()
        variables = self._recipe.variables(f"{host}:{port}", str(self._temporary))
        recipe = self._recipe
        if recipe.frames:
            variables["_LAMBDA_TELEMETRY_LOG_FD"] = str(self._pipe.theirs)
        try:
            program = recipe.program(self._temporary)
            if recipe.offline:
                program = program._replace(ports=(port, recipe.offline[1]))
            self._process = RuntimeProcess(program, variables, self._pipe.theirs)
            if self._process.listeners:
                self._listener.close()
                self._listener, emulator = self._process.listeners
                self._relay = Relay(emulator, recipe.offline or ("", 0))
        except BaseException:
            self._listener.close()
            self._pipe.close()
            raise
        finally:
            self._pipe.started()
        self._exited = False
        self._poll = select.poll()
        self._api = RuntimeSockets(self._listener, self._poll, self._meet)
        for descriptor in (self._pipe.descriptor, self._process.pidfd):
            self._poll.register(descriptor, select.POLLIN)
        self._started, self._frozen = True, False

    def initialise(self, seconds: float) -> StopReason | None:
        """Wait until the function's module is loaded; None when it is."""
        if self._recipe.complaint:
            kind, text = self._recipe.complaint
            return StopReason("entrypoint", payload=text.encode(), error_type=kind)
        stop = self._serve(self._api.is_waiting, time.monotonic() + seconds)
        return StopReason("memory") if self._over_memory() else stop

    def invoke(self, event: InvocationEvent, seconds: float, doom: Doom | None = None) -> bytes | StopReason:
        """Hand over the event; the function's answer, or why there is none. `doom` is how it is to end."""
        until = time.monotonic() + seconds
        if doom and doom.moment == "before":
            return doom.stop
        self._api.begin(event.request_id, doom)
        self._pipe.begin()
        stop = self._serve(self._api.is_waiting, until)
        if stop is None and self._api.hand_over(event, time.time() + seconds):
            stop = self._serve(self._api.is_answered, until)
        self._drain()
        self.log += self._pipe.finish()
        if time.monotonic() - self._looked_at >= MEMORY_NOTICED and self._over_memory() and stop is None:
            stop = StopReason("memory")
        if stop is None and self._api.is_answered():
            return self._api.answer or b""
        return stop or StopReason("exit", self._process.exit_code() or 0)

    def freeze(self) -> None:
        """Let nothing of it run until it is thawed: between two invocations."""
        if self._started and not self._frozen:
            self._frozen = True
            self._process.freeze()

    def thaw(self) -> None:
        """Let it run again, before it gets an event."""
        if self._frozen:
            self._frozen = False
            self._process.thaw()

    def strike(self, stop: StopReason) -> None:
        """Kill the process in the middle of its invocation, which ends so; called by another thread."""
        self._struck = stop
        self.kill()

    def kill(self) -> None:
        """Kill the process, whoever serves it; they find out by themselves."""
        if self._started:
            self._process.kill()

    @property
    def usable(self) -> bool:
        """Whether it can take another event, as far as is known."""
        return self._started and self._struck is None and not self._exited

    def alive(self) -> bool:
        """Look whether it can take another event: whether it has ended, or asked for one, since the last."""
        if self._started:
            for descriptor, _ in self._poll.poll(0):
                if descriptor != self._pipe.descriptor:  # what it has written belongs to the next invocation
                    self._handle(descriptor)
        return self.usable

    def memory_used(self) -> float:
        """Give the largest memory so far in MB; at most the function's size, which a killed function had."""
        return min(self._peak, self._recipe.memory_size)

    def end(self) -> int:
        """Kill the process with all that it started, clear away, give its exit code. Again: nothing."""
        if not self._started:
            return 0
        self._started = False
        code = self._process.end()
        self._drain()
        self.log += self._pipe.finish()
        self._api.close()
        if self._relay:
            self._relay.close()
        self._pipe.close()
        trees.remove(self._temporary)
        return code

    def _serve(self, done: Callable[[], bool], until: float) -> StopReason | None:
        memory_at = time.monotonic() + MEMORY_CHECK
        while not done():
            now = time.monotonic()
            if now >= until:
                return StopReason("timeout")
            if now >= memory_at:
                memory_at = now + MEMORY_CHECK
                if stop := self._looked():
                    return stop
            for descriptor, _ in self._poll.poll(min(until - now, MEMORY_CHECK) * 1000 + 1):
                self._handle(descriptor)
            if self._api.stop is not None:
                return self._api.stop
            if self._exited and not done():
                return self._after_exit()
        return self._api.stop

    def _looked(self) -> StopReason | None:
        """Look at all that runs in the environment: how many processes, and how much memory they take."""
        others = self._process.started()
        if len(others) > members.MOST:
            return StopReason("exit", -signal.SIGKILL)
        if others:
            self._peak = max(self._peak, self._process.memory_with(others))
        return StopReason("memory") if self._over_memory() else None

    def _over_memory(self) -> bool:
        self._looked_at = time.monotonic()
        self._peak = max(self._peak, self._process.peak_memory())
        return self._peak > self._recipe.memory_size

    def _after_exit(self) -> StopReason | None:
        self._api.read_all()
        return self._struck or self._api.stop or StopReason("exit", self._process.exit_code() or 0)

    def _handle(self, descriptor: int) -> None:
        if descriptor == self._pipe.descriptor:
            self._drain()
        elif descriptor == self._process.pidfd:
            self._exited = True
        else:
            self._api.handle(descriptor)

    def _meet(self, doom: Doom) -> None:
        """Let the invocation end as it is to."""
        if doom.moment == "after":
            self.strike(doom.stop)
        else:
            self.kill()

    def _drain(self) -> None:
        self.log += self._pipe.read()
        if self._pipe.ended:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._pipe.descriptor)
