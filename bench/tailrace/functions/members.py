"""All that runs in an environment: the runtime and whatever it started, also what has left its group.

A runtime is the reaper of its orphans (`launch.py` sees to it), so all of it hangs below the runtime for as
long as that lives. What is left behind by one that has died is known by the environment's mark among its
variables.
"""

import contextlib
import os
import signal

MOST = 1_024
"""Processes that an environment may have, as on AWS."""
_ROUNDS = 50


def descendants(pid: int) -> list[int]:
    """List what a process started, and what that started, nearest first."""
    found = [pid]
    for each in found:
        found += _children(each)
        if len(found) > MOST + 1:
            break
    return found[1:]


def _children(pid: int) -> list[int]:
    children: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  looked at while a function works
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123  as above
                children += map(int, file.read().split())
    return children


def memory(pids: list[int]) -> float:
    """Add up the memory of processes in MB, what they share counted once."""
    return sum(_share(pid) for pid in pids) / 1024


def _share(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123  looked at while a function works
            text = file.read()
    except OSError:
        return 0  # gone meanwhile
    at = text.find(b"\nPss:")
    return int(text[at + 5 : text.index(b"kB", at)]) if at >= 0 else 0


def marked(mark: str) -> list[int]:
    """List the processes of this machine that have this among their variables."""
    wanted, found = mark.encode(), []
    for name in os.listdir("/proc"):  # noqa: PTH208  of thousands of processes
        with contextlib.suppress(OSError):
            if name.isdigit():
                with open(f"/proc/{name}/environ", "rb") as file:  # noqa: PTH123  as above
                    if wanted in file.read():
                        found.append(int(name))
    return found


def signal_all(pids: list[int], number: int) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def end_marked(mark: str) -> None:
    """Kill all that has this among its variables, and what it starts meanwhile."""
    for _ in range(_ROUNDS):
        if not (left := marked(mark)):
            return
        signal_all(left, signal.SIGSTOP)
        signal_all(left, signal.SIGKILL)
