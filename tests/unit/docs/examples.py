"""The code blocks of the README and of docs/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


COMMANDS = ("sh", "console")
"""Languages of blocks that are typed: commands, or a session that shows what is printed too."""


class Block(NamedTuple):
    """One block of code, and where it begins."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Name its place."""
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    """Give every block of every page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(page.relative_to(ROOT).as_posix(), line, found[1], found[2])


def indented() -> Iterator[Block]:
    """Give each command of the sessions that pages show indented, without what is said beside it."""
    for page in PAGES:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            if found := re.match(r" {4}(?:\$ )?((?:make|tailrace) .*?)(?: {2,}.*)?$", line):
                yield Block(page.relative_to(ROOT).as_posix(), number, "console", f"$ {found[1]}\n")


def of(page: str, language: str) -> list[str]:
    """Return the texts of a page's blocks in one language."""
    return [block.text for block in blocks() if (block.page, block.language) == (page, language)]


def commands(block: Block) -> list[str]:
    """Return the commands of a block as they stand, each whole."""
    lines = block.text.replace("\\\n", "\0").splitlines()
    if block.language == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line.replace("\0", "\\\n") for line in lines if line.strip()]
