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
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

LOOKS = 3
"""Times that the threads are listed: one that is begun meanwhile, by a thread not yet told, is found then."""


FAST = 0.9
"""Part of the greatest frequency that a fast CPU has; the economical ones of a mixed processor have less."""


def home(pid: int, cpus: Mapping[int, int]) -> int:
    """Return the CPU for a process: one of the fast ones, not the same for all emulators.

    `cpus` are those that it may use, each with its highest frequency, 0 where the system does not say.

    >>> home(4711, {0: 0, 1: 0}), home(4712, {0: 0, 1: 0}), home(4712, {0: 1800, 1: 3600, 2: 3600})
    (1, 0, 1)
    """
    fast = sorted(cpu for cpu, frequency in cpus.items() if frequency >= FAST * max(cpus.values()))
    return fast[pid % len(fast)]


def keep_together(pid: int) -> None:
    """Let all threads of a process run on one CPU, those too that they will begin."""
    if not hasattr(os, "sched_setaffinity"):
        return
    with suppress(OSError):
        cpu = home(pid, {each: _frequency(each) for each in os.sched_getaffinity(pid)})
        for _ in range(LOOKS):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(ProcessLookupError):  # it has ended
                    os.sched_setaffinity(int(thread.name), {cpu})


def _frequency(cpu: int) -> int:
    """Return a CPU's highest frequency in kHz, 0 if the system does not say (most virtual machines)."""
    try:
        return int(Path(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/cpuinfo_max_freq").read_text("ascii"))
    except (OSError, ValueError):
        return 0
