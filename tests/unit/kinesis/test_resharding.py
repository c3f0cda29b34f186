"""Splits, merges, and UpdateShardCount by AWS's own steps (1.6)."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tailrace.kinesis.hashkeys import SPACE, divide
from tailrace.kinesis.sequence import CLOSED, Sequence
from tests.unit.kinesis.stage import ACCOUNT, FIRST, START, Stage, encoded

pytestmark = pytest.mark.unit
WHERE = f"in stream clicks under account {ACCOUNT}"
NOT_ADJACENT = "are not an adjacent pair of shards eligible for merging"
HALF = str(SPACE // 2)


def shard_id(index: int) -> str:
    """Name a shard."""
    return f"shardId-{index:012d}"


def shards(stage: Stage, **shard_filter: Any) -> list[dict[str, Any]]:  # noqa: ANN401  as JSON has it
    """List the shards."""
    asked = {"ShardFilter": shard_filter} if shard_filter else {}
    found: list[dict[str, Any]] = stage("ListShards", StreamName="clicks", **asked)["Shards"]
    return found


def ids(listed: list[dict[str, Any]]) -> list[int]:
    """Give the numbers of listed shards."""
    return [int(shard["ShardId"][-12:]) for shard in listed]


def lineage(stage: Stage) -> dict[int, tuple[int | None, int | None]]:
    """Give each shard's parent and adjacent parent."""

    def number(name: str | None) -> int | None:
        return None if name is None else int(name[-12:])

    return {
        int(shard["ShardId"][-12:]): (
            number(shard.get("ParentShardId")),
            number(shard.get("AdjacentParentShardId")),
        )
        for shard in shards(stage)
    }


def split(stage: Stage, shard: int = 0, at: str = HALF) -> None:
    """Split a shard."""
    stage("SplitShard", StreamName="clicks", ShardToSplit=shard_id(shard), NewStartingHashKey=at)


def test_a_split_has_two_children_with_one_parent() -> None:
    """A split closes the parent; its children have its range between them (recorded)."""
    stage = Stage(shards=1)
    split(stage)
    assert lineage(stage) == {0: (None, None), 1: (0, None), 2: (0, None)}
    assert [shard["HashKeyRange"] for shard in shards(stage)[1:]] == [
        {"StartingHashKey": "0", "EndingHashKey": str(SPACE // 2 - 1)},
        {"StartingHashKey": HALF, "EndingHashKey": str(SPACE - 1)},
    ]


def test_closed_shards_number_their_end_and_children_begin_a_second_later() -> None:
    """The parent's last number has the highest counter, its children begin a second after (recorded)."""
    stage = Stage(shards=1)
    split(stage)
    parent, child, _ = shards(stage)
    ended = Sequence.parse(parent["SequenceNumberRange"]["EndingSequenceNumber"])
    begun = Sequence.parse(child["SequenceNumberRange"]["StartingSequenceNumber"])
    assert ended.counter == CLOSED == 0x7FFF_FFFF_FFFF_FFFF
    assert begun.created == ended.second + 1 == int(START) + 1
    assert "EndingSequenceNumber" not in child["SequenceNumberRange"]


def test_a_merge_has_one_child_with_two_parents() -> None:
    """The shard to merge is the child's parent, the other one the adjacent parent (recorded)."""
    stage = Stage(shards=2)
    stage("MergeShards", StreamName="clicks", ShardToMerge=shard_id(1), AdjacentShardToMerge=FIRST)
    assert lineage(stage)[2] == (1, 0)
    assert shards(stage)[2]["HashKeyRange"] == {"StartingHashKey": "0", "EndingHashKey": str(SPACE - 1)}


def test_update_shard_count_2_to_3() -> None:
    """From 2 to 3: seven shards in all, the parents split at the thirds, 3 and 4 merged into 6 (recorded)."""
    stage = Stage(shards=2)
    answer = stage("UpdateShardCount", StreamName="clicks", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    assert (answer["CurrentShardCount"], answer["TargetShardCount"]) == (2, 3)
    assert lineage(stage) == {
        0: (None, None),
        1: (None, None),
        2: (0, None),
        3: (0, None),
        4: (1, None),
        5: (1, None),
        6: (3, 4),
    }
    assert ids(shards(stage, Type="AT_LATEST")) == [2, 5, 6]


def test_update_shard_count_to_the_same() -> None:
    """The present count is a 200 that changes nothing (recorded)."""
    stage = Stage(shards=2, delay=5.0)
    stage.now += 5
    stage("UpdateShardCount", StreamName="clicks", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    summary = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert (summary["StreamStatus"], len(shards(stage))) == ("ACTIVE", 2)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4), st.integers(1, 6))
@examples(max_examples=60, deadline=None)
def test_any_count_leads_to_equal_ranges(counts: list[int], first: int) -> None:
    """Whatever the way, the open shards have the ranges of a new stream, and each record its shard."""
    stage = Stage(shards=first)
    open_shards = first
    for wanted in counts:
        count = max(open_shards // 2, min(wanted, 2 * open_shards), 1)
        stage("UpdateShardCount", StreamName="clicks", TargetShardCount=count, ScalingType="UNIFORM_SCALING")
        open_shards = count
        stage.put("a", key=str(count))
    ranges = sorted(shard.keys for shard in stage.stream.open_shards())
    assert ranges == divide(open_shards)
    for before, after in pairwise(shards(stage)):
        assert before["ShardId"] < after["ShardId"]
    for shard in stage.stream.shards.values():
        for parent in shard.parents:
            assert stage.stream.shards[parent].closed
            assert stage.stream.shards[parent].shard_id < shard.shard_id


@pytest.mark.parametrize(
    ("operation", "more", "text"),
    [
        (
            "SplitShard",
            {"ShardToSplit": FIRST, "NewStartingHashKey": "1"},
            (
                f"NewStartingHashKey 1 used in SplitShard() on shard {FIRST} {WHERE} is not both greater"
                " than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey"
                f" {SPACE // 3 - 1}."
            ),
        ),
        (
            "MergeShards",
            {"ShardToMerge": FIRST, "AdjacentShardToMerge": shard_id(2)},
            f"Shards {FIRST} and {shard_id(2)} {WHERE} {NOT_ADJACENT}",
        ),
        (
            "MergeShards",
            {"ShardToMerge": FIRST, "AdjacentShardToMerge": FIRST},
            f"Shards {FIRST} and {FIRST} {WHERE} {NOT_ADJACENT}",
        ),
    ],
    ids=["hash", "not adjacent", "itself"],
)
def test_what_cannot_be_resharded(operation: str, more: dict[str, str], text: str) -> None:
    """AWS's words (recorded)."""
    assert Stage(shards=3).refusal(operation, StreamName="clicks", **more) == (
        "InvalidArgumentException",
        text,
    )


def test_the_smallest_hash_key_to_split_at_is_two() -> None:
    """For a shard that begins at 0 the smallest key is 2 (recorded)."""
    stage = Stage(shards=1)
    split(stage, at="2")
    assert shards(stage)[1]["HashKeyRange"]["EndingHashKey"] == "1"


def test_a_closed_shard_is_not_split_again() -> None:
    """A shard that was split is no longer eligible, and one that never was is not found (recorded)."""
    stage = Stage(shards=1)
    split(stage)
    again = {"StreamName": "clicks", "NewStartingHashKey": "9"}
    assert stage.refusal("SplitShard", ShardToSplit=FIRST, **again) == (
        "InvalidArgumentException",
        (
            f"Shard {FIRST} {WHERE} has already been merged or split, and thus is not eligible for merging or"
            " splitting."
        ),
    )
    missing = "shardId-999999999999"
    assert stage.refusal("SplitShard", ShardToSplit=missing, **again) == (
        "ResourceNotFoundException",
        f"Could not find shard {missing} {WHERE}.",
    )


def test_not_active() -> None:
    """While a stream is UPDATING nothing else changes it, and puts are accepted (recorded)."""
    stage = Stage(shards=1, delay=5.0)
    stage.now += 5
    split(stage)
    asked = {"StreamName": "clicks", "ShardToSplit": shard_id(1), "NewStartingHashKey": "9"}
    assert stage.refusal("SplitShard", **asked) == (
        "ResourceInUseException",
        f"Stream clicks under account {ACCOUNT} not ACTIVE, instead in state UPDATING",
    )
    assert stage.put("a")
    stage.now += 5
    stage("SplitShard", **asked)


@pytest.mark.parametrize("target", [5, 0])
def test_update_shard_count_has_bounds(target: int) -> None:
    """No more than double, no less than half rounded down: 3 to 1 is accepted (recorded), 2 to 5 is not."""
    assert Stage(shards=2).refusal(
        "UpdateShardCount", StreamName="clicks", TargetShardCount=target, ScalingType="UNIFORM_SCALING"
    )[0] in {"InvalidArgumentException", "ValidationException"}
    stage = Stage(shards=3)
    stage("UpdateShardCount", StreamName="clicks", TargetShardCount=1, ScalingType="UNIFORM_SCALING")
    assert len(stage.stream.open_shards()) == 1


def test_the_end_of_a_closed_shard() -> None:
    """After the last record: no NextShardIterator, no records, and the children (recorded)."""
    stage = Stage(shards=1)
    stage.put("a")
    iterator = stage.iterator("TRIM_HORIZON")
    split(stage)
    last = stage("GetRecords", ShardIterator=iterator)
    ended = stage("GetRecords", ShardIterator=last["NextShardIterator"])
    assert "NextShardIterator" not in ended
    assert (len(last["Records"]), ended["Records"]) == (1, [])
    assert ended["ChildShards"] == [
        {
            "ShardId": shard_id(1),
            "ParentShards": [FIRST],
            "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": str(SPACE // 2 - 1)},
        },
        {
            "ShardId": shard_id(2),
            "ParentShards": [FIRST],
            "HashKeyRange": {"StartingHashKey": HALF, "EndingHashKey": str(SPACE - 1)},
        },
    ]


def test_records_go_to_the_children() -> None:
    """What is put after a split lies in the child of its hash key, numbered after all of the parent's."""
    stage = Stage(shards=1)
    before = stage.put("a")
    split(stage)
    answer = stage(
        "PutRecord", StreamName="clicks", Data=encoded("b"), PartitionKey="k", ExplicitHashKey=HALF
    )
    assert answer["ShardId"] == shard_id(2)
    assert int(answer["SequenceNumber"]) > int(before)


def test_shard_filters() -> None:
    """Each type of ShardFilter picks the shards that were open then, or from then on (documented)."""
    stage = Stage(shards=2)
    stage.now += 100
    split(stage, at="9")
    stage.now += 100
    stage("MergeShards", StreamName="clicks", ShardToMerge=shard_id(3), AdjacentShardToMerge=shard_id(1))
    assert ids(shards(stage)) == [0, 1, 2, 3, 4]
    assert ids(shards(stage, Type="AT_LATEST")) == [2, 4]
    assert ids(shards(stage, Type="AT_TRIM_HORIZON")) == [0, 1]
    assert ids(shards(stage, Type="FROM_TRIM_HORIZON")) == [0, 1, 2, 3, 4]
    assert ids(shards(stage, Type="AT_TIMESTAMP", Timestamp=START + 150)) == [1, 2, 3]
    assert ids(shards(stage, Type="FROM_TIMESTAMP", Timestamp=START + 150)) == [1, 2, 3, 4]
    assert ids(shards(stage, Type="AFTER_SHARD_ID", ShardId=shard_id(2))) == [3, 4]
    assert ids(shards(stage, Type="AT_LATEST", ShardId=shard_id(2))) == [4]


def test_a_filter_before_the_streams_creation_is_refused() -> None:
    """A time before the horizon is refused, against the documentation; before the stream too (recorded)."""
    stage = Stage(shards=1)
    for kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        for moment in (0, int(START) - 1):
            asked = {"StreamName": "clicks", "ShardFilter": {"Type": kind, "Timestamp": moment}}
            assert stage.refusal("ListShards", **asked) == (
                "InvalidArgumentException",
                "ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.",
            )
    assert ids(shards(stage, Type="AT_TIMESTAMP", Timestamp=int(START))) == [0]


def test_a_closed_shard_leaves_with_its_records() -> None:
    """Once all of a closed shard has outlived the retention it is listed no more, whoever asks."""
    stage = Stage(shards=1)
    split(stage)
    stage.now += 86_400 + 1
    described = stage("DescribeStream", StreamName="clicks")["StreamDescription"]["Shards"]
    assert ids(described) == [1, 2]
    assert ids(shards(stage)) == [1, 2]


def test_the_eleventh_resize_of_a_day() -> None:
    """UpdateShardCount works ten times in 24 hours (documented)."""
    stage = Stage(shards=1)
    asked = {"StreamName": "clicks", "ScalingType": "UNIFORM_SCALING"}
    for number in range(10):
        stage("UpdateShardCount", TargetShardCount=2 - number % 2, **asked)
    assert stage.refusal("UpdateShardCount", TargetShardCount=2, **asked)[0] == "LimitExceededException"
