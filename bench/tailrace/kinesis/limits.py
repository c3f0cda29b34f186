"""What a shard takes per second: 1,000 records and 1 MiB, keys included."""

RECORDS_PER_SECOND = 1000
BYTES_PER_SECOND = 1 << 20


class Throughput:
    """Two buckets, one for records and one for bytes, each holding one second's worth.

    A record is taken while both buckets hold something, and then pays in full: a record larger than the
    bucket is taken too, and the debt keeps the shard closed for as long as it stands. So a single record
    of 9 MiB is taken, and a second's 1,001st record is not. (The size of AWS's own buckets is not known.)
    """

    def __init__(self, now: float) -> None:
        self._at = now
        self._records = float(RECORDS_PER_SECOND)
        self._bytes = float(BYTES_PER_SECOND)

    def take(self, size: int, now: float) -> bool:
        """Take a record of `size` bytes at time `now` (seconds), or say that the shard has no room for it."""
        self._fill(now)
        if self._records < 1 or self._bytes <= 0:
            return False
        self._records -= 1
        self._bytes -= size
        return True

    def _fill(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self._records = min(RECORDS_PER_SECOND, self._records + passed * RECORDS_PER_SECOND)
        self._bytes = min(BYTES_PER_SECOND, self._bytes + passed * BYTES_PER_SECOND)
