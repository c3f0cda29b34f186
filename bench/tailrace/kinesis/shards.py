"""A shard: an append-only list of records. A record's position counts from the shard's first record."""

from bisect import bisect_left
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from tailrace.kinesis.sequence import CLOSED, Sequence, numbered, sequence_base
from tailrace.protocol.jsontypes import decoded_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as ListLike

    from tailrace.kinesis.hashkeys import HashKeyRange
    from tailrace.kinesis.limits import Throughput


class Record(NamedTuple):
    """A record as it lies in a shard."""

    sequence_number: str
    partition_key: str
    data: str  # standard base64, as it came
    arrival: float  # epoch seconds, to the millisecond


class Entry(NamedTuple):
    """A record that asks to be put, and the 16 bytes of its hash key."""

    partition_key: str
    data: str  # standard base64
    hash_key: bytes

    def size(self) -> int:
        """Give what counts against the limits: the bytes of the data, decoded, and of the key."""
        return decoded_length(self.data) + len(self.partition_key.encode(errors="replace"))


_number = attrgetter("sequence_number")
_arrival = attrgetter("arrival")


class Shard:
    """A shard's records, and who waits for more.

    Safe to use from several threads. Whoever puts is told the time; a shard never asks for it.
    """

    def __init__(
        self, index: int, keys: "HashKeyRange", created: int, throughput: "Throughput | None"
    ) -> None:
        self.index = index
        self.shard_id = f"shardId-{index:012d}"
        self.keys = keys
        self.created = created
        self.throughput = throughput
        self.closed = False
        self.starting_sequence_number = str(Sequence(created, index, 0, created))
        self.ending_sequence_number: str | None = None
        self.parents: tuple[str, ...] = ()
        self._base = sequence_base(created, index)
        self._earliest = 0
        self._records: list[Record] = []
        self._lock = Lock()
        self._wakes: tuple[Callable[[], None], ...] = ()

    @property
    def earliest(self) -> int:
        """The position of the oldest record that is still kept (the trim horizon)."""
        return self._earliest

    @property
    def latest(self) -> int:
        """The position after the newest record, where the next one will lie."""
        with self._lock:
            return self._earliest + len(self._records)

    def append(self, entries: "ListLike[Entry]", counter: int, arrival: float) -> list[str]:
        """Add entries, numbered from `counter` on; give their sequence numbers.

        Neither counter nor arrival may be below those of the last ones.
        """
        numbers = numbered(self._base, counter, int(arrival), len(entries))
        records = [
            Record(number, key, data, arrival)
            for number, (key, data, _) in zip(numbers, entries, strict=True)
        ]
        with self._lock:
            self._records.extend(records)
        return numbers

    def read(self, position: int, limit: int) -> list[Record]:
        """Give up to `limit` records from `position` on; those no longer kept are skipped silently."""
        with self._lock:
            start = max(0, position - self._earliest)
            return self._records[start : start + limit]

    def position_of(self, sequence_number: str) -> int:
        """Give the position of this sequence number, or of the first record after it."""
        wanted = sequence_number.zfill(56)
        with self._lock:
            return self._earliest + bisect_left(self._records, wanted, key=_number)

    def position_at(self, arrival: float) -> int:
        """Give the position of the first record that arrived at this time (epoch seconds) or later."""
        with self._lock:
            return self._earliest + bisect_left(self._records, arrival, key=_arrival)

    def trim(self, horizon: float) -> None:
        """Let go of the records that arrived before `horizon` (epoch seconds)."""
        if not self._records or self._records[0].arrival >= horizon:
            return
        with self._lock:
            gone = bisect_left(self._records, horizon, key=_arrival)
            del self._records[:gone]
            self._earliest += gone

    def close(self, second: int) -> None:
        """Take no more records."""
        self.closed = True
        self.ending_sequence_number = str(Sequence(self.created, self.index, CLOSED, second))
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
