"""What a shard takes and gives per second, and how often its account may ask."""

import math
from collections.abc import Mapping, Sequence
from threading import Lock

RECORDS_PER_SECOND = 1000
BYTES_PER_SECOND = 1 << 20  # keys included
READS_PER_SECOND = 5
READ_BYTES_PER_SECOND = 2 << 20


class TokenBucket:
    """Holds so many a second, and no more than one second's worth.

    What is asked for is taken while something is there, and paid in full: what is larger than the bucket is
    taken too, and the debt keeps it closed for as long as it stands. (The size of AWS's own is not known.)
    """

    def __init__(self, rate: float, now: float) -> None:
        self.rate = self._available = float(rate)
        self._at = now

    def holds(self, least: float, now: float) -> bool:
        """Tell whether there is at least so much, or anything at all."""
        passed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self._available = min(self.rate, self._available + passed * self.rate)
        return self._available >= least if least else self._available > 0

    def take(self, amount: float) -> None:
        """Take so much of it, perhaps more than there is."""
        self._available -= amount


class Throughput:
    """What one shard takes and gives. Not safe for threads: its stream's lock is held."""

    def __init__(self, now: float) -> None:
        self._records = TokenBucket(RECORDS_PER_SECOND, now)
        self._bytes = TokenBucket(BYTES_PER_SECOND, now)
        self._reads = TokenBucket(READS_PER_SECOND, now)
        self._read_bytes = TokenBucket(READ_BYTES_PER_SECOND, now)
        self._iterators = TokenBucket(READS_PER_SECOND, now)

    def take(self, size: int, now: float) -> bool:
        """Take a record of `size` bytes at time `now` (seconds), or say that the shard has no room for it."""
        if not (self._records.holds(1, now) and self._bytes.holds(0, now)):
            return False
        self._records.take(1)
        self._bytes.take(size)
        return True

    def read(self, now: float) -> bool:
        """Allow one read, or say that there were too many, or that they gave too much."""
        if not (self._reads.holds(1, now) and self._read_bytes.holds(0, now)):
            return False
        self._reads.take(1)
        return True

    def gave(self, size: int) -> None:
        """Take note of how many bytes a read gave."""
        self._read_bytes.take(size)

    def issue(self, now: float) -> bool:
        """Allow one iterator, or say that there were too many."""
        if not self._iterators.holds(1, now):
            return False
        self._iterators.take(1)
        return True


class Demand:
    """How many shards an on-demand stream needs: enough for twice the most that a second wrote so far."""

    def __init__(self) -> None:
        self._second = 0
        self._records = self._bytes = 0
        self._peak = 0.0  # shards that the busiest second filled

    def wanted(self, sizes: Sequence[int], now: float) -> int:
        """Count the records of a put (by their sizes), and tell how many shards there should be."""
        if int(now) != self._second:
            filled = max(self._records / RECORDS_PER_SECOND, self._bytes / BYTES_PER_SECOND)
            self._peak = max(self._peak, filled)
            self._second, self._records, self._bytes = int(now), 0, 0
        self._records += len(sizes)
        self._bytes += sum(sizes)
        return math.ceil(2 * self._peak)


CALLS_PER_SECOND = {
    "AddTagsToStream": 5,
    "CreateStream": 5,
    "DecreaseStreamRetentionPeriod": 5,
    "DeleteResourcePolicy": 5,
    "DeleteStream": 5,
    "DeregisterStreamConsumer": 5,
    "DescribeLimits": 1,
    "DescribeStream": 10,
    "DescribeStreamConsumer": 20,
    "DescribeStreamSummary": 20,
    "DisableEnhancedMonitoring": 5,
    "EnableEnhancedMonitoring": 5,
    "GetResourcePolicy": 5,
    "IncreaseStreamRetentionPeriod": 5,
    "ListShards": 1000,
    "ListStreamConsumers": 5,
    "ListStreams": 5,
    "ListTagsForResource": 5,
    "ListTagsForStream": 5,
    "MergeShards": 5,
    "PutResourcePolicy": 5,
    "RegisterStreamConsumer": 5,
    "RemoveTagsFromStream": 5,
    "SplitShard": 5,
    "StartStreamEncryption": 5,
    "StopStreamEncryption": 5,
    "SubscribeToShard": 1,
    "TagResource": 5,
    "UntagResource": 5,
    "UpdateMaxRecordSize": 5,
    "UpdateShardCount": 10,
    "UpdateStreamMode": 5,
}
"""Calls a second of an account in a region."""

COUNTED_EACH = {
    "DescribeStreamConsumer": ("ConsumerARN", "StreamARN"),
    "ListShards": ("StreamARN", "StreamName"),
    "SubscribeToShard": ("ConsumerARN", "ShardId"),
}
"""Operations whose calls count for each stream, or consumer and shard, by itself; how requests name it."""


BUCKETS = 1000
"""Of calls that are counted; beyond, those that are full again go."""


class Calls:
    """How often each account asked for each operation of late. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}

    def allow(
        self, account: str, region: str, operation: str, request: Mapping[str, object], now: float
    ) -> bool:
        """Count a call, or say that there were too many."""
        rate = CALLS_PER_SECOND.get(operation)
        if rate is None:
            return True
        named = [str(request.get(parameter, "")) for parameter in COUNTED_EACH.get(operation, ())]
        with self._lock:
            if len(self._buckets) > BUCKETS:
                self._buckets = {
                    what: bucket
                    for what, bucket in self._buckets.items()
                    if not bucket.holds(bucket.rate, now)
                }
            bucket = self._buckets.setdefault((account, region, operation, *named), TokenBucket(rate, now))
            if not bucket.holds(1, now):
                return False
            bucket.take(1)
            return True

    def __len__(self) -> int:
        """Count the buckets that are held."""
        return len(self._buckets)
