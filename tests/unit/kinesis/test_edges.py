"""What streams do at the edges of their life and of their bounds (1.2, 1.3, 1.5)."""

from typing import Any

import pytest

from tests.unit.kinesis.stage import ACCOUNT, FIRST, REGION, Stage, decoded, encoded

pytestmark = pytest.mark.unit
ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
ENTRY = {"Data": encoded("a"), "PartitionKey": "k"}


@pytest.mark.parametrize(
    ("asked", "constraint"),
    [
        ({"StreamName": "n" * 129}, "less than or equal to 128"),
        ({"MaxRecordSizeInKiB": 1023}, "greater than or equal to 1024"),
        ({"MaxRecordSizeInKiB": 10_241}, "less than or equal to 10240"),
        ({"WarmThroughputMiBps": -1}, "greater than or equal to 0"),
        ({"ShardCount": 0}, "greater than or equal to 1"),
        ({"Tags": {str(number): "" for number in range(201)}}, "less than or equal to 200"),
        ({"RecordDistributionStrategy": "x"}, "enum value set: [AUTO, USER_PARTITION_KEY]"),
    ],
)
def test_bounds_of_create_stream(asked: dict[str, Any], constraint: str) -> None:
    """CreateStream's parameters have the bounds of AWS's model."""
    code, message = Stage().refusal("CreateStream", **{"StreamName": "clicks", "ShardCount": 1} | asked)
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: ")
    assert constraint in message


def test_the_default_is_provisioned() -> None:
    """A stream without StreamModeDetails is PROVISIONED, with USER_PARTITION_KEY as the only strategy."""
    stage = Stage(shards=1)
    shown = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
    assert shown["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}


def test_nothing_is_resharded_while_creating() -> None:
    """Split and merge wait for a stream to be ACTIVE; it may be deleted before (recorded)."""
    stage = Stage(shards=2, delay=6.0)
    refused = (
        "ResourceInUseException",
        f"Stream clicks under account {ACCOUNT} not ACTIVE, instead in state CREATING",
    )
    split = {"StreamName": "clicks", "ShardToSplit": FIRST, "NewStartingHashKey": "9"}
    assert stage.refusal("SplitShard", **split) == refused
    merge = {"ShardToMerge": FIRST, "AdjacentShardToMerge": "shardId-000000000001"}
    assert stage.refusal("MergeShards", StreamName="clicks", **merge) == refused
    stage("DeleteStream", StreamName="clicks")
    stage.now += 6
    assert stage("ListStreams")["StreamNames"] == []


def test_a_stream_that_is_deleted_still_serves() -> None:
    """Puts and reads may succeed while a stream is DELETING (documented)."""
    stage = Stage(shards=1, delay=3.0)
    stage.now += 3
    stage("DeleteStream", StreamName="clicks")
    stage.put("late")
    assert stage.read(stage.iterator("TRIM_HORIZON")) == ["late"]


def test_encryption_changes_twenty_five_times_a_day() -> None:
    """The 26th change of a stream's encryption within 24 hours is refused; each makes it UPDATING."""
    stage = Stage(shards=1, delay=1.0)
    kms = {"StreamName": "clicks", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    for number in range(25):
        stage.now += 1
        stage("StopStreamEncryption" if number % 2 else "StartStreamEncryption", **kms)
        shown = stage("DescribeStreamSummary", StreamName="clicks")["StreamDescriptionSummary"]
        assert shown["StreamStatus"] == "UPDATING"
    stage.now += 1
    assert stage.refusal("StopStreamEncryption", **kms)[0] == "LimitExceededException"
    stage.now += 86_400
    stage("StopStreamEncryption", **kms)


def test_failed_record_count_is_always_there() -> None:
    """PutRecords says FailedRecordCount 0 where nothing failed."""
    assert Stage(shards=1)("PutRecords", StreamName="clicks", Records=[ENTRY])["FailedRecordCount"] == 0


def test_a_key_has_so_many_characters() -> None:
    """256 characters are a key, of however many bytes; 257 are not, and neither is none."""
    stage = Stage(shards=1)
    stage("PutRecord", StreamName="clicks", Data="", PartitionKey="ü" * 256)
    for key in ("", "k" * 257):
        code, _ = stage.refusal("PutRecord", StreamName="clicks", Data="", PartitionKey=key)
        assert code == "ValidationException"


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("PutRecord", {"StreamName": "clicks", **ENTRY}),
        ("PutRecords", {"StreamName": "clicks", "Records": [ENTRY]}),
        ("GetShardIterator", {"StreamName": "clicks", "ShardId": FIRST, "ShardIteratorType": "LATEST"}),
    ],
)
def test_a_dry_run(operation: str, asked: dict[str, Any]) -> None:
    """A dry run of what would succeed says so and does nothing; a stream that is missing is missing."""
    stage = Stage(shards=1)
    assert stage.refusal(operation, DryRun=True, **asked) == (
        "DryRunOperationException",
        (
            f"DryRunOperation validation succeeded while calling {operation} operation.:"
            " Request would have succeeded, but DryRun flag is set."
        ),
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []
    missing = asked | {"StreamName": "none"}
    assert stage.refusal(operation, DryRun=True, **missing)[0] == "ResourceNotFoundException"


def test_a_dry_read() -> None:
    """A dry GetRecords spends no read of the shard's five a second."""
    stage = Stage(shards=1, limited=True)
    iterator = stage.iterator("LATEST")
    for _ in range(7):
        refused, _ = stage.refusal("GetRecords", ShardIterator=iterator, DryRun=True)
        assert refused == "DryRunOperationException"
    stage("GetRecords", ShardIterator=iterator)


def test_iterators_on_a_closed_shard() -> None:
    """Each type works while the data is kept; LATEST is at the shard's end (documented)."""
    stage = Stage(shards=1)
    number = stage.put("a")
    stage("SplitShard", StreamName="clicks", ShardToSplit=FIRST, NewStartingHashKey="9")
    stage.now += 60
    at = {"StartingSequenceNumber": number}
    assert stage.read(stage.iterator("TRIM_HORIZON")) == ["a"]
    assert stage.read(stage.iterator("AT_SEQUENCE_NUMBER", **at)) == ["a"]
    assert stage.read(stage.iterator("AFTER_SEQUENCE_NUMBER", **at)) == []
    assert stage.read(stage.iterator("AT_TIMESTAMP", Timestamp=0)) == ["a"]
    ended = stage("GetRecords", ShardIterator=stage.iterator("LATEST"))
    assert "NextShardIterator" not in ended
    assert len(ended["ChildShards"]) == 2


def test_an_aggregate_stays_one_record() -> None:
    """Kinesis itself never takes a KPL aggregate apart: neither GetRecords nor a consumer's events do."""
    stage = Stage(shards=1)
    aggregate = "84mawgoBawoBbBIA"  # begins with the magic bytes
    stage("PutRecord", StreamName="clicks", Data=aggregate, PartitionKey="outer")
    [record] = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))["Records"]
    assert (record["Data"], record["PartitionKey"]) == (aggregate, "outer")


def test_a_page_of_streams() -> None:
    """A page may have 10,000 names; a token is opaque, and leads on from where the page ended."""
    stage = Stage()
    for number in range(102):
        stage("CreateStream", StreamName=f"s{number:03d}", ShardCount=1)
    assert len(stage("ListStreams", Limit=101)["StreamNames"]) == 101
    first = stage("ListStreams")
    assert (len(first["StreamNames"]), first["HasMoreStreams"]) == (100, True)
    assert stage("ListStreams", NextToken=first["NextToken"])["StreamNames"] == ["s100", "s101"]
    assert stage.refusal("ListStreams", Limit=10_001)[0] == "ValidationException"


def test_limits_of_one_stream_are_its_own() -> None:
    """Calls of ListShards and DescribeStreamConsumer count for each stream by itself (documented)."""
    stage = Stage(shards=1, limited=True)
    stage("CreateStream", StreamName="other", ShardCount=1)
    for _ in range(1000):
        stage("ListShards", StreamName="clicks")
    assert stage.refusal("ListShards", StreamName="clicks")[0] == "LimitExceededException"
    stage("ListShards", StreamName="other")


def test_five_iterators_a_second() -> None:
    """The sixth GetShardIterator of a second on one shard is throttled; another shard has its own five."""
    stage = Stage(shards=2, limited=True)
    for _ in range(5):
        stage.iterator("LATEST")
    asked = {"StreamName": "clicks", "ShardId": FIRST, "ShardIteratorType": "LATEST"}
    assert stage.refusal("GetShardIterator", **asked) == (
        "ProvisionedThroughputExceededException",
        f"Rate exceeded for shard {FIRST} in stream clicks under account {ACCOUNT}.",
    )
    stage.iterator("LATEST", "shardId-000000000001")


def test_one_subscription_a_second() -> None:
    """SubscribeToShard is called once a second for a consumer and shard (documented)."""
    stage = Stage(shards=2, limited=True)
    made = stage("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="app")["Consumer"]
    asked = {"ConsumerARN": made["ConsumerARN"], "StartingPosition": {"Type": "LATEST"}}
    stage("SubscribeToShard", ShardId=FIRST, **asked)
    assert stage.refusal("SubscribeToShard", ShardId=FIRST, **asked)[0] == "LimitExceededException"
    stage("SubscribeToShard", ShardId="shardId-000000000001", **asked)
    stage.now += 1
    assert stage.refusal("SubscribeToShard", ShardId=FIRST, **asked)[0] == "ResourceInUseException"


def test_not_again_within_five_seconds() -> None:
    """Five seconds after a call another takes over; before, it is refused, also if the first has ended."""
    stage = Stage(shards=1)
    made = stage("RegisterStreamConsumer", StreamARN=ARN, ConsumerName="app")["Consumer"]
    asked = {"ShardId": FIRST, "ConsumerARN": made["ConsumerARN"], "StartingPosition": {"Type": "LATEST"}}
    first = stage("SubscribeToShard", **asked)
    stage.now += 4.9
    code, message = stage.refusal("SubscribeToShard", **asked)
    assert code == "ResourceInUseException"
    assert (
        message
        == f"Another active subscription exists for consumer {asked['ConsumerARN']} and shard {FIRST}."
    )
    stage.engine.subscriptions.end(first)
    assert stage.refusal("SubscribeToShard", **asked)[0] == "ResourceInUseException"
    stage.now += 0.2
    second = stage("SubscribeToShard", **asked)
    stage.now += 5
    stage("SubscribeToShard", **asked)
    assert (first.taken_over, second.taken_over) == (False, True)


def test_data_comes_back_as_it_was_put() -> None:
    """Any bytes are a record's data, and their base64 is read back unchanged."""
    stage = Stage(shards=1)
    stage("PutRecord", StreamName="clicks", Data="AP8=", PartitionKey="k")
    [record] = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))["Records"]
    assert record["Data"] == "AP8="
    stage.put("text")
    records = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))["Records"]
    assert decoded(records[1]) == "text"
