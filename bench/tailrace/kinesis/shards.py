"""A shard: rows of records in columns. A record's position counts from the shard's first record.

What can be computed is not kept: a record's sequence number follows from the shard's base, its counter and
its second, so a small record costs little more than its key and its data.
"""

from array import array
from bisect import bisect_left, bisect_right
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from tailrace.kinesis.sequence import CLOSED, Sequence, counter_of, number_of, numbered, sequence_base
from tailrace.protocol.jsontypes import decoded_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as ListLike

    from tailrace.kinesis.hashkeys import HashKeyRange
    from tailrace.kinesis.limits import Throughput

COMPACT = 1024
"""Rows of records that were trimmed are removed together, so many at once."""


class Record(NamedTuple):
    """A record as a shard gives it."""

    sequence_number: str
    partition_key: str
    data: str  # standard base64, as it came
    arrival: float  # epoch seconds, to the millisecond
    encrypted: bool = False


class RecordPage(NamedTuple):
    """What a read gives: the position of the first record, the records, and whether none can follow."""

    start: int
    records: list[Record]
    ended: bool  # the shard is closed, and these are its last records

    @property
    def following(self) -> int:
        """The position to read from next."""
        return self.start + len(self.records)


class Entry(NamedTuple):
    """A record that asks to be put, and the 16 bytes of its hash key."""

    partition_key: str
    data: str  # standard base64
    hash_key: bytes

    def size(self) -> int:
        """Give what counts against the limits: the bytes of the data, decoded, and of the key."""
        return decoded_length(self.data) + len(self.partition_key.encode(errors="replace"))


class Shard:
    """A shard's records, and who waits for more.

    Safe to use from several threads. Whoever puts is told the time; a shard never asks for it.
    """

    def __init__(  # noqa: PLR0913  what CreateStream or a reshard knows of a shard
        self,
        index: int,
        keys: "HashKeyRange",
        created: int,
        throughput: "Throughput",
        *,
        opened: float = 0.0,
        parents: tuple[str, ...] = (),
    ) -> None:
        self.index = index
        self.shard_id = f"shardId-{index:012d}"
        self.keys = keys
        self.created = created
        self.throughput = throughput
        self.opened = opened
        self.closed_at: float | None = None
        self.starting_sequence_number = str(Sequence(created, index, 0, created))
        self.ending_sequence_number: str | None = None
        self.parents = parents
        self._base = sequence_base(created, index)
        self._earliest = 0
        self._first = 0  # the position of the first row, which may be trimmed already
        self._counters = array("Q")
        self._arrivals = array("d")
        self._keys: list[str] = []
        self._data: list[str] = []
        self._lock = Lock()
        self._encrypted: list[int] = []  # positions from which on records are encrypted, or are not any more
        self._wakes: tuple[Callable[[], None], ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the shard takes no more records."""
        return self.closed_at is not None

    @property
    def earliest(self) -> int:
        """The position of the oldest record that is still kept (the trim horizon)."""
        return self._earliest

    @property
    def latest(self) -> int:
        """The position after the newest record, where the next one will lie."""
        with self._lock:
            return self._first + len(self._keys)

    def append(
        self, entries: "ListLike[Entry]", counter: int, arrival: float, *, encrypted: bool = False
    ) -> list[str]:
        """Add entries, numbered from `counter` on; give their sequence numbers.

        Neither counter nor arrival may be below those of the last ones.
        """
        count = len(entries)
        keys, data = [entry.partition_key for entry in entries], [entry.data for entry in entries]
        with self._lock:
            if encrypted != bool(len(self._encrypted) % 2):
                self._encrypted.append(self._first + len(self._keys))
            self._counters.extend(range(counter, counter + count))
            self._arrivals.extend([arrival] * count)
            self._keys += keys
            self._data += data
        return numbered(self._base, counter, int(arrival), count)

    def read(self, position: int, limit: int) -> RecordPage:
        """Give up to `limit` records from `position` on; those no longer kept are skipped silently."""
        with self._lock:
            start = max(position, self._earliest)
            rows = range(start - self._first, min(start - self._first + limit, len(self._keys)))
            return RecordPage(
                start,
                [self._record(row) for row in rows],
                self.closed and start + len(rows) >= self._first + len(self._keys),
            )

    def position_of(self, sequence_number: str) -> int:
        """Give the position of this sequence number, or of the first record after it."""
        number = int(sequence_number)
        counter = counter_of(number - self._base)
        with self._lock:
            row = bisect_left(self._counters, counter, self._earliest - self._first)
            if row < len(self._keys) and self._counters[row] == counter and number > self._number(row):
                row += 1
            return self._first + row

    def position_at(self, arrival: float) -> int:
        """Give the position of the first record that arrived at this time (epoch seconds) or later."""
        with self._lock:
            return self._first + bisect_left(self._arrivals, arrival, self._earliest - self._first)

    def trim(self, horizon: float) -> None:
        """Let go of the records that arrived before `horizon` (epoch seconds)."""
        with self._lock:
            before = self._earliest - self._first
            gone = bisect_left(self._arrivals, horizon, before)
            self._earliest = self._first + gone
            if gone == len(self._keys) or gone >= COMPACT:
                self._first += gone
                for column in (self._counters, self._arrivals, self._keys, self._data):
                    del column[:gone]
            else:
                self._data[before:gone] = [""] * (gone - before)

    def close(self, second: int, now: float) -> None:
        """Take no more records from now on; `second` is what its last sequence number names."""
        with self._lock:
            self.ending_sequence_number = str(Sequence(self.created, self.index, CLOSED, second))
            self.closed_at = now
        self.wake()

    def subscribe(self, wake: "Callable[[], None]") -> "Callable[[], None]":
        """Have `wake` called after each append, in the thread that appends; returns how to stop that."""
        with self._lock:
            self._wakes = (*self._wakes, wake)

        def unsubscribe() -> None:
            with self._lock:
                self._wakes = tuple(other for other in self._wakes if other is not wake)

        return unsubscribe

    def wake(self) -> None:
        """Tell all who wait that something changed."""
        for wake in self._wakes:
            wake()

    def _record(self, row: int) -> Record:
        encrypted = bool(self._encrypted) and bool(bisect_right(self._encrypted, self._first + row) % 2)
        return Record(
            str(self._number(row)), self._keys[row], self._data[row], self._arrivals[row], encrypted
        )

    def _number(self, row: int) -> int:
        return number_of(self._base, self._counters[row], int(self._arrivals[row]))
