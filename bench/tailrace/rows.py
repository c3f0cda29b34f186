"""Rows that are kept for long and seldom read: all but the newest are packed. Pure.

A line that a function logged takes some 350 bytes as an object, and 30 packed.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple, Protocol

PACKED = 250
"""Rows that are packed together."""
HEAVY = 65_536
"""Characters that are packed together, where fewer rows have so many."""
QUICKEST = 1
"""zlib's level."""


class PackableRow(Protocol):
    """A tuple of numbers and texts, which is looked for by a number."""

    @property
    def low(self) -> int:
        """The lowest number by which it is found."""
        ...

    @property
    def high(self) -> int:
        """The highest."""
        ...

    @property
    def length(self) -> int:
        """Its characters, roughly."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class _Pack(NamedTuple):
    low: int
    high: int
    rows: int
    data: bytes


class Rows[Kind: PackableRow]:
    """Rows in the order in which they came. Safe to use from several threads.

    At least the newest `most` are kept, and fewer than `PACKED` more.
    """

    def __init__(self, make: Callable[[Iterable[Any]], Kind], most: int) -> None:
        self._make, self._most = make, most
        self._lock = Lock()
        self._packs: list[_Pack] = []
        self._open: list[Kind] = []
        self._length = 0  # characters of those that are open

    def extend(self, rows: Iterable[Kind], least: int | None = None) -> None:
        """Add rows; what was packed before goes once all of it is below `least`."""
        with self._lock:
            before = len(self._packs)
            for row in rows:
                self._open.append(row)
                self._length += row.length
                if len(self._open) >= PACKED or self._length >= HEAVY:
                    self._packs.append(_packed(self._open))
                    self._open, self._length = [], 0
            if len(self._packs) > before:
                self._trim(least)

    def within(self, low: int | None = None, high: int | None = None) -> list[Kind]:
        """Return the rows that reach into a stretch, both ends included; without an end, all on that side."""
        with self._lock:
            packs, newest = list(self._packs), list(self._open)
        kept = (pack for pack in packs if _reaches(pack, low, high))
        rows = chain(chain.from_iterable(map(self._unpacked, kept)), newest)
        return [row for row in rows if _reaches(row, low, high)]

    def newest_first(self) -> Iterator[Kind]:
        """Give all rows from the newest on; they are unpacked as far as one reads."""
        with self._lock:
            packs, newest = list(self._packs), list(self._open)
        yield from reversed(newest)
        for pack in reversed(packs):
            yield from reversed(self._unpacked(pack))

    def bounds(self) -> tuple[int, int] | None:
        """Return the lowest and the highest number of all rows; None if there is none."""
        with self._lock:
            every: Sequence[_Pack | Kind] = [*self._packs, *self._open]
            return (min(one.low for one in every), max(one.high for one in every)) if every else None

    def forget_below(self, low: int) -> None:
        """Let go of the rows that end below a number."""
        with self._lock:
            if all(pack.low >= low for pack in self._packs) and all(row.low >= low for row in self._open):
                return
            kept = []
            for pack in self._packs:
                if pack.low >= low:
                    kept.append(pack)
                elif pack.high >= low:
                    kept.append(_packed([row for row in self._unpacked(pack) if row.high >= low]))
            self._packs = kept
            self._open = [row for row in self._open if row.high >= low]
            self._length = sum(row.length for row in self._open)

    def __len__(self) -> int:
        with self._lock:
            return self._count()

    def _trim(self, least: int | None) -> None:
        if least is not None:
            self._packs = [pack for pack in self._packs if pack.high >= least]
        spare, gone = self._count() - self._most, 0
        for pack in self._packs:
            spare -= pack.rows
            if spare < 0:
                break
            gone += 1
        del self._packs[:gone]

    def _count(self) -> int:
        return sum(pack.rows for pack in self._packs) + len(self._open)

    def _unpacked(self, pack: _Pack) -> list[Kind]:
        return [self._make(row) for row in json.loads(zlib.decompress(pack.data))]


def _packed(rows: Sequence[PackableRow]) -> _Pack:
    data = zlib.compress(json.dumps([tuple(row) for row in rows]).encode(), QUICKEST)
    return _Pack(min(row.low for row in rows), max(row.high for row in rows), len(rows), data)


def _reaches(one: _Pack | PackableRow, low: int | None, high: int | None) -> bool:
    return (low is None or one.high >= low) and (high is None or one.low <= high)
