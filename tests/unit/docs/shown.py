"""What pages show: tests, each as `file.py::test` below tests/unit/ or `integration/` below tests/; sizes."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
_NODE = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def complaint(cell: str) -> str | None:
    """Say what is wrong with a cell that is to name tests, and nothing else."""
    named = _NODE.findall(cell)
    if not named:
        return "it names no test"
    if rest := _NODE.sub("", cell).strip():
        return f"beside tests it says: {rest}"
    missing = [f"{file}::{name}" for file, name in named if name not in _names_in(file)]
    return f"there is no {', '.join(missing)}" if missing else None


@cache
def _names_in(file: str) -> frozenset[str]:
    folder = "tests" if file.startswith("integration/") else "tests/unit"
    path = ROOT / folder / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


class Size(NamedTuple):
    """One row of what the first `make up` installs; MB."""

    downloaded: int
    on_disk: int
    where: str
    purpose: str


def sizes() -> list[Size]:
    """Return the rows of docs/emulator.md, Files."""
    text = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8").partition("## Files")[2]
    found = re.findall(r"^\| (\d+) \| (\d+) \| `(\S+)` \| (.+) \|$", text, re.MULTILINE)
    return [Size(int(fetched), int(kept), where, purpose) for fetched, kept, where, purpose in found]
