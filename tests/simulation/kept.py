"""Tapes that broke a promise once: kept in files, and lived again by the tests."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.simulation.running import Failure

FOLDER = Path(__file__).parent / "tapes"


def keep(failure: Failure) -> Path:
    """Write the tape of a failure into a file of its own; returns its path from here."""
    path = FOLDER / f"{failure.kind}-{failure.seed}.json"
    FOLDER.mkdir(exist_ok=True)
    path.write_text(json.dumps(failure._asdict()) + "\n", encoding="utf-8")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def kept() -> Iterator[tuple[str, Failure]]:
    """Give each kept failure, by its file's name."""
    for path in sorted(FOLDER.glob("*.json")):
        yield path.stem, Failure(**json.loads(path.read_text(encoding="utf-8")))
