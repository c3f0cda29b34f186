"""The files of a run: what was acknowledged, and what did not get through."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from tailrace.stream.recorded import line_of
from tailrace.stream.rules import Delivered, GivenUp


def new_file(path: Path) -> Path:
    """Make an empty file, and return its path: one beside this where there is one already."""
    number, place = 1, path
    while True:
        try:
            place.open("xb").close()
        except FileExistsError:
            number += 1
            place = path.with_name(f"{path.stem}-{number}{path.suffix}")
        else:
            return place


class LineFile:
    """A file that lines are added to; they are written at once, so that nothing is left for its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = FileIO(str(path), "ab")

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines; an OSError names the file."""
        left = b"".join(line + b"\n" for line in lines)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class LedgerFile:
    """One JSON line for each acknowledged event, added to a file and flushed with each answer.

    What is flushed survives the end of this process, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self._lines = LineFile(path)

    def write(self, delivered: Iterable[Delivered]) -> None:
        """Add a line for each."""
        self._lines.add(
            json.dumps(
                {
                    "eventId": event.event_id,
                    "sequenceNumber": accepted.sequence_number,
                    "shardId": accepted.shard_id,
                    "partitionKey": event.key,
                },
                separators=(",", ":"),
            ).encode()
            for event, accepted in delivered
        )

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


class Undelivered:
    """The events that were given up, as they would have been sent: a source of the same kind.

    The file is made with the first of them. Where no path was given it is named after the time, and never
    one that is there already.
    """

    def __init__(self, path: Path | None) -> None:
        self._wanted = path
        self._lines: LineFile | None = None

    @property
    def path(self) -> Path | None:
        """Where they are; None as long as there are none."""
        return self._lines.path if self._lines else None

    def write(self, given_up: Iterable[GivenUp]) -> None:
        """Add the events."""
        lines = [
            line_of(event.at or 0, event.key, event.data) if event.recorded else event.data
            for event, _ in given_up
        ]
        if lines:
            self._lines = self._lines or self._made()
            self._lines.add(lines)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._lines:
            self._lines.close()

    def _made(self) -> LineFile:
        if self._wanted:
            return LineFile(self._wanted)
        return LineFile(new_file(Path(f"undelivered-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl")))
