import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.stream.reading import Shard, Taken
from tailrace.stream.recording import Reel, Stop, floor, merge

pytestmark = pytest.mark.unit


def taken(at: float, name: str) -> Taken:
    """Return a record with this name as its bytes and key."""
    return Taken("1", name, name.encode(), at)


def recorded(*reels: Reel) -> list[str]:
    """Return the keys in the file that these reels make."""
    for reel in reels:
        reel.close()
    out = io.BytesIO()
    count = merge(reels, out)
    keys = [json.loads(line)["partitionKey"] for line in out.getvalue().splitlines()]
    assert count == len(keys)
    return keys


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), min_size=1, max_size=4))
def test_shards_are_merged_by_arrival(
    tmp_path_factory: pytest.TempPathFactory, shards: list[list[int]]
) -> None:
    """All records stand in one file, in the order of arrival; each shard's own order is kept."""
    folder = tmp_path_factory.mktemp("reels")
    reels = []
    for index, moments in enumerate(shards):
        reel = Reel(folder / str(index), float("-inf"))
        reel.add((taken(at, f"{index}-{n}-{at}") for n, at in enumerate(moments)), None)
        reels.append(reel)
    keys = [[int(part) for part in key.split("-")] for key in recorded(*reels)]
    for index, moments in enumerate(shards):
        assert [n for shard, n, _ in keys if shard == index] == list(range(len(moments)))
    if all(moments == sorted(moments) for moments in shards):
        assert [at for _, _, at in keys] == sorted(at for moments in shards for at in moments)


def test_a_child_comes_behind_its_parents(tmp_path: Path) -> None:
    """After a split a key goes on in a child, whose clock may be behind: its records still come later."""
    parent = Reel(tmp_path / "p", float("-inf"))
    parent.add([taken(100, "first")], None)
    shard = Shard("c", ("p", "expired"), 0, None)
    assert floor(shard, {"p": parent}) == 100
    child = Reel(tmp_path / "c", floor(shard, {"p": parent}))
    child.add([taken(99, "second")], None)
    assert recorded(parent, child) == ["first", "second"]


def test_it_ends_where_it_is_told_to(tmp_path: Path) -> None:
    """Nothing that arrived at that moment or later is recorded."""
    reel = Reel(tmp_path / "r", float("-inf"))
    assert not reel.add([taken(1, "a")], Stop(2))
    assert reel.add([taken(1.999, "b"), taken(2, "c"), taken(3, "d")], Stop(2))
    assert recorded(reel) == ["a", "b"]
