import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.stream.reading import ListedShard, StreamRecord
from tailrace.stream.recording import ShardRecording, floor, merge

pytestmark = pytest.mark.unit


def taken(at: float, name: str) -> StreamRecord:
    """Return a record with this name as its bytes and key."""
    return StreamRecord("1", name, name.encode(), at)


def recorded(*shards: ShardRecording) -> list[str]:
    """Return the keys in the file that these shards make."""
    for shard in shards:
        shard.close()
    out = io.BytesIO()
    count = merge(shards, out)
    keys = [json.loads(line)["partitionKey"] for line in out.getvalue().splitlines()]
    assert count == len(keys)
    return keys


@given(st.lists(st.lists(st.integers(0, 50), max_size=20), min_size=1, max_size=4))
def test_shards_are_merged_by_arrival(
    tmp_path_factory: pytest.TempPathFactory, shards: list[list[int]]
) -> None:
    """All records stand in one file, in the order of arrival; each shard's own order is kept."""
    folder = tmp_path_factory.mktemp("shards")
    recordings = []
    for index, moments in enumerate(shards):
        recording = ShardRecording(folder / str(index), float("-inf"))
        recording.add((taken(at, f"{index}-{n}-{at}") for n, at in enumerate(moments)), None)
        recordings.append(recording)
    keys = [[int(part) for part in key.split("-")] for key in recorded(*recordings)]
    for index, moments in enumerate(shards):
        assert [n for shard, n, _ in keys if shard == index] == list(range(len(moments)))
    if all(moments == sorted(moments) for moments in shards):
        assert [at for _, _, at in keys] == sorted(at for moments in shards for at in moments)


def test_a_child_comes_behind_its_parents(tmp_path: Path) -> None:
    """After a split a key goes on in a child, whose clock may be behind: its records still come later."""
    parent = ShardRecording(tmp_path / "p", float("-inf"))
    parent.add([taken(100, "first")], None)
    shard = ListedShard("c", ("p", "expired"), 0, None)
    assert floor(shard, {"p": parent}) == 100
    child = ShardRecording(tmp_path / "c", floor(shard, {"p": parent}))
    child.add([taken(99, "second")], None)
    assert recorded(parent, child) == ["first", "second"]


def test_it_ends_where_it_is_told_to(tmp_path: Path) -> None:
    """Nothing that arrived at that moment or later is recorded."""
    recording = ShardRecording(tmp_path / "r", float("-inf"))
    assert not recording.add([taken(1, "a")], 2)
    assert recording.add([taken(1.999, "b"), taken(2, "c"), taken(3, "d")], 2)
    assert recorded(recording) == ["a", "b"]
