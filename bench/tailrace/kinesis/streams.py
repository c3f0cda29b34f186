"""A stream: its shards, and what is true of all of them."""

import math
from bisect import bisect_right
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Literal

from tailrace.kinesis.hashkeys import divide, key_bytes
from tailrace.kinesis.limits import Throughput
from tailrace.kinesis.shards import Entry, Page, Shard

if TYPE_CHECKING:
    from collections.abc import Sequence as ListLike

type Status = Literal["CREATING", "ACTIVE", "DELETING"]
type Mode = Literal["PROVISIONED", "ON_DEMAND"]
type Put = tuple[str, str | None]  # shard id and sequence number; none: that shard had no room

CREATED_BEFORE = 3  # seconds by which a shard's creation precedes its stream's, as on AWS
DEFAULT_RETENTION_HOURS = 24
HOUR = 3600
DEFAULT_MAX_RECORD_KIB = 1024
SKIP, SKIPS = (
    118,
    437,
)  # AWS's numbers of one request are consecutive, between requests 118 to 554 are left out


class Stream:
    """A stream of one account and region. Times are epoch seconds and come from the caller."""

    def __init__(  # noqa: PLR0913  what CreateStream knows of a stream
        self,
        *,
        name: str,
        account: str,
        region: str,
        shards: int,
        mode: Mode,
        now: float,
        active_at: float,
        limited: bool,
        max_record_kib: int = DEFAULT_MAX_RECORD_KIB,
    ) -> None:
        self.name = name
        self.account = account
        self.region = region
        self.arn = f"arn:{partition(region)}:kinesis:{region}:{account}:stream/{name}"
        self.mode: Mode = mode
        self.created = int(now)
        self.active_at = active_at
        self.gone_at: float | None = None
        self.retention_hours = DEFAULT_RETENTION_HOURS
        self.max_record_kib = max_record_kib
        self.tags: dict[str, str] = {}
        self.mode_switches: list[float] = []
        self._lock = Lock()
        self._counter = 0
        self._arrival = now
        self.shards: dict[str, Shard] = {}
        for index, keys in enumerate(divide(shards)):
            throughput = Throughput(now) if limited else None
            shard = Shard(index, keys, self.created - CREATED_BEFORE, throughput)
            self.shards[shard.shard_id] = shard
        self._route()

    @property
    def deleted(self) -> bool:
        """Whether somebody deleted the stream; those who wait on its shards are woken when that happens."""
        return self.gone_at is not None

    def status(self, now: float) -> Status:
        """Tell the stream's status at a time."""
        if self.gone_at is not None:
            return "DELETING"
        if now >= self.active_at:
            self.active_at = -math.inf  # for good, should the clock step back
        return "CREATING" if now < self.active_at else "ACTIVE"

    def open_shards(self) -> list[Shard]:
        """Give the shards that take records, in order of id."""
        return [shard for shard in self.shards.values() if not shard.closed]

    def shard_of(self, hash_key: bytes) -> Shard:
        """Give the open shard that a hash key belongs to."""
        return self._routes[bisect_right(self._starts, hash_key) - 1]

    def put(self, entries: "ListLike[Entry]", now: float) -> list[Put]:
        """Append the entries, each to its shard, in their order; the answer has the same order.

        An entry for which its shard has no room (only where limits are kept) is left out alone.
        """
        puts: list[Put] = []
        with self._lock:
            self._arrival = max(self._arrival, int(now * 1000) / 1000)
            self._counter += SKIP + self._counter % SKIPS
            self.trim(now)
            taken = self._place(entries, puts, now)
            for shard, places in taken.items():
                numbers = shard.append([entries[place] for place in places], self._counter, self._arrival)
                self._counter += len(numbers)
                for place, number in zip(places, numbers, strict=True):
                    puts[place] = shard.shard_id, number
        for shard in taken:
            shard.wake()
        return puts

    def read(self, shard: Shard, position: int, limit: int, now: float) -> Page:
        """Read from a shard what the stream still keeps at this time."""
        shard.trim(now - self.retention_hours * HOUR)
        return shard.read(position, limit)

    def trim(self, now: float) -> None:
        """Let go of what is older than the stream's retention."""
        horizon = now - self.retention_hours * HOUR
        for shard in list(self.shards.values()):
            shard.trim(horizon)

    def wake(self) -> None:
        """Tell all who wait on the stream's shards that something changed."""
        for shard in self.shards.values():
            shard.wake()

    def _place(self, entries: "ListLike[Entry]", puts: list[Put], now: float) -> dict[Shard, list[int]]:
        """Find the shard of each entry; give the places of those that the shards have room for."""
        taken: defaultdict[Shard, list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):
            shard = self.shard_of(entry.hash_key)
            puts.append((shard.shard_id, None))
            if shard.throughput is None or shard.throughput.take(entry.size(), now):
                taken[shard].append(place)
        return taken

    def _route(self) -> None:
        self._routes = sorted(self.open_shards(), key=lambda shard: shard.keys.start)
        self._starts = [key_bytes(shard.keys.start) for shard in self._routes]


def partition(region: str) -> str:
    """Give the partition of AWS that a region lies in: `aws`, `aws-cn` or `aws-us-gov`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
