"""A worker's ledger: what it was about to send, and what the stream acknowledged.

A line says that events from a number on are begun before the first of them is sent; each acknowledgement has
a line of its own at once (`stream/files.py`). So a worker that is killed leaves behind which of its events
nobody can tell about: begun, and not acknowledged.

    {"worker": "w1", "begun": [0, 500]}
    {"eventId": "w1-0", "sequenceNumber": "49…", "shardId": "shardId-…", "partitionKey": "k-0"}
    {"worker": "w1", "ended": 500}
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tailrace.stream.files import LedgerFile, LineFile
from tailrace.stream.rules import Delivered

SUFFIX = ".ledger.jsonl"


def event_id(worker: str, number: int) -> str:
    """Return the id of a worker's event."""
    return f"{worker}-{number}"


class WorkerLedger:
    """The ledger of one worker, which writes it."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.worker = worker
        self._lines = LineFile(folder / f"{worker}{SUFFIX}")
        self._acknowledged = LedgerFile(folder / f"{worker}{SUFFIX}")

    def begun(self, first: int, after: int) -> None:
        """Note that the events of these numbers are about to be sent."""
        self._add({"worker": self.worker, "begun": [first, after]})

    def acknowledged(self, delivered: Iterable[Delivered]) -> None:
        """Note what the stream took."""
        self._acknowledged.write(delivered)

    def ended(self, after: int) -> None:
        """Note that all that was begun is accounted for."""
        self._add({"worker": self.worker, "ended": after})

    def close(self) -> None:
        """Close the file."""
        self._lines.close()
        self._acknowledged.close()

    def _add(self, line: dict[str, object]) -> None:
        self._lines.add([json.dumps(line, separators=(",", ":")).encode()])


class AcknowledgedId(NamedTuple):
    """An id that the stream has taken."""

    id: str


class Begun(NamedTuple):
    """An id that was about to be sent."""

    id: str


class EndedWorker(NamedTuple):
    """A worker that ended by itself."""

    worker: str


def read(path: Path) -> Iterator[AcknowledgedId | Begun | EndedWorker]:
    """Give what stands in a ledger; the last line of a worker that was killed may be cut, and is none."""
    with path.open("rb") as file:
        for line in file:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "eventId" in said:
                yield AcknowledgedId(said["eventId"])
            elif "begun" in said:
                yield from (Begun(event_id(said["worker"], number)) for number in range(*said["begun"]))
            elif "ended" in said:
                yield EndedWorker(said["worker"])


def events(path: Path) -> int:
    """Count the events that a ledger says were begun, without looking at each."""
    with path.open("rb") as file:
        ranges = [json.loads(line)["begun"] for line in file if b'"begun"' in line and line.endswith(b"\n")]
    return sum(after - first for first, after in ranges)


def ledgers(folder: Path) -> list[Path]:
    """Return the ledgers in a folder."""
    return sorted(folder.glob(f"*{SUFFIX}"))
