"""The life of a stream, and what describes it."""

from typing import Any

import pytest

from tailrace.kinesis.engine import Draft, Engine
from tailrace.kinesis.errors import UnknownStream
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.kinesis.sequence import Sequence
from tailrace.kinesis.settings import KinesisSettings
from tests.unit.kinesis.stage import ACCOUNT, FIRST, REGION, START, Stage

pytestmark = pytest.mark.unit

ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
ELSEWHERE = ARN.replace(REGION, "us-east-1")
NOT_FOUND = ("ResourceNotFoundException", f"Stream clicks under account {ACCOUNT} not found.")


def described(stage: Stage) -> dict[str, Any]:
    """Describe the stream."""
    found: dict[str, Any] = stage("DescribeStream", StreamName="clicks")["StreamDescription"]
    return found


def summary(stage: Stage, name: str = "clicks") -> dict[str, Any]:
    """Describe a stream in short."""
    found: dict[str, Any] = stage("DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
    return found


def test_is_described_as_on_aws() -> None:
    """DescribeStream has AWS's fields, and a shard AWS's ranges."""
    shown = described(Stage(shards=2))
    shards = shown.pop("Shards")
    assert shown == {
        "StreamName": "clicks",
        "StreamARN": ARN,
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "RetentionPeriodHours": 24,
        "StreamCreationTimestamp": 1_789_780_000,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
        "HasMoreShards": False,
    }
    assert [shard["ShardId"] for shard in shards] == [FIRST, "shardId-000000000001"]
    assert shards[0]["HashKeyRange"] == {
        "StartingHashKey": "0",
        "EndingHashKey": "170141183460469231731687303715884105727",
    }
    assert list(shards[0]["SequenceNumberRange"]) == ["StartingSequenceNumber"]


def test_its_shards_were_created_three_seconds_before_it() -> None:
    """A shard's first number names a second that precedes the stream's creation, as on AWS."""
    [shard] = described(Stage(shards=1))["Shards"]
    number = Sequence.parse(shard["SequenceNumberRange"]["StartingSequenceNumber"])
    assert number == Sequence(created=1_789_779_997, shard=0, counter=0, second=1_789_779_997)


def test_is_summed_up_as_on_aws() -> None:
    """DescribeStreamSummary adds counts and the largest record."""
    shown = summary(Stage(shards=3))
    assert {key: shown[key] for key in ("OpenShardCount", "ConsumerCount", "MaxRecordSizeInKiB")} == {
        "OpenShardCount": 3,
        "ConsumerCount": 0,
        "MaxRecordSizeInKiB": 1024,
    }
    assert "RecordDistributionStrategy" not in shown


def test_pages_of_shards() -> None:
    """DescribeStream and ListShards give the shards in pages, each once."""
    stage = Stage(shards=5)
    first = stage("DescribeStream", StreamName="clicks", Limit=3)["StreamDescription"]
    rest = stage("DescribeStream", StreamName="clicks", ExclusiveStartShardId=first["Shards"][-1]["ShardId"])
    assert first["HasMoreShards"]
    assert len(first["Shards"] + rest["StreamDescription"]["Shards"]) == 5
    page = stage("ListShards", StreamName="clicks", MaxResults=3)
    more = stage("ListShards", NextToken=page["NextToken"])
    assert page["Shards"] + more["Shards"] == described(stage)["Shards"]
    assert "NextToken" not in more


@pytest.mark.parametrize(
    "by", [{"StreamName": "clicks"}, {"StreamARN": ARN}, {"StreamName": "clicks", "StreamARN": ARN}]
)
def test_is_found_by_name_or_arn(by: dict[str, str]) -> None:
    """A stream may be named either way, or both."""
    assert Stage(shards=1)("DescribeStreamSummary", **by)["StreamDescriptionSummary"]["StreamARN"] == ARN


@pytest.mark.parametrize(
    ("by", "code", "text"),
    [
        ({}, "InvalidArgumentException", "Stream arn and stream name can't be empty at the same time"),
        (
            {"StreamName": "other", "StreamARN": ARN},
            "InvalidArgumentException",
            f"Input stream name other doesn't match the inferred name in stream arn {ARN}",
        ),
        (
            {"StreamARN": ELSEWHERE},
            "InvalidArgumentException",
            f"The region specified in the ARN '{ELSEWHERE}' does not match the endpoint region",
        ),
        (
            {"StreamName": "none"},
            "ResourceNotFoundException",
            f"Stream none under account {ACCOUNT} not found.",
        ),
        (
            {"StreamId": "a" * 20 + "-000"},
            "ResourceNotFoundException",
            f"Stream aaaaaaaaaaaaaaaaaaaa-000 under account {ACCOUNT} not found.",
        ),
    ],
)
def test_wrong_names_have_the_words_of_aws(by: dict[str, str], code: str, text: str) -> None:
    """Each way of naming no stream is answered as AWS does."""
    assert Stage(shards=1).refusal("DescribeStreamSummary", **by) == (code, text)


def test_a_name_is_taken_once() -> None:
    """A second stream of a name is refused, while the first is being created too."""
    taken = ("ResourceInUseException", f"Stream clicks under account {ACCOUNT} already exists.")
    assert Stage(shards=1).refusal("CreateStream", StreamName="clicks", ShardCount=1) == taken
    assert Stage(shards=1, delay=5).refusal("CreateStream", StreamName="clicks", ShardCount=1) == taken


def test_is_active_at_once_by_default() -> None:
    """Without a delay a stream can be put to as soon as it is made, whatever the clock does then."""
    stage = Stage(shards=1)
    stage.now -= 3600
    assert stage.put("a")


def test_is_creating_for_the_delay() -> None:
    """With a delay a stream is CREATING: no shards are shown or counted, and it cannot be put to or read."""
    stage = Stage(shards=2, delay=6.0)
    assert (described(stage)["StreamStatus"], described(stage)["Shards"]) == ("CREATING", [])
    assert "OpenShardCount" not in summary(stage)
    put: dict[str, Any] = {"StreamName": "clicks", "Data": "", "PartitionKey": "a"}
    assert stage.refusal("PutRecord", **put) == NOT_FOUND
    iterator = {"StreamName": "clicks", "ShardId": FIRST, "ShardIteratorType": "LATEST"}
    assert stage.refusal("GetShardIterator", **iterator) == NOT_FOUND
    assert stage.refusal("IncreaseStreamRetentionPeriod", StreamName="clicks", RetentionPeriodHours=48) == (
        "ResourceInUseException",
        f"Stream clicks under account {ACCOUNT} not ACTIVE, instead in state CREATING",
    )
    stage.now += 6.0
    assert (described(stage)["StreamStatus"], len(described(stage)["Shards"])) == ("ACTIVE", 2)


def test_is_deleting_for_the_delay() -> None:
    """With a delay a stream is DELETING and keeps its name; then it is gone."""
    stage = Stage(shards=1, delay=3.0)
    stage.now += 3.0
    stage("DeleteStream", StreamName="clicks")
    assert described(stage)["StreamStatus"] == "DELETING"
    assert "OpenShardCount" not in summary(stage)
    assert stage.refusal("CreateStream", StreamName="clicks", ShardCount=1)[0] == "ResourceInUseException"
    stage.now += 3.0
    assert stage.refusal("DescribeStream", StreamName="clicks") == NOT_FOUND


def test_is_gone_at_once_by_default() -> None:
    """Without a delay a deleted stream is gone, and its name is free."""
    stage = Stage(shards=1)
    stage("DeleteStream", StreamName="clicks", EnforceConsumerDeletion=True)
    assert stage.refusal("DescribeStream", StreamName="clicks") == NOT_FOUND
    stage("CreateStream", StreamName="clicks", ShardCount=1)
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_a_sixth_stream_has_to_wait_while_five_are_created() -> None:
    """Five streams at most are CREATING at a time."""
    stage = Stage(delay=5.0, limited=True)
    for number in range(5):
        stage("CreateStream", StreamName=f"s{number}", ShardCount=1)
    assert stage.refusal("CreateStream", StreamName="s5", ShardCount=1)[0] == "LimitExceededException"
    stage.now += 5.0
    stage("CreateStream", StreamName="s5", ShardCount=1)


def test_an_account_has_so_many_shards() -> None:
    """The shard limit counts provisioned shards, and is worded as on AWS."""
    stage = Stage(shards=498)
    stage("CreateStream", StreamName="other", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert stage.refusal("CreateStream", StreamName="third", ShardCount=3) == (
        "LimitExceededException",
        (
            f"This request would exceed the shard limit for the account {ACCOUNT} in {REGION}."
            " Current shard count for the account: 498. Limit: 500."
            " Number of additional shards that would have resulted from this request: 3."
            " Refer to the AWS Service Limits page"
            " (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html)"
            " for current limits and how to request higher limits."
        ),
    )
    stage("CreateStream", StreamName="third", ShardCount=2)
    assert stage("DescribeLimits") == {
        "ShardLimit": 500,
        "OpenShardCount": 500,
        "OnDemandStreamCount": 1,
        "OnDemandStreamCountLimit": 50,
        "ChannelCount": 0,
        "ChannelCountLimit": 100,
    }


def test_an_on_demand_stream_begins_with_four_shards() -> None:
    """On demand there are four shards, whatever ShardCount says."""
    stage = Stage()
    stage("CreateStream", StreamName="s", ShardCount=1, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    assert (summary(stage, "s")["OpenShardCount"], summary(stage, "s")["RecordDistributionStrategy"]) == (
        4,
        "USER_PARTITION_KEY",
    )


def test_an_account_has_so_many_streams_on_demand() -> None:
    """The 51st on-demand stream is refused."""
    stage = Stage()
    on_demand = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    for number in range(50):
        stage("CreateStream", StreamName=f"s{number}", **on_demand)
    assert stage.refusal("CreateStream", StreamName="more", **on_demand)[0] == "LimitExceededException"


def test_the_mode_switches_twice_a_day() -> None:
    """A third real switch within 24 hours is refused; naming the present mode changes and counts nothing."""
    stage = Stage(shards=1)
    modes = ["PROVISIONED", "ON_DEMAND", "ON_DEMAND", "PROVISIONED", "PROVISIONED"]
    for mode in modes:
        stage("UpdateStreamMode", StreamARN=ARN, StreamModeDetails={"StreamMode": mode})
    switch = {"StreamARN": ARN, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    assert stage.refusal("UpdateStreamMode", **switch) == (
        "LimitExceededException",
        f"Rate exceeded for stream clicks under account {ACCOUNT}.",
    )
    stage.now += 86_401
    stage("UpdateStreamMode", **switch)
    assert summary(stage)["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}


def test_accounts_and_regions_are_apart() -> None:
    """A stream belongs to one account and region."""
    engine = Engine(b"secret", KinesisSettings())
    made = engine.create(Draft("s", "1" * 12, "us-east-1"), START)
    assert engine.stream("1" * 12, "us-east-1", "s") is made
    for account, region in (("2" * 12, "us-east-1"), ("1" * 12, "eu-west-1")):
        assert engine.streams(account, region) == []
        with pytest.raises(UnknownStream):
            engine.stream(account, region, "s")


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_arn_names_the_partition(region: str, partition: str) -> None:
    """The ARN of a stream begins with its region's partition."""
    stream = Engine(b"x", KinesisSettings()).create(Draft("s", "1" * 12, region), START)
    assert stream.arn == f"arn:{partition}:kinesis:{region}:{'1' * 12}:stream/s"


def test_resetting_forgets_all_and_wakes_who_waits() -> None:
    """After a reset there is no stream, and who waited on one knows."""
    stage, seen = Stage(shards=1), []
    stream = stage.stream
    stream.shards[FIRST].subscribe(lambda: seen.append(stream.deleted))
    stage.engine.reset()
    assert seen == [True]
    assert stage("ListStreams")["StreamNames"] == []


def test_settings_come_from_the_environment() -> None:
    """The delay is in seconds, a fraction of one by default, and AWS's own times with `aws`."""
    assert KinesisSettings.read({}) == KinesisSettings(0.1)
    assert KinesisSettings.read({"TAILRACE_KINESIS_DELAY": "6.5"}) == KinesisSettings(6.5)
    aws = KinesisSettings.read({"TAILRACE_KINESIS_DELAY": "aws"})
    assert (aws.seconds(SlowChange.CREATE), aws.seconds(SlowChange.RESHARD)) == (6.0, 17.0)
