"""A function's process: started, measured, ended together with whatever it started itself."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from tailrace.functions import members

_PATIENCE = 10.0
_LAUNCH = str(Path(__file__).with_name("launch.py"))
_MARK = "AWS_LAMBDA_LOG_STREAM_NAME"
"""The variable by which an environment's processes are found once their runtime is gone: each has its own."""

# The kernel ties a child's death signal to the *thread* that started it: this one ends only with LocalStack.
_SPAWNER = ThreadPoolExecutor(1, thread_name_prefix="lambda-spawner")


class Program(NamedTuple):
    """What `launch.py` is asked to start: a command in a folder, and the file system that it is to see."""

    command: Sequence[str]
    folder: str
    root: Mapping[str, Any] | None = None
    largest: int | None = None  # MB of the largest file that may be written
    ports: Sequence[int] = ()  # of its own network, which leads nowhere; without any it shares this machine's


def _received(door: socket.socket, number: int) -> list[socket.socket]:
    """Take the listening sockets that the launcher has made; none if it ended before."""
    door.settimeout(_PATIENCE)
    with door, contextlib.suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(door, 1, number)
        return [socket.socket(fileno=descriptor) for descriptor in descriptors]
    return []


class RuntimeProcess:
    """A session of its own: the runtime, and what the function starts. It writes to `output`."""

    def __init__(self, program: Program, variables: Mapping[str, str], output: int) -> None:
        launch = [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid())]
        self.listeners: list[socket.socket] = []  # of its own network, one for each port
        ours, theirs = socket.socketpair() if program.ports else (None, None)
        started = _SPAWNER.submit(
            subprocess.Popen[bytes],
            launch,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={},
            pass_fds=(output, theirs.fileno()) if theirs else (output,),
            start_new_session=True,
        )
        self._popen = started.result()
        asked: dict[str, Any] = {
            "command": program.command,
            "folder": program.folder,
            "variables": dict(variables),
            "largest": program.largest,
        }
        asked["root"] = dict(program.root) if program.root else None
        if program.root and theirs:
            asked["root"] = {**program.root, "offline": {"door": theirs.fileno(), "ports": program.ports}}
        with contextlib.suppress(BrokenPipeError), cast("BinaryIO", self._popen.stdin) as stdin:
            stdin.write(json.dumps(asked).encode())
        self._mark = f"{_MARK}={variables[_MARK]}" if _MARK in variables else None
        self._strays: list[int] = []
        self.pidfd = os.pidfd_open(self._popen.pid)
        self._status = os.open(f"/proc/{self._popen.pid}/status", os.O_RDONLY | os.O_CLOEXEC)
        if ours and theirs:
            theirs.close()
            self.listeners = _received(ours, len(program.ports))

    @property
    def pid(self) -> int:
        """The process id, which is also the session's and the group's."""
        return self._popen.pid

    def exit_code(self) -> int | None:
        """As `subprocess` gives it: negative for a signal, None while it runs."""
        return self._popen.poll()

    def peak_memory(self) -> float:
        """Give the largest resident memory so far, in MB; 0 once the process is gone."""
        try:
            status = os.pread(self._status, 4096, 0)
        except ProcessLookupError:
            return 0.0
        at = status.find(b"VmHWM:")
        return int(status[at + 6 : status.index(b"kB", at)]) / 1024 if at >= 0 else 0.0

    def started(self) -> list[int]:
        """List the processes that the runtime has started, and those that they have."""
        return members.descendants(self._popen.pid)

    def memory_with(self, others: list[int]) -> float:
        """Give the resident memory of the runtime and others now, in MB, what they share counted once."""
        return members.memory([self._popen.pid, *others])

    def freeze(self) -> None:
        """Stop all of it where it is; nothing runs until it is thawed."""
        self._signal(signal.SIGSTOP)
        self._strays = self.started()
        members.signal_all(self._strays, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        members.signal_all(self._strays, signal.SIGCONT)
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill all of it."""
        others = self.started()
        self._signal(signal.SIGKILL)
        members.signal_all(others, signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)

    def end(self) -> int:
        """Kill all of it, also what the runtime has left behind, and give its exit code. Once only."""
        self.kill()
        code = self._popen.wait()
        if self._mark:
            members.end_marked(self._mark)
        for descriptor in (self.pidfd, self._status):
            os.close(descriptor)
        return code
