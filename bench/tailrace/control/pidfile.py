"""Which process is the emulator of a run folder."""

import json
from pathlib import Path

from .processes import Process

NAME = "pid"


def write(folder: Path, one: Process) -> None:
    """Note that this process is the emulator of the folder; appears whole or not at all."""
    draft = folder / f"{NAME}.new"
    draft.write_text(json.dumps(one._asdict()), encoding="ascii")
    draft.replace(folder / NAME)


def read(folder: Path) -> Process | None:
    """Return the process that was noted (it may have ended since), None without a note that can be read."""
    try:
        noted = json.loads((folder / NAME).read_text(encoding="ascii"))
        return Process(int(noted["pid"]), str(noted["birth"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(folder: Path) -> None:
    """Remove the note."""
    (folder / NAME).unlink(missing_ok=True)
