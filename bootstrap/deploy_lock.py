"""One deployment of a stack at a time from here: two that find no stack would make it at the same time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.console import complain
from bootstrap.requirements import ROOT

LOCKS = ROOT / ".build"


@contextmanager
def deploy_lock(name: str, folder: Path = LOCKS) -> Iterator[None]:
    """Run the block while no other process of this checkout does so for the stack; wait until none does.

    The system frees it, however its holder ends.
    """
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            complain(f"Another `make up` of the stack {name} is under way: waiting until that has ended.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
