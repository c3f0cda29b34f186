"""Whole folders: how large one is, and removing one.

Those too whose files nobody may write: the code of functions lies in such.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

OWNER = 0o700


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that is ours to do; it need not be there."""
    shutil.rmtree(folder, onexc=_once_more)


def size(folder: Path) -> int:
    """Return the bytes of a folder's files on the disk; one that stands there twice counts once."""
    found = {}
    for place, _, names in folder.walk():
        for name in names:
            file = (place / name).lstat()
            found[file.st_dev, file.st_ino] = file.st_blocks * 512
    return sum(found.values())


def _once_more(act: Callable[..., Any], path: str, _: BaseException) -> None:
    """Take the permission that the owner had given up, and do again what failed; somebody else's stays."""
    place = Path(path)
    with suppress(OSError):
        place.parent.chmod(place.parent.stat().st_mode | OWNER)
        if place.is_dir() and not place.is_symlink():
            place.chmod(place.stat().st_mode | OWNER)
            shutil.rmtree(place, ignore_errors=True)
        else:
            act(path)
