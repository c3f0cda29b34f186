"""A stream: its shards, and what is true of all of them."""

import secrets
from bisect import bisect_right
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Literal, NamedTuple

from tailrace.arns import partition
from tailrace.kinesis.consumers import Consumers
from tailrace.kinesis.hashkeys import HashKeyRange, divide, key_bytes
from tailrace.kinesis.lifecycle import Life, LifecycleEvent, SlowChange, Status
from tailrace.kinesis.limits import Demand, Throughput
from tailrace.kinesis.sequence import Sequence
from tailrace.kinesis.shards import Entry, RecordPage, Shard
from tailrace.kinesis.topology import Merge, Split, steps

if TYPE_CHECKING:
    from collections.abc import Sequence as ListLike

type Mode = Literal["PROVISIONED", "ON_DEMAND"]
type Put = tuple[str, str | None]  # shard id and sequence number; none: that shard had no room

CREATED_BEFORE = 3  # seconds by which a shard's creation precedes its stream's, as on AWS
DEFAULT_RETENTION_HOURS = 24
HOUR = 3600
DEFAULT_MAX_RECORD_KIB = 1024
SKIP, SKIPS = 118, 437
"""AWS's numbers of one request are consecutive, between requests 118 to 554 are left out."""
OF_A_TABLE = "__ddb_stream_"
"""How LocalStack names the streams that hold DynamoDB streams: made and gone at once, without limits."""


class Draft(NamedTuple):
    """What CreateStream asks for."""

    name: str
    account: str
    region: str
    shards: int = 1
    mode: Mode = "PROVISIONED"
    max_record_kib: int = DEFAULT_MAX_RECORD_KIB


class Stream:
    """A stream of one account and region. Times are epoch seconds and come from the caller."""

    def __init__(self, draft: Draft, now: float, active: float) -> None:
        self.name = draft.name
        self.account = draft.account
        self.region = draft.region
        self.arn = f"arn:{partition(draft.region)}:kinesis:{draft.region}:{draft.account}:stream/{draft.name}"
        self.stream_id = f"{secrets.token_hex(10)}-{secrets.token_hex(2)[:3]}"
        self.mode: Mode = draft.mode
        self.of_a_table = draft.name.startswith(OF_A_TABLE)
        self.created = int(now)
        self.life = Life(active)
        self.retention_hours = DEFAULT_RETENTION_HOURS
        self.max_record_kib = draft.max_record_kib
        self.key_id: str | None = None  # of KMS, while records are encrypted
        self.monitored: tuple[str, ...] = ()
        self.policy: str | None = None
        self.tags: dict[str, str] = {}
        self.consumers = Consumers(draft.name, self.arn, draft.account)
        self.changes: dict[SlowChange, list[float]] = {}  # when it was changed, by what is limited per day
        self._pending: tuple[float, int] | None = None  # when, and to which record size
        self._lock = Lock()
        self._demand = Demand()
        self._counter = 0
        self._opened = 0  # shards so far, which are numbered through
        self._arrival = now
        self.shards: dict[str, Shard] = {}  # replaced whole, never changed: others iterate over it
        for keys in divide(draft.shards):
            self._open(keys, self.created - CREATED_BEFORE, now, ())
        self._route()

    @property
    def deleted(self) -> bool:
        """Whether somebody deleted the stream; those who wait on its shards are woken when that happens."""
        return self.life.ending

    def status(self, now: float) -> Status:
        """Tell the stream's status at a time, once what was due by then is done."""
        if self._pending and now >= self._pending[0]:
            self.max_record_kib, self._pending = self._pending[1], None
        return self.life.status(now)

    def change(self, now: float, due: float) -> None:
        """Be UPDATING until a time. Raises OutOfPlaceError unless the stream is ACTIVE."""
        self.life.move(LifecycleEvent.CHANGE, now, due)

    def resize_records(self, kib: int, now: float, due: float) -> None:
        """Let records be so large from a time on; until then the stream is UPDATING, with the old value."""
        self.change(now, due)
        self._pending = due, kib

    def open_shards(self) -> list[Shard]:
        """Give the shards that take records, in order of id."""
        return [shard for shard in self.shards.values() if not shard.closed]

    def shard_of(self, hash_key: bytes) -> Shard:
        """Give the open shard that a hash key belongs to."""
        routes, starts = self._routes
        return routes[bisect_right(starts, hash_key) - 1]

    def children(self, shard: Shard) -> list[Shard]:
        """Give the shards that a closed one was split or merged into."""
        return [child for child in self.shards.values() if shard.shard_id in child.parents]

    def put(self, entries: "ListLike[Entry]", now: float, *, limited: bool = False) -> list[Put]:
        """Append the entries, each to its shard, in their order; the answer has the same order.

        An entry for which its shard has no room (only where limits are kept) is left out alone.
        """
        limited = limited and not self.of_a_table
        puts: list[Put] = []
        with self._lock:
            self._arrival = max(self._arrival, int(now * 1000) / 1000)
            self._counter += SKIP + self._counter % SKIPS
            self._trim(now)
            if limited and self.mode == "ON_DEMAND":
                self._grow([entry.size() for entry in entries], now)
            taken = self._place(entries, puts, now, limited=limited)
            for shard, places in taken.items():
                numbers = shard.append(
                    [entries[place] for place in places],
                    self._counter,
                    self._arrival,
                    encrypted=self.key_id is not None,
                )
                self._counter += len(numbers)
                for place, number in zip(places, numbers, strict=True):
                    puts[place] = shard.shard_id, number
        for shard in taken:
            shard.wake()
        return puts

    def read(self, shard: Shard, position: int, limit: int, now: float) -> RecordPage:
        """Read from a shard what the stream still keeps at this time."""
        shard.trim(self.horizon(now))
        return shard.read(position, limit)

    def may_read(self, shard: Shard, now: float) -> bool:
        """Count a read of a shard, or say that there were too many."""
        with self._lock:
            return shard.throughput.read(now)

    def may_issue(self, shard: Shard, now: float) -> bool:
        """Count an iterator on a shard, or say that there were too many."""
        with self._lock:
            return shard.throughput.issue(now)

    def gave(self, shard: Shard, page: RecordPage) -> None:
        """Take note of what a read gave."""
        with self._lock:
            shard.throughput.gave(sum(len(record.data) // 4 * 3 for record in page.records))

    def tip(self, shard: Shard, now: float) -> str:
        """Give a sequence number after all records of a shard so far, and before all that are to come."""
        with self._lock:
            return str(Sequence(shard.created, shard.index, self._counter, int(max(now, self._arrival))))

    def horizon(self, now: float) -> float:
        """Give the time before which records are no longer kept."""
        return now - self.retention_hours * HOUR

    def trim(self, now: float) -> None:
        """Let go of what is older than the stream's retention, closed shards too."""
        with self._lock:
            self._trim(now)

    def _trim(self, now: float) -> None:
        horizon = self.horizon(now)
        for shard in self.shards.values():
            shard.trim(horizon)
        if any(shard.closed_at is not None and shard.closed_at < horizon for shard in self.shards.values()):
            self.shards = {
                shard_id: shard
                for shard_id, shard in self.shards.items()
                if shard.closed_at is None or shard.closed_at >= horizon
            }

    def wake(self) -> None:
        """Tell all who wait on the stream's shards that something changed."""
        for shard in self.shards.values():
            shard.wake()

    # Resharding

    def split(self, shard: Shard, at: int, now: float) -> None:
        """Split an open shard into two, the second of which begins at a hash key."""
        with self._lock:
            self._reshard([Split(shard.keys, at)], now)

    def merge(self, shard: Shard, other: Shard, now: float) -> None:
        """Merge two open shards, side by side; the child's parent is the first, the other is adjacent."""
        with self._lock:
            self._reshard([Merge(shard.keys, other.keys)], now)

    def resize(self, count: int, now: float) -> None:
        """Split and merge until there are `count` open shards of equal ranges."""
        with self._lock:
            self._reshard(steps([shard.keys for shard in self.open_shards()], count), now)

    def _reshard(self, planned: "ListLike[Split | Merge]", now: float) -> None:
        for step in planned:
            is_open = {shard.keys: shard for shard in self.open_shards()}
            if isinstance(step, Split):
                parents, (start, end) = [is_open[step.keys]], step.keys
                ranges = [HashKeyRange(start, step.at - 1), HashKeyRange(step.at, end)]
            else:
                parents = [is_open[step.first], is_open[step.second]]
                low, high = sorted((step.first, step.second))
                ranges = [HashKeyRange(low.start, high.end)]
            second = max(int(now), *(parent.created for parent in parents))
            for keys in ranges:  # first: who finds a parent closed, finds its children
                self._open(keys, second + 1, now, tuple(parent.shard_id for parent in parents))
            for parent in parents:
                parent.close(second, now)
        self._route()

    def _grow(self, sizes: "ListLike[int]", now: float) -> None:
        """Double the shards at most, if the writes of late ask for more than there are."""
        count = len(self.open_shards())
        wanted = min(self._demand.wanted(sizes, now), 2 * count)
        if wanted > count:
            self._reshard(steps([shard.keys for shard in self.open_shards()], wanted), now)

    def _open(self, keys: HashKeyRange, created: int, now: float, parents: tuple[str, ...]) -> None:
        shard = Shard(self._opened, keys, created, Throughput(now), opened=now, parents=parents)
        self._opened += 1
        self.shards = {**self.shards, shard.shard_id: shard}

    def _place(
        self, entries: "ListLike[Entry]", puts: list[Put], now: float, *, limited: bool
    ) -> dict[Shard, list[int]]:
        """Find the shard of each entry; give the places of those that the shards have room for."""
        taken: defaultdict[Shard, list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):
            shard = self.shard_of(entry.hash_key)
            puts.append((shard.shard_id, None))
            if not limited or shard.throughput.take(entry.size(), now):
                taken[shard].append(place)
        return taken

    def _route(self) -> None:
        routes = sorted(self.open_shards(), key=lambda shard: shard.keys.start)
        self._routes = routes, [key_bytes(shard.keys.start) for shard in routes]
