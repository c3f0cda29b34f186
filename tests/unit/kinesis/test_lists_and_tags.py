"""Lists of streams and shards, tags, and the retention's bounds."""

import pytest

from tests.unit.kinesis.stage import ACCOUNT, REGION, START, Stage

pytestmark = pytest.mark.unit

ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
BAD_TAG = (
    "InvalidArgumentException",
    (
        "Some tags contain invalid characters. Valid characters:"
        " Unicode letters, digits, white space, _ . / = + - % @."
    ),
)

MODE = {"StreamMode": "ON_DEMAND"}
TOO_SHORT = (
    "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short."
)
TOO_LONG = (
    "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long."
)


def many(count: int) -> Stage:
    """Make a stage of `count` streams."""
    stage = Stage()
    for number in range(count):
        stage("CreateStream", StreamName=f"s{number:03}", ShardCount=1)
    return stage


def test_streams_are_listed_by_name_in_pages() -> None:
    """Each stream is listed once, by name, with a token as long as there are more; 100 a page by default."""
    stage = many(120)
    first = stage("ListStreams")
    second = stage("ListStreams", NextToken=first["NextToken"])
    assert (len(first["StreamNames"]), first["HasMoreStreams"], second["HasMoreStreams"]) == (
        100,
        True,
        False,
    )
    assert first["StreamNames"] + second["StreamNames"] == [f"s{number:03}" for number in range(120)]
    assert "NextToken" not in second
    assert first["StreamSummaries"][0] == {
        "StreamName": "s000",
        "StreamARN": ARN.replace("clicks", "s000"),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "StreamCreationTimestamp": int(START),
    }
    assert stage("ListStreams", ExclusiveStartStreamName="s117")["StreamNames"] == ["s118", "s119"]


@pytest.mark.parametrize("token", ["x", "AAAA", "c2hhcmRzCmE=", "ü"])
def test_a_made_up_token_is_refused(token: str) -> None:
    """A token of nobody, or of another list, is answered in AWS's words."""
    refused = ("InvalidArgumentException", "Invalid NextToken.")
    assert many(1).refusal("ListStreams", NextToken=token) == refused


def test_a_token_goes_with_nothing_else() -> None:
    """A token together with another beginning is answered in AWS's words (recorded)."""
    stage = many(3)
    token = stage("ListStreams", Limit=1)["NextToken"]
    assert stage.refusal("ListStreams", NextToken=token, ExclusiveStartStreamName="s000")[1] == (
        "ExclusiveStartStreamName and NextToken cannot be provided together."
    )
    stage("CreateStream", StreamName="clicks", ShardCount=2)
    token = stage("ListShards", StreamName="clicks", MaxResults=1)["NextToken"]
    more = {"NextToken": token, "ShardFilter": {"Type": "AT_LATEST"}}
    assert stage.refusal("ListShards", **more)[1] == "NextToken and ShardFilter cannot be provided together."


def test_a_creation_time_tells_streams_of_a_name_apart() -> None:
    """ListShards with another StreamCreationTimestamp than the stream's finds no stream."""
    stage = Stage(shards=1)
    assert stage("ListShards", StreamName="clicks", StreamCreationTimestamp=int(START))["Shards"]
    refused = stage.refusal("ListShards", StreamName="clicks", StreamCreationTimestamp=int(START) - 60)
    assert refused == ("ResourceNotFoundException", f"Stream clicks under account {ACCOUNT} not found.")


def test_shard_filters_pick_the_open_shards() -> None:
    """With no shard closed each filter gives all; a ShardId begins behind it."""
    stage = Stage(shards=3)

    def count(**wanted: object) -> int:
        return len(stage("ListShards", StreamName="clicks", ShardFilter=wanted)["Shards"])

    assert [count(Type=kind) for kind in ("AT_LATEST", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON")] == [3, 3, 3]
    assert count(Type="AFTER_SHARD_ID", ShardId="shardId-000000000000") == 2
    assert count(Type="AT_TIMESTAMP", Timestamp=START) == 3


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (
            {"Type": "AFTER_SHARD_ID"},
            "ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.",
        ),
        (
            {"Type": "AT_TIMESTAMP", "Timestamp": START + 60},
            "ShardFilter Timestamp must not be greater than current time.",
        ),
        (
            {"Type": "FROM_TIMESTAMP", "Timestamp": 0},
            "ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.",
        ),
    ],
)
def test_shard_filters_that_cannot_be_are_refused(wanted: dict[str, object], text: str) -> None:
    """What a filter lacks or asks too much is answered in AWS's words (recorded)."""
    stage = Stage(shards=1)
    refused = stage.refusal("ListShards", StreamName="clicks", ShardFilter=wanted)
    assert refused == ("InvalidArgumentException", text)


def test_tags_are_merged_and_listed_by_key() -> None:
    """Adding keeps what was there, replaces the same key, and tells upper case from lower."""
    stage = Stage(shards=1)
    stage("AddTagsToStream", StreamName="clicks", Tags={"b": "1", "a": "2"})
    stage("TagResource", ResourceARN=ARN, Tags={"B": "", "b": "3"})
    listed = [{"Key": "B", "Value": ""}, {"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}]
    assert stage("ListTagsForResource", ResourceARN=ARN) == {"Tags": listed}
    assert stage("ListTagsForStream", StreamName="clicks") == {"Tags": listed, "HasMoreTags": False}
    page = stage("ListTagsForStream", StreamName="clicks", Limit=2)
    assert (page["Tags"], page["HasMoreTags"]) == (listed[:2], True)
    rest = stage("ListTagsForStream", StreamName="clicks", ExclusiveStartTagKey="a")
    assert (rest["Tags"], rest["HasMoreTags"]) == (listed[2:], False)


def test_tags_are_removed_by_key() -> None:
    """Removing passes over what is not there."""
    stage = Stage(shards=1)
    stage("AddTagsToStream", StreamName="clicks", Tags={"a": "1", "b": "2", "c": "3"})
    stage("RemoveTagsFromStream", StreamName="clicks", TagKeys=["a", "none"])
    stage("UntagResource", ResourceARN=ARN, TagKeys=["b"])
    assert stage("ListTagsForResource", ResourceARN=ARN)["Tags"] == [{"Key": "c", "Value": "3"}]


def test_tags_may_come_with_the_stream() -> None:
    """CreateStream takes tags; with bad ones there is no stream."""
    stage = Stage()
    stage("CreateStream", StreamName="clicks", ShardCount=1, Tags={"tailrace:stack": "t"})
    assert stage("ListTagsForResource", ResourceARN=ARN)["Tags"] == [{"Key": "tailrace:stack", "Value": "t"}]
    assert stage.refusal("CreateStream", StreamName="other", ShardCount=1, Tags={"a;b": ""}) == BAD_TAG
    assert stage("ListStreams")["StreamNames"] == ["clicks"]


def test_tags_have_certain_characters_only() -> None:
    """Letters of any language are fine, a semicolon is not."""
    stage = Stage(shards=1)
    stage("AddTagsToStream", StreamName="clicks", Tags={"Größe_1./=+-%@ ": "ok"})
    assert stage.refusal("AddTagsToStream", StreamName="clicks", Tags={"a": "b;"}) == BAD_TAG
    assert stage.refusal("RemoveTagsFromStream", StreamName="clicks", TagKeys=["a;"]) == BAD_TAG


def test_a_stream_has_fifty_tags_at_most() -> None:
    """The 51st is refused and none of its request is kept; replacing one of fifty is fine."""
    stage = Stage(shards=1)
    stage("AddTagsToStream", StreamName="clicks", Tags={f"k{number}": "" for number in range(50)})
    assert stage.refusal("AddTagsToStream", StreamName="clicks", Tags={"k0": "new", "more": ""}) == (
        "InvalidArgumentException",
        (
            f"Failed to add tags to stream clicks under account {ACCOUNT}"
            " because a given stream cannot have more than 10 tags associated with it."
        ),
    )
    stage("AddTagsToStream", StreamName="clicks", Tags={"k0": "newer"})
    assert stage("ListTagsForResource", ResourceARN=ARN)["Tags"][0] == {"Key": "k0", "Value": "newer"}


@pytest.mark.parametrize(
    ("operation", "hours", "text"),
    [
        (
            "IncreaseStreamRetentionPeriod",
            23,
            TOO_SHORT,
        ),
        (
            "DecreaseStreamRetentionPeriod",
            23,
            TOO_SHORT,
        ),
        (
            "IncreaseStreamRetentionPeriod",
            24,
            (
                "Requested retention period (24 hours) for stream clicks can not be shorter than"
                " existing retention period (25 hours). Use DecreaseRetentionPeriod API."
            ),
        ),
        (
            "DecreaseStreamRetentionPeriod",
            26,
            (
                "Requested retention period (26 hours) for stream clicks can not be longer than"
                " existing retention period (25 hours). Use IncreaseRetentionPeriod API."
            ),
        ),
        (
            "IncreaseStreamRetentionPeriod",
            8761,
            TOO_LONG,
        ),
    ],
)
def test_retention_has_bounds_and_a_direction(operation: str, hours: int, text: str) -> None:
    """24 to 8760 hours, up by one operation and down by the other."""
    stage = Stage(shards=1)
    stage("IncreaseStreamRetentionPeriod", StreamName="clicks", RetentionPeriodHours=25)
    refused = stage.refusal(operation, StreamName="clicks", RetentionPeriodHours=hours)
    assert refused == ("InvalidArgumentException", text)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("CreateStream", {"StreamName": "s", "ShardCount": 1, "RecordDistributionStrategy": "AUTO"}),
        ("UpdateStreamRecordDistributionStrategy", {"StreamARN": ARN}),
        ("CreateChannel", {}),
        ("CreateQueue", {}),
    ],
)
def test_what_is_not_done_is_refused_in_a_sentence(operation: str, more: dict[str, object]) -> None:
    """An operation or a parameter that the engine does not do is never taken and ignored."""
    stage = Stage(shards=1)
    code, text = stage.refusal(operation, **more)
    assert code == "UnsupportedOperationException"
    assert text.startswith("This emulator's Kinesis does not do ")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("CreateStream", {"StreamName": "s", "ShardCount": 1, "WarmThroughputMiBps": 1}),
        ("UpdateStreamMode", {"StreamARN": ARN, "StreamModeDetails": MODE, "WarmThroughputMiBps": 1}),
        ("UpdateStreamWarmThroughput", {"StreamARN": ARN, "WarmThroughputMiBps": 1}),
    ],
)
def test_warm_throughput_needs_a_commitment(operation: str, more: dict[str, object]) -> None:
    """Without the account's commitment warm throughput is refused as on AWS (1.2, recorded)."""
    assert Stage(shards=1).refusal(operation, **more) == (
        "ValidationException",
        f"Account {ACCOUNT} is not enabled for minimum throughput billing commitment",
    )
