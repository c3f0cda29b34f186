"""Ids of several kinds, split by their hash into files: all that is known of an id stands in one partition.

One partition at a time is compared in memory. With `IDS` in each, 10⁸ ids are 400 partitions, each of which
takes some 100 MB; what is not compared yet is on the disk.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

IDS = 250_000
"""Ids of one kind in a partition, about."""
BUFFER = 16 * 1024
"""Bytes of a partition that wait to be written."""


class Partitions:
    """Ids by kind and partition, in a folder of its own."""

    def __init__(self, folder: Path, expected: int, in_each: int = IDS) -> None:
        """Make room for so many ids of a kind."""
        self._folder = folder
        self.count = max(1, -(-expected // in_each))
        self._waiting: dict[tuple[str, int], list[bytes]] = {}
        self._sizes: Counter[tuple[str, int]] = Counter()

    def add(self, kind: str, one: str) -> None:
        """Add an id; it may hold any character."""
        written = one.encode("unicode_escape") + b"\n"
        place = kind, crc32(written) % self.count
        self._waiting.setdefault(place, []).append(written)
        self._sizes[place] += len(written)
        if self._sizes[place] >= BUFFER:
            self._write(place)

    def __iter__(self) -> Iterator["Partition"]:
        """Give partition after partition."""
        for place in list(self._waiting):
            self._write(place)
        for number in range(self.count):
            yield Partition(self._folder, number)

    def _write(self, place: tuple[str, int]) -> None:
        kind, number = place
        with (self._folder / f"{kind}-{number}").open("ab") as file:
            file.writelines(self._waiting.pop(place, []))
        self._sizes[place] = 0


class Partition:
    """All ids of one hash."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number

    def ids(self, kind: str) -> Iterator[str]:
        """Give the ids of a kind, as often as they were added."""
        path = self._folder / f"{kind}-{self._number}"
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    yield line[:-1].decode("unicode_escape")
