"""A process that keeps one emulator for as long as its owner lives, and leaves nothing behind.

    python -m tailrace.testing.watchdog WRAPPER NAME FOLDER PID BIRTH

NAME is what the owner calls it; FOLDER is the owner's, and removed when it cannot do so itself. The owner (a
test run) is the process with number PID that began at BIRTH (`control.processes.Process`).
The first line of the output is `{"endpoint": …}` once the emulator is healthy, or `{"error": …}`. It ends,
with the emulator, on SIGTERM, or when the owner has ended, however that was: kill -9 as well.
"""

import json
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Event
from types import FrameType

from tailrace.control.errors import EmulatorError
from tailrace.control.processes import Process

from . import wrappers

LOOK = 0.25  # seconds between two looks whether the owner is alive

WRAPPERS: Mapping[str, Callable[[Process, str], AbstractContextManager[str]]] = {
    "embedded": wrappers.embedded,
    "docker": wrappers.docker,
    "testcontainers": wrappers.testcontainers,
}


class AskedToEndError(BaseException):
    """Somebody sent SIGTERM; no `except Exception` of a library may catch it."""


def keep(wrapper: str, name: str, owner: Process) -> None:
    """Start an emulator, say where it is, and stop it when asked to or when the owner has ended."""
    with WRAPPERS[wrapper](owner, name) as endpoint:
        _say(endpoint=endpoint)
        pause = Event()
        while owner.alive():
            pause.wait(LOOK)


def main(arguments: Sequence[str]) -> int:
    """Keep the emulator that the command line describes; return the exit code."""
    wrapper, name, folder, pid, birth = arguments
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner
    try:
        keep(wrapper, name, Process(int(pid), birth))
        shutil.rmtree(folder, ignore_errors=True)  # another watchdog of the owner's may do it too
    except AskedToEndError:
        return 0
    except Exception as error:  # noqa: BLE001  whatever it is, the owner waits for an answer
        sentence = isinstance(error, EmulatorError)
        _say(error=str(error) if sentence else f"{type(error).__name__}: {error}")
        return 1
    return 0


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Leave whatever is going on, once: cleaning up is not interrupted."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise AskedToEndError


def _say(**answer: str) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
