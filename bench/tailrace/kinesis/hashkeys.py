"""Where a record belongs: the space of hash keys, 0 to 2^128-1, and its division among shards."""

import hashlib
from typing import NamedTuple

SPACE = 1 << 128


class HashKeyRange(NamedTuple):
    """An inclusive range of hash keys.

    >>> HashKeyRange(0, SPACE // 2 - 1).holds(SPACE // 2)
    False
    """

    start: int
    end: int

    def holds(self, key: int) -> bool:
        """Tell whether the key lies in the range."""
        return self.start <= key <= self.end


def divide(count: int) -> list[HashKeyRange]:
    """Divide the space among `count` shards as CreateStream does: equal parts, the last takes the rest."""
    part = SPACE // count
    starts = [index * part for index in range(count)]
    ends = [start - 1 for start in starts[1:]] + [SPACE - 1]
    return [HashKeyRange(start, end) for start, end in zip(starts, ends, strict=True)]


def hash_key(partition_key: str) -> bytes:
    """Give a partition key's hash key as 16 bytes, big end first, so that they compare as the numbers do."""
    return hashlib.md5(partition_key.encode(errors="replace"), usedforsecurity=False).digest()


def key_bytes(key: int) -> bytes:
    """Give a hash key, a number below 2^128, as 16 bytes, big end first."""
    return key.to_bytes(16, "big")
