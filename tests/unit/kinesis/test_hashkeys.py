"""The division of hash keys among shards."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.hashkeys import SPACE, divide, hash_key, key_bytes
from tailrace.kinesis.streams import Draft, Stream

pytestmark = pytest.mark.unit


def stream_of(shards: int) -> Stream:
    """Make a stream."""
    return Stream(Draft("s", "1", "r", shards), 1.0, 1.0)


@given(st.integers(1, 3000))
def test_ranges_partition_the_space(count: int) -> None:
    """The ranges begin at 0, end at 2^128-1, and leave neither gap nor overlap between them."""
    ranges = divide(count)
    assert len(ranges) == count
    assert (ranges[0].start, ranges[-1].end) == (0, SPACE - 1)
    assert all(after.start == before.end + 1 for before, after in itertools.pairwise(ranges))
    assert all(keys.start <= keys.end for keys in ranges)


def test_ranges_are_those_of_aws() -> None:
    """Two and three shards have the bounds that AWS gives them (recorded)."""
    assert [keys.end for keys in divide(2)] == [
        170141183460469231731687303715884105727,
        340282366920938463463374607431768211455,
    ]
    assert divide(3)[0].end == 113427455640312821154458202477256070484


@given(st.integers(1, 40), st.integers(0, SPACE - 1))
def test_every_key_has_its_shard(count: int, key: int) -> None:
    """A hash key goes to the one shard whose range holds it."""
    stream = stream_of(count)
    chosen = stream.shard_of(key_bytes(key))
    assert [shard for shard in stream.shards.values() if shard.keys.holds(key)] == [chosen]


def test_partition_keys_are_hashed_with_md5() -> None:
    """A partition key's hash key is the MD5 of its UTF-8, read as a number."""
    assert int.from_bytes(hash_key("a")) == 0x0CC175B9C0F1B6A831C399E269772661
    assert hash_key("ü") == bytes.fromhex("c03410a5204b21cd8229ff754688d743")
