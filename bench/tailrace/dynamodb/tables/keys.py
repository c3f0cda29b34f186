"""The keys of a table or an index, in the order in which items are read. Pure.

Within a hash key they are sorted by range key, and by the table's own key where an index has equal ones. A
scan goes through the hash keys in the order of a checksum, so that a page goes on where the one before ended,
whatever was written meanwhile. DynamoDB Local orders them by a hash that it keeps to itself.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

type Key = tuple[str, str]
"""A table's key as written in its values: hash and range, the latter empty where there is none."""
type Entry = tuple[Any, Key]
"""What an item is sorted by within its hash key, and its key of the table."""
PLACES = 1 << 32


class Position(NamedTuple):
    """Where a page ended: a hash key, and the entry within it."""

    hash: str
    entry: Entry


class SortedKeys:
    """Entries by hash key, sorted; the order of hash keys is made when it is first needed.

    Most hash keys have one entry: that is kept without a list around it, so that the collector of garbage has
    nothing to look at, however many items there are.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Entry | list[Entry]] = {}
        self._order: list[tuple[int, str]] | None = None

    def add(self, hash_key: str, entry: Entry) -> None:
        """Add an entry that is not there."""
        entries = self._entries.get(hash_key)
        if entries is None:
            self._entries[hash_key] = entry
            if self._order is not None:
                insort(self._order, (_place(hash_key), hash_key))
        elif isinstance(entries, tuple):
            self._entries[hash_key] = sorted((entries, entry))
        elif entries[-1] < entry:
            entries.append(entry)
        else:
            insort(entries, entry)

    def remove(self, hash_key: str, entry: Entry) -> None:
        """Remove an entry that is there."""
        entries = self._entries[hash_key]
        if isinstance(entries, list) and len(entries) > 1:
            del entries[bisect_left(entries, entry)]
            return
        del self._entries[hash_key]
        if self._order is not None:
            del self._order[bisect_left(self._order, (_place(hash_key), hash_key))]

    def of(self, hash_key: str) -> list[Entry]:
        """Return the entries of a hash key, sorted: to read, not to change."""
        entries = self._entries.get(hash_key, [])
        return [entries] if isinstance(entries, tuple) else entries

    def scan(self, after: Position | None, segment: int = 0, segments: int = 1) -> Iterator[Entry]:
        """Give the entries of a segment, from a position on."""
        if self._order is None:
            self._order = sorted((_place(hash_key), hash_key) for hash_key in self._entries)
        first, last = (-(-PLACES * at // segments) for at in (segment, segment + 1))
        start = bisect_left(self._order, (first, ""))
        if after is not None:
            here = _place(after.hash), after.hash
            start = max(start, bisect_right(self._order, here))
            entries = self.of(after.hash)
            yield from entries[bisect_right(entries, after.entry) :]
        for at in range(start, bisect_left(self._order, (last, ""))):
            yield from self.of(self._order[at][1])


def segment_of(hash_key: str, segments: int) -> int:
    """Return the segment of a scan that a hash key is in."""
    return _place(hash_key) * segments // PLACES


def _place(hash_key: str) -> int:
    return crc32(hash_key.encode())
