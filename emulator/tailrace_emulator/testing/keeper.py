"""A process that keeps one emulator for as long as its owner lives, and leaves nothing behind.

    python -m tailrace_emulator.testing.keeper WRAPPER PID BIRTH [NAME=VALUE …]

The owner (a test run) is the process with number PID that began at BIRTH (`control.processes.Process`). The
first line of the output is `{"endpoint": …}` once the emulator is healthy, or `{"error": …}`. It ends, with
the emulator, on SIGTERM, or when the owner has ended, however that was: kill -9 as well.
"""

import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from types import FrameType

from tailrace_emulator.control.processes import Process

from . import wrappers

LOOK = 0.25  # seconds between two looks whether the owner is alive

type Wrapper = Callable[[Process, Mapping[str, str]], AbstractContextManager[str]]

WRAPPERS: Mapping[str, Wrapper] = {
    "embedded": wrappers.embedded,
    "testcontainers": wrappers.testcontainers,
}


class Ended(BaseException):
    """Asked to end while the emulator was starting."""


def keep(wrapper: Wrapper, owner: Process, settings: Mapping[str, str], asked: Event) -> None:
    """Start an emulator, say where it is, and stop it when asked to or when the owner has ended."""
    with wrapper(owner, settings) as endpoint:
        _say(endpoint=endpoint)
        while not asked.wait(LOOK) and owner.alive():
            pass


def main(arguments: Sequence[str]) -> int:
    """Keep the emulator that the command line describes; return the exit code."""
    name, pid, birth, *rest = arguments
    asked, started = Event(), []

    def end(_signal: int, _frame: FrameType | None) -> None:
        if not asked.is_set():
            asked.set()
            if not started:
                raise Ended

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner
    settings = dict(one.split("=", 1) for one in rest)
    try:
        keep(WRAPPERS[name], Process(int(pid), birth), settings, asked)
    except Ended:
        return 0
    except Exception as error:  # noqa: BLE001  whatever it is, the owner waits for an answer
        _say(error=f"{type(error).__name__}: {error}")
        return 1
    return 0


def _say(**answer: str) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
