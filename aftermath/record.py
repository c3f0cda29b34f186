"""`record`: reads a stream into a file, with keys and times. It only reads; SOURCE= plays the file again."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aftermath.listing import moment, plural
from aftermath.settings import Settings, begun
from bootstrap import settings as bootstrap
from bootstrap.commands import command
from bootstrap.console import complain, say
from bootstrap.errors import UsageError
from bootstrap.target import Target
from producer.stream import stream_name
from tailrace.stream.files import new_file
from tailrace.stream.reading import Cursor, Page, Shard, Start, shards
from tailrace.stream.recording import ShardRecording, floor, merge

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

INTERRUPTED = 130


def run() -> int:
    """Record; return the exit code. SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = Settings.from_environment(os.environ)
    stack = bootstrap.Settings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    if settings.out is None:
        raise UsageError("OUT= names the file to record into.")
    name = settings.stream or stream_name(target, stack.stack)
    recorder = Recorder(target.client("kinesis"), name, settings)
    where = target.endpoint or f"AWS account {target.account}"
    say(f"Recording {name} at {where}, region {target.region}")
    if not target.emulated:
        complain("It only reads, and of each shard's five reads a second it leaves one to others.")
    with tempfile.TemporaryDirectory(dir=settings.out.absolute().parent, prefix=".recording-") as folder:
        interrupted = recorder.read(Path(folder))
        whole = Path(folder) / "recording"
        with whole.open("wb") as out:
            count = recorder.write(out)
        kept = new_file(settings.out)  # one may have come there meanwhile
        whole.rename(kept)
    say(f"Recorded {plural(count, 'record')} of {plural(recorder.read_shards, 'shard')} into {kept}")
    if recorder.span:
        say(f"  arrived from {moment(recorder.span[0])} to {moment(recorder.span[1])}")
        say(f"To play it: {command('produce', os.environ, SOURCE=str(kept), SPEED='1')}", whole=True)
    if interrupted:
        complain("Ended before its time: the file holds what was read until then.")
        return INTERRUPTED
    return 0


class Recorder:
    """Reads every shard of a stream, parents before their children.

    Without a duration it ends where the stream ends now; with one it goes on with what arrives.
    """

    def __init__(self, kinesis: "KinesisClient", stream: str, settings: Settings) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._start = Start.at(since) if (since := begun(settings.since)) else Start.oldest()
        self._duration = settings.duration
        self._until = settings.until.timestamp() if settings.until else None
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

    def _take(self, shard_id: str, page: Page) -> bool:
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


def _ready(waiting: list[Shard], reading: dict[str, Cursor]) -> Iterator[Shard]:
    """Give the shards whose parents have been read to their ends, or are not there any more."""
    pending = {shard.id for shard in waiting} | reading.keys()
    yield from [shard for shard in waiting if not pending & set(shard.parents)]
