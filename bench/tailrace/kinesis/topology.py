"""How a stream gets another number of shards: by AWS's own steps, each of them a split or a merge.

UpdateShardCount first splits the open shards at the bounds that the new ones are to have, and then merges
what lies between two bounds. (Recorded: from 2 to 3, shards 0 and 1 are split at the thirds into 2, 3 and
4, 5; then 3 and 4 are merged into 6.)
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from tailrace.kinesis.hashkeys import HashKeyRange, divide


class Split(NamedTuple):
    """Split the open shard that this range belongs to, so that the second part begins at the key."""

    keys: HashKeyRange
    at: int


class Merge(NamedTuple):
    """Merge the open shards of two ranges, which lie side by side."""

    first: HashKeyRange
    second: HashKeyRange


def steps(open_ranges: Sequence[HashKeyRange], count: int) -> list[Split | Merge]:
    """Give the steps from these ranges, which cover all keys, to `count` equal ones."""
    wanted = divide(count)
    found: list[Split | Merge] = []
    starts = sorted(keys.start for keys in open_ranges)
    ends = {keys.start: keys.end for keys in open_ranges}
    for at in (keys.start for keys in wanted):
        if at in ends:
            continue
        start = starts[bisect_right(starts, at) - 1]
        found.append(Split(HashKeyRange(start, ends[start]), at))
        ends[at], ends[start] = ends[start], at - 1
        starts.insert(bisect_right(starts, at), at)
    for target in wanted:
        parts = [HashKeyRange(start, ends[start]) for start in starts if target.holds(start)]
        first = parts[0]
        for second in parts[1:]:
            found.append(Merge(first, second))
            first = HashKeyRange(first.start, second.end)
    return found


def adjacent(one: HashKeyRange, other: HashKeyRange) -> bool:
    """Tell whether two ranges lie side by side, in whatever order they are named."""
    low, high = sorted((one, other))
    return low.end + 1 == high.start
