"""Reads every shard of a stream into one file."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from tailrace.stream.files import new_file
from tailrace.stream.reading import Cursor, ListedShard, ReadPage, Start, shards
from tailrace.stream.recording import ShardRecording, floor, merge

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class Span(NamedTuple):
    """What is recorded, by time of arrival; None is no bound. `duration` is how long to go on, in seconds."""

    since: datetime | None = None
    until: datetime | None = None
    duration: float | None = None


class Recorded(NamedTuple):
    """A recording that was made."""

    path: Path
    records: int
    shards: int
    arrived: tuple[float, float] | None
    """Of the oldest and the newest record, epoch seconds; None if there is none."""
    interrupted: bool


def record(kinesis: "KinesisClient", stream: str, span: Span, out: Path) -> Recorded:
    """Record into a file, or into one beside it if that has come there meanwhile; Ctrl-C keeps what was read.

    Without a duration it ends where the stream ends now; with one it goes on with what arrives.
    """
    recorder = Recorder(kinesis, stream, span)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".recording-") as folder:
        interrupted = recorder.read(Path(folder))
        whole = Path(folder) / "recording"
        with whole.open("wb") as file:
            count = recorder.write(file)
        kept = new_file(out)
        whole.rename(kept)
    return Recorded(kept, count, recorder.read_shards, recorder.span, interrupted)


class Recorder:
    """Reads every shard of a stream, parents before their children."""

    def __init__(self, kinesis: "KinesisClient", stream: str, span: Span) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._start = Start.at(span.since) if span.since else Start.oldest()
        self._duration = span.duration
        self._until = span.until.timestamp() if span.until else None
        self._recordings: dict[str, ShardRecording] = {}
        self.span: tuple[float, float] | None = None
        """Arrival of the oldest and the newest record."""

    @property
    def read_shards(self) -> int:
        """How many shards were read."""
        return len(self._recordings)

    def read(self, folder: Path) -> bool:
        """Read into files in a folder; return whether Ctrl-C ended it."""
        try:
            self._read(folder)
        except KeyboardInterrupt:
            return True
        finally:
            for recording in self._recordings.values():
                recording.close()
        return False

    def _read(self, folder: Path) -> None:
        ends = time.monotonic() + (self._duration or 0)
        began = datetime.now(UTC).timestamp()
        if self._until is None and self._duration is None:
            self._until = began
        waiting = shards(self._kinesis, self._stream)
        known = {shard.id for shard in waiting}
        reading: dict[str, Cursor] = {}
        while True:
            for shard in _ready(waiting, reading):
                waiting.remove(shard)
                reading[shard.id] = Cursor(self._kinesis, self._stream, shard.id, self._start)
                self._recordings[shard.id] = ShardRecording(folder / shard.id, floor(shard, self._recordings))
            for shard_id, cursor in list(reading.items()):
                page = cursor.read()
                if self._take(shard_id, page):
                    del reading[shard_id]
                    if page.ended and self._duration:
                        found = shards(self._kinesis, self._stream)
                        waiting += [shard for shard in found if shard.id not in known]
                        known |= {shard.id for shard in found}
            over = bool(self._duration) and time.monotonic() >= ends
            if over or not (reading or waiting):
                return

    def _take(self, shard_id: str, page: ReadPage) -> bool:
        """Add a page to its recording; return whether the shard is done."""
        recording = self._recordings[shard_id]
        past = recording.add(page.records, self._until)
        for taken in page.records:
            if self._until is None or taken.arrival < self._until:
                low, high = self.span or (taken.arrival, taken.arrival)
                self.span = (min(low, taken.arrival), max(high, taken.arrival))
        return past or page.ended or (page.behind == 0 and not self._duration)

    def write(self, out: IO[bytes]) -> int:
        """Write all records that were read; return how many."""
        return merge(self._recordings.values(), out)


def _ready(waiting: list[ListedShard], reading: dict[str, Cursor]) -> Iterator[ListedShard]:
    """Give the shards whose parents have been read to their ends, or are not there any more."""
    pending = {shard.id for shard in waiting} | reading.keys()
    yield from [shard for shard in waiting if not pending & set(shard.parents)]
