"""What is missing or in the way, each with its fix."""

from collections.abc import Iterator
from typing import NamedTuple

from .emulator import Emulator


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    blocks: bool = False
    fix: str = ""

    def __str__(self) -> str:
        mark = "BLOCKS" if self.blocks else "note  " if self.fix else "ok    "
        return f"{mark}  {self.what}" + (f"\n        fix: {self.fix}" if self.fix else "")


def examine(emulator: Emulator) -> Iterator[Finding]:
    """Look at everything in turn."""
    missing = emulator.installation.missing()
    for part in missing:
        yield Finding(
            f"not installed: {part.title}", fix="tailrace-emulator install (in this project: make up)"
        )
