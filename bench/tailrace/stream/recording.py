"""Pages of many shards become one file, in the order of arrival, with the order of each key kept.

Each shard is written to a file of its own first, whatever its size; they are merged at the end. Of one key
all records stand in one shard, or in its descendants after it was split or merged: no record is given an
earlier place than those of its shard's parents, even where the shards' clocks disagree.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from tailrace.stream.reading import ListedShard, StreamRecord
from tailrace.stream.recorded import line_of


class ShardRecording:
    """One shard's records, as they are read."""

    def __init__(self, path: Path, floor: float) -> None:
        self.path = path
        self.last = floor
        """The place of its newest record: its arrival, or that of an older one if that is later."""
        self.count = 0
        self._file: IO[bytes] = path.open("wb")

    def add(self, records: Iterable[StreamRecord], until: float | None) -> bool:
        """Add records; return whether one came that arrived at `until` (epoch seconds) or later."""
        for record in records:
            if until is not None and record.arrival >= until:
                return True
            self.last = max(self.last, record.arrival)
            line = line_of(record.arrival, record.partition_key, record.data)
            self._file.write(f"{self.last:.3f} ".encode() + line + b"\n")
            self.count += 1
        return False

    def close(self) -> None:
        """Write out what is still to be written."""
        self._file.close()

    def __iter__(self) -> Iterator[tuple[float, bytes]]:
        with self.path.open("rb") as file:
            for line in file:
                place, _, record = line.partition(b" ")
                yield float(place), record


def floor(shard: ListedShard, recorded: Mapping[str, ShardRecording]) -> float:
    """Return the earliest place that a record of a shard may have: behind all of its parents'."""
    return max(
        (recorded[parent].last for parent in shard.parents if parent in recorded), default=float("-inf")
    )


def merge(recorded: Iterable[ShardRecording], out: IO[bytes]) -> int:
    """Write the records of all shards in the order of their places; return how many.

    Parents come before their children: of two records of one place the one of the earlier shard comes first.
    """
    count = 0
    for _, line in heapq.merge(*recorded, key=lambda placed: placed[0]):
        out.write(line)
        count += 1
    return count
