"""Runs a program that ends when its parent ends, however that ends: `launch.py PROGRAM ARGUMENT…`.

Where the system can bind a process to its parent (Linux), this process becomes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program, bound to the parent."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606  the program is LocalStack's to choose


main()
