"""`make up WATCH=1`: deploy again whenever a file of the handler is saved, until Ctrl-C."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bootstrap.console import complain, say
from bootstrap.errors import OperationError
from bootstrap.requirements import shown_path

PAUSE = 0.2
"""Seconds between two looks."""

type Stamps = Mapping[Path, tuple[int, int]]
"""When each file was changed, in nanoseconds, and its size."""


def stamps(files: Iterable[Path]) -> Stamps:
    """Return the stamps of those files that are there."""
    found = {}
    for path in files:
        try:
            stat = path.stat()
        except FileNotFoundError:  # an editor replaces a file when it saves it
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def changed(before: Stamps, after: Stamps) -> list[Path]:
    """Return the files that are new, gone or different, in order.

    >>> changed({Path("a"): (1, 1), Path("b"): (1, 1)}, {Path("a"): (2, 1), Path("b"): (1, 1)})
    [PosixPath('a')]
    """
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


def watch(look: Callable[[], Stamps], deploy: Callable[[], None]) -> None:
    """Deploy whenever what is looked at has changed, and say in a line what it was and how long it took.

    What goes wrong is said, and the next change is waited for. Ends with KeyboardInterrupt.
    """
    known = look()
    while True:
        time.sleep(PAUSE)
        now = look()
        if now == known or look() != now:  # nothing, or still being written
            continue
        names = ", ".join(shown_path(path) for path in changed(known, now))
        known = now
        began = time.monotonic()
        try:
            deploy()
        except OperationError as error:
            complain(f"{time.strftime('%H:%M:%S')} {names} changed. {error}")
        else:
            say(f"{time.strftime('%H:%M:%S')} {names} changed: deployed in {time.monotonic() - began:.1f} s")
