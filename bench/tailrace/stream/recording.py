"""Pages of many shards become one file, in the order of arrival, with the order of each key kept.

Each shard is written to a file of its own first, whatever its size; they are merged at the end. Of one key
all records stand in one shard, or in its descendants after it was split or merged: no record is given an
earlier place than those of its shard's parents, even where the shards' clocks disagree.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from tailrace.stream.reading import Shard, Taken
from tailrace.stream.recorded import line_of


class Stop(NamedTuple):
    """Records that arrived at this time (epoch seconds) or later are not recorded."""

    at: float


class Reel:
    """One shard's records, as they are read."""

    def __init__(self, path: Path, floor: float) -> None:
        self.path = path
        self.last = floor
        """The place of its newest record: its arrival, or that of an older one if that is later."""
        self.count = 0
        self._file: IO[bytes] = path.open("wb")

    def add(self, records: Iterable[Taken], stop: Stop | None) -> bool:
        """Add records; return whether one came that is not recorded any more."""
        for taken in records:
            if stop and taken.arrival >= stop.at:
                return True
            self.last = max(self.last, taken.arrival)
            line = line_of(taken.arrival, taken.partition_key, taken.data)
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


def floor(shard: Shard, reels: Mapping[str, Reel]) -> float:
    """Return the earliest place that a record of a shard may have: behind all of its parents'."""
    return max((reels[parent].last for parent in shard.parents if parent in reels), default=float("-inf"))


def merge(reels: Iterable[Reel], out: IO[bytes]) -> int:
    """Write the records of all reels in the order of their places; return how many.

    Reels come parents first: of two records of one place the one of the earlier reel comes first.
    """
    count = 0
    for _, line in heapq.merge(*reels, key=lambda placed: placed[0]):
        out.write(line)
        count += 1
    return count
