"""A shard of a lane's short history: a list in place of the engine, which whole worlds have."""

from tailrace.kinesis.shards import Record, RecordPage


class Column:
    """Records in a list; their sequence numbers are their positions."""

    shard_id = "shardId-000000000000"
    parents = ()
    closed = False

    def __init__(self) -> None:
        self.earliest = 0
        self._records: list[Record] = []

    @property
    def latest(self) -> int:
        """The position after the newest record."""
        return len(self._records)

    def append(self, key: str, data: str, now: float) -> None:
        """Put a record."""
        arrival = int(now * 1000) / 1000
        self._records.append(Record(str(len(self._records)), key, data, arrival))

    def position_at(self, arrival: float) -> int:
        """Give the position of the first kept record that arrived at this time or later."""
        later = (place for place, one in enumerate(self._records) if one.arrival >= arrival)
        return max(self.earliest, next(later, self.latest))

    def read(self, position: int, limit: int) -> RecordPage:
        """Give up to `limit` records."""
        start = max(position, self.earliest)
        return RecordPage(start, self._records[start : start + limit], ended=False)

    def trim(self, horizon: float) -> None:
        """Let go of the records that arrived before."""
        while self.earliest < self.latest and self._records[self.earliest].arrival < horizon:
            self.earliest += 1
