"""Parents before children, through invented lineages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.mapping.rules.family import Family

pytestmark = pytest.mark.unit


@st.composite
def lineages(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Make a stream's history: shards that are split and merged, as AWS numbers them."""
    lineage: dict[str, tuple[str, ...]] = {str(number): () for number in range(draw(st.integers(1, 4)))}
    open_shards = list(lineage)
    for _ in range(draw(st.integers(0, 12))):
        if len(open_shards) > 1 and draw(st.booleans()):
            parents = tuple(draw(st.permutations(open_shards))[:2])
            children = 1
        else:
            parents, children = (draw(st.sampled_from(open_shards)),), 2
        open_shards = [shard for shard in open_shards if shard not in parents]
        for _ in range(children):
            open_shards.append(str(len(lineage)))
            lineage[str(len(lineage))] = parents
    return lineage


@given(lineages(), st.data())
def test_parents_before_children(lineage: dict[str, tuple[str, ...]], data: st.DataObject) -> None:
    """In whatever order shards end, each runs exactly once, and after all of its parents have ended."""
    family, done = Family(), set()
    running = family.ready(lineage)
    order = list(running)
    while running:
        ended = data.draw(st.sampled_from(running))
        running.remove(ended)
        done.add(ended)
        family.done(ended)
        for shard in family.ready(lineage):
            assert done.issuperset(lineage[shard])
            running.append(shard)
            order.append(shard)
    assert sorted(order) == sorted(lineage)


def test_a_merged_child_waits_for_both_parents() -> None:
    """The child of a merge begins when both of its parents are done (7, recorded second hand)."""
    family = Family()
    lineage = {"0": (), "1": (), "2": ("0", "1")}
    assert family.ready(lineage) == ["0", "1"]
    family.done("0")
    assert family.ready(lineage) == []
    family.done("1")
    assert family.ready(lineage) == ["2"]


def test_a_parent_that_left_the_stream_is_done() -> None:
    """A child whose parents are no longer listed begins at once."""
    assert Family().ready({"3": ("0", "1")}) == ["3"]
