"""The files of a run: what was acknowledged, and what did not get through."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from producer.recorded import line_of
from producer.rules import Delivered, GivenUp


class Ledger:
    """One JSON line for each acknowledged event, added to a file and flushed with each answer.

    What is flushed survives the end of this process, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def write(self, delivered: Iterable[Delivered]) -> None:
        """Add a line for each."""
        self._file.writelines(
            json.dumps(
                {
                    "eventId": event.event_id,
                    "sequenceNumber": accepted.sequence_number,
                    "shardId": accepted.shard_id,
                    "partitionKey": event.key,
                },
                separators=(",", ":"),
            ).encode()
            + b"\n"
            for event, accepted in delivered
        )
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Undelivered:
    """The events that were given up, as they would have been sent: `SOURCE=` this file sends them again.

    The file is made with the first of them. Where no path was given it is named after the time, and never
    one that is there already.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def write(self, given_up: Iterable[GivenUp]) -> None:
        """Add the events."""
        for event, _ in given_up:
            if self._file is None:
                self._file = self._made()
            line = line_of(event.at or 0, event.key, event.data) if event.recorded else event.data
            self._file.write(line + b"\n")
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            self._file.close()

    def _made(self) -> BinaryIO:
        if self.path:
            return self.path.open("ab")
        stem = f"undelivered-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        number = 1
        while True:
            self.path = Path(f"{stem}.jsonl" if number == 1 else f"{stem}-{number}.jsonl")
            try:
                return self.path.open("xb")
            except FileExistsError:
                number += 1
