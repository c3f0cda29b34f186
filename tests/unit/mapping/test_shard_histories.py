"""A shard with several lanes through invented histories: order per key, one checkpoint, nothing twice."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.mapping.rules.shard import AHEAD
from tailrace.mapping.settings import MappingSettings
from tests.unit.mapping.history import FAILED, PROCESSED, Call, History, Item, items
from tests.unit.mapping.test_lane_histories import functions, lane_settings, shards

pytestmark = pytest.mark.unit


@st.composite
def keyed(draw: st.DrawFn) -> list[Item]:
    """Make records of a few keys."""
    return [item._replace(partition_key=draw(st.sampled_from("abcdefg"))) for item in draw(shards())]


@st.composite
def shard_settings(draw: st.DrawFn) -> MappingSettings:
    """Combine all that a mapping can ask for, with several lanes; nothing blocks a shard for ever."""
    retries = draw(st.sampled_from([0, 1, 2, 5]))
    return draw(lane_settings())._replace(factor=draw(st.integers(1, 10)), retries=retries)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Run several lanes over a shard whose settings may change on the way; it is closed at its end."""
    history = History(
        settings=draw(shard_settings()),
        shard=draw(keyed()),
        function=draw(functions()),
        duration=draw(st.sampled_from([0.0, 0.02, 5.0])),
        closed=draw(st.booleans()),
    )
    for steps in draw(st.lists(st.integers(1, 20), max_size=3)):
        history.run(steps)
        history.change(draw(shard_settings()))
    return history.run()


@given(histories())
def test_each_record_ends_once(history: History) -> None:
    """Whatever lanes there are, and however their number changes, a record is settled exactly once."""
    ended = history.processed + history.discarded
    assert sorted(ended) == [item for item in history.shard if item.passes]


@given(histories())
def test_order_per_key(history: History) -> None:
    """Records of one partition key are sent only when all before them are settled, lane or no lane."""
    settled: set[Item] = set()
    ends: list[tuple[float, int, tuple[Item, ...]]] = []
    for number, entry in enumerate(history.log):
        at = entry.at
        settled.update(item for ended, _, done in ends if ended <= at for item in done)
        for record in entry.records[:1]:
            earlier = [
                item
                for item in history.shard
                if item.passes and item < record and item.partition_key == record.partition_key
            ]
            assert settled.issuperset(earlier)
        if isinstance(entry, Call):
            ends.append((entry.ended, number, entry.processed))
        else:
            settled.update(entry.records)


@given(histories())
def test_one_checkpoint(history: History) -> None:
    """The checkpoint never goes back, and is the end of the shard once all is settled."""
    assert history.checkpoints == sorted(history.checkpoints)
    assert history.reader.checkpoint == len(history.shard)
    assert history.rested
    assert history.ended == history.closed


def test_the_checkpoint_waits_for_the_lowest_unfinished_record() -> None:
    """A blocked lane holds the checkpoint; other lanes of the shard go on (7, inferred)."""
    shard = [item._replace(partition_key=key) for item, key in zip(items([0.0] * 6), "abcdef", strict=True)]
    history = History(
        MappingSettings(factor=10, batch_size=1), shard, lambda got: FAILED if shard[0] in got else PROCESSED
    )
    history.run(40)
    assert history.reader.checkpoint == 0
    assert set(history.processed) == set(shard[1:])


def test_lanes_run_side_by_side() -> None:
    """With factor 2 two keys of different lanes are in the function at once (3, documented)."""
    shard = [item._replace(partition_key=key) for item, key in zip(items([0.0] * 20), "ad" * 10, strict=True)]
    history = History(MappingSettings(factor=2, batch_size=5), shard, duration=1.0).run()
    lanes = defaultdict(list)
    for call in history.calls:
        lanes[call.at].append({record.partition_key for record in call.records})
    assert lanes[0.0] == [{"a"}, {"d"}] or lanes[0.0] == [{"d"}, {"a"}]
    assert history.now == 2.0


def test_a_blocked_lane_does_not_read_without_end() -> None:
    """No more than AHEAD records wait behind a lane that is blocked."""
    shard = items([0.0] * (AHEAD + 5000))
    history = History(MappingSettings(factor=2), shard, lambda _: FAILED).run(2000)
    assert history.reader.position <= AHEAD + 2 * 100


def test_a_filter_that_fails_loses_nothing() -> None:
    """An error of ours while records are taken leaves the shard where it was."""
    history = History(MappingSettings(), items([0.0]))
    broken = [Item("1", 0.0, size=None)]  # type: ignore[arg-type]
    history.reader._accepts = lambda item: item.size > 0
    with pytest.raises(TypeError):
        history.reader.receive(0, broken, 0.0)
    assert history.reader.position == 0
