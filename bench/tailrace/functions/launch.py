"""Runs inside a function's process, before AWS's runtime: `python launch.py PARENT HANDLER`.

The kernel then kills this process as soon as the thread that started it is gone, so no function outlives
LocalStack, however LocalStack ends. Nothing of this package is imported: a function sees only its own world.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def main(parent: str, handler: str) -> None:
    """Become the runtime of the handler; returns only if the runtime does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("LocalStack is gone")
    if os.environ.get("LC_CTYPE") == "C.UTF-8":
        del os.environ["LC_CTYPE"]  # Python's own addition where the host lacks Lambda's locale
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    from awslambdaric.__main__ import main as run  # noqa: PLC0415  only after the kernel knows when to kill us

    run(["bootstrap", handler])


if __name__ == "__main__":
    main(*sys.argv[1:3])
