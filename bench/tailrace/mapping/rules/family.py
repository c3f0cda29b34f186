"""Which shards of a stream may run: a child begins when all of its parents are done.

A parent that has left the stream is done; so is one that the mapping never had to read. That is all that is
needed for order per key across a reshard, and for a merged child to wait for both of its parents.
"""

from collections.abc import Iterable, Mapping


class Family:
    """The shards of one stream as one mapping reads them."""

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._done: set[str] = set()

    def ready(self, parents: Mapping[str, Iterable[str]]) -> list[str]:
        """Give the shards that may begin now, each once; `parents` is the stream's lineage as it stands.

        >>> Family().ready({"1": ["0"], "0": []})
        ['0']
        """
        found = [
            shard
            for shard, above in parents.items()
            if shard not in self._begun
            and all(parent in self._done or parent not in parents for parent in above)
        ]
        self._begun.update(found)
        return found

    def begun(self, shard: str) -> bool:
        """Tell whether a shard has begun."""
        return shard in self._begun

    def done(self, shard: str) -> None:
        """Take note that a shard is read to its end and settled, or need not be read at all."""
        self._begun.add(shard)
        self._done.add(shard)
