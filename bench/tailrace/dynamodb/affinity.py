"""Keeps DynamoDB Local's threads on one CPU, where the system can (Linux).

It works in two threads that hand each step of a request over to each other: the server's and SQLite's, eight
times for an item of a transaction. On two CPUs each of them wakes the other CPU up. On one, items written by
TransactWriteItems of 98, on a busy machine of two cores:

| threads       | CPU time, µs an item | two clients at once, 1,960 items, s | 4 clients, 800 PutItem, s |
|---------------|----------------------|-------------------------------------|---------------------------|
| on both CPUs  | 900                  | 1.9-2.8                             | 0.6-1.3                   |
| on one        | 480                  | 0.9-1.0                             | 0.3-0.6                   |

It is told so when it is up: it starts a tenth of a second later with one CPU.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

LOOKS = 3
"""Times that the threads are listed: one that is begun meanwhile, by a thread not yet told, is found then."""


def home(pid: int, cpus: Collection[int]) -> int:
    """Return the CPU for a process, out of those that it may use: not the same for all emulators.

    >>> home(4711, {0, 1}), home(4712, {0, 1})
    (1, 0)
    """
    return sorted(cpus)[pid % len(cpus)]


def keep_together(pid: int) -> None:
    """Let all threads of a process run on one CPU, those too that they will begin."""
    if not hasattr(os, "sched_setaffinity"):
        return
    with suppress(OSError):
        cpu = home(pid, os.sched_getaffinity(pid))
        for _ in range(LOOKS):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(ProcessLookupError):  # it has ended
                    os.sched_setaffinity(int(thread.name), {cpu})
