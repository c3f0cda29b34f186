"""Runs a program that ends when its parent ends, however that ends: `launch.py PROGRAM ARGUMENT…`.

On Linux this process becomes the program, bound to the thread of the parent that started it: that thread
has to live as long (LocalStack's waits for the program). Elsewhere it stays, and looks every half second.
"""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
GLANCE = 0.5  # seconds


def become(command: list[str], parent: int) -> None:
    """Become the program, killed by the system when the parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has ended")
    os.execv(command[0], command)  # noqa: S606  the program is the caller's to choose


def stay(command: list[str], parent: int) -> int:
    """Run the program, kill it when the parent ends, and return its exit code."""
    with subprocess.Popen(command) as program:
        signal.signal(signal.SIGTERM, lambda *_: program.terminate())
        while os.getppid() == parent:
            try:
                return program.wait(GLANCE)
            except subprocess.TimeoutExpired:
                continue
        program.kill()
    return 1


if __name__ == "__main__":
    PARENT = os.getppid()
    if sys.platform == "linux":
        become(sys.argv[1:], PARENT)
    sys.exit(stay(sys.argv[1:], PARENT))
