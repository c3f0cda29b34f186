"""Runs first in a function's process, on LocalStack's Python: `launch.py PARENT`, what to start on stdin.

The kernel then kills this process as soon as the thread that started it is gone, so no function outlives
LocalStack, however LocalStack ends: that survives becoming another program. Nothing of this package is
imported, and none of the function's variables are set before its program is.
"""

import ctypes
import json
import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def main(parent: str) -> None:
    """Become the program that stdin names: {"command": [...], "folder": "...", "variables": {...}}."""
    asked = json.load(sys.stdin)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("LocalStack is gone")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.chdir(asked["folder"])
    program, *_ = asked["command"]
    try:
        os.execve(program, asked["command"], asked["variables"])  # noqa: S606  no shell: nothing of it is text
    except OSError as error:
        sys.exit(f"fork/exec {program}: {(error.strerror or 'failed').lower()}")


if __name__ == "__main__":
    main(sys.argv[1])
