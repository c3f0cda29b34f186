"""GetShardIterator and GetRecords."""

import pytest

from tailrace.kinesis.sequence import Sequence
from tests.unit.kinesis.stage import ACCOUNT, FIRST, START, Stage, encoded

pytestmark = pytest.mark.unit

MIB = 1 << 20
DAY = 86_400
WHERE = f"in stream clicks under account {ACCOUNT}"


def refused(stage: Stage, kind: str, shard: str = FIRST, **more: object) -> tuple[str, str]:
    """Give the refusal of an iterator."""
    return stage.refusal(
        "GetShardIterator", StreamName="clicks", ShardId=shard, ShardIteratorType=kind, **more
    )


def test_each_kind_begins_where_aws_does() -> None:
    """AT includes its record, AFTER does not, TRIM_HORIZON is the oldest, LATEST gives what comes later."""
    stage = Stage(shards=1)
    number = [stage.put(text) for text in ("a", "b", "c")][1]
    kinds = {
        "AT": stage.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number),
        "AFTER": stage.iterator("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number),
        "OLDEST": stage.iterator("TRIM_HORIZON"),
        "LATEST": stage.iterator("LATEST"),
    }
    stage.put("d")
    assert {kind: "".join(stage.read(iterator)) for kind, iterator in kinds.items()} == {
        "AT": "bcd",
        "AFTER": "cd",
        "OLDEST": "abcd",
        "LATEST": "d",
    }


def test_at_timestamp_includes_its_millisecond() -> None:
    """AT_TIMESTAMP gives what arrived at that millisecond or later; 0 is everything."""
    stage = Stage(shards=1)
    for text in ("a", "b", "c"):
        stage.put(text)
        stage.now += 10
    at_b = stage.iterator("AT_TIMESTAMP", Timestamp=START + 10)
    after_b = stage.iterator("AT_TIMESTAMP", Timestamp=START + 10.001)
    everything = stage.iterator("AT_TIMESTAMP", Timestamp=0)
    assert ["".join(stage.read(iterator)) for iterator in (at_b, after_b, everything)] == ["bc", "c", "abc"]


def test_at_timestamp_needs_a_time_of_the_past() -> None:
    """No time, and a time to come, are answered in AWS's words."""
    stage = Stage(shards=1)
    assert refused(stage, "AT_TIMESTAMP") == (
        "InvalidArgumentException",
        (
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP."
            " Current request has no timestamp parameter."
        ),
    )
    assert refused(stage, "AT_TIMESTAMP", Timestamp=START + 3600) == (
        "InvalidArgumentException",
        (
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
            " timestampInMillis: 1789783600250, currentTimestampInMillis: 1789780000250"
        ),
    )


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("LATEST", "also a"),
        ("TRIM_HORIZON", "also a"),
        ("AT_SEQUENCE_NUMBER", "no"),
        ("AFTER_SEQUENCE_NUMBER", "no"),
    ],
)
def test_a_number_goes_with_the_kinds_that_need_one(kind: str, given: str) -> None:
    """A number too many or too few is answered in AWS's words (recorded)."""
    stage = Stage(shards=1)
    more = {"StartingSequenceNumber": stage.put("a")} if given == "also a" else {}
    text = "Request specified {} and {} StartingSequenceNumber."
    assert refused(stage, kind, **more) == (
        "InvalidArgumentException",
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or"
        " (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. " + text.format(kind, given),
    )


def test_the_first_number_of_a_shard_is_its_beginning() -> None:
    """The StartingSequenceNumber that DescribeStream shows leads to the first record."""
    stage = Stage(shards=1)
    shards = stage("DescribeStream", StreamName="clicks")["StreamDescription"]["Shards"]
    number = shards[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    stage.put("a")
    assert stage.read(stage.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)) == ["a"]
    assert stage.read(stage.iterator("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number)) == ["a"]


def test_numbers_from_elsewhere_are_refused() -> None:
    """0, a number of no shard, of another shard, and of another stream each have AWS's words."""
    stage = Stage(shards=2)
    other = str(Sequence(int(START) - 3, 1, 5, int(START)))
    foreign = str(Sequence(int(START) - 9, 0, 5, int(START)))
    used = f"used in GetShardIterator on shard {FIRST} {WHERE} is invalid"
    texts = {
        number: refused(stage, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)[1]
        for number in ("0", "7", other, foreign)
    }
    assert texts == {
        "0": f"StartingSequenceNumber 21267647932558653966460912964485513216 {used}"
        " because it did not come from this stream.",
        "7": f"StartingSequenceNumber 7 {used}.",
        other: "Invalid StartingSequenceNumber. It encodes shardId-000000000001,"
        f" while it was used in a call to a shard with {FIRST}",
        foreign: f"StartingSequenceNumber {foreign} {used} because it did not come from this stream.",
    }


@pytest.mark.parametrize("shard", ["0", "shardId-0", "anything-0", "000000000000"])
def test_shard_ids_are_read_leniently(shard: str) -> None:
    """The number at the end counts (recorded)."""
    stage = Stage(shards=1)
    stage.put("a")
    assert stage.read(stage.iterator("TRIM_HORIZON", shard)) == ["a"]


@pytest.mark.parametrize(
    ("shard", "text"),
    [
        ("shardId-000000000001", f"Shard shardId-000000000001 {WHERE} does not exist"),
        ("2147483647", f"Shard shardId-002147483647 {WHERE} does not exist"),
        ("2147483648", f"Could not find shard 2147483648 {WHERE}."),
        ("shardId-x", f"Could not find shard shardId-x {WHERE}."),
    ],
)
def test_unknown_shards_are_named(shard: str, text: str) -> None:
    """A shard that is not there, and one that cannot be, have AWS's words."""
    assert refused(Stage(shards=1), "LATEST", shard) == ("ResourceNotFoundException", text)


def test_a_record_has_the_fields_of_aws() -> None:
    """Number, arrival, data and key; no ExplicitHashKey, and no EncryptionType without encryption."""
    stage = Stage(shards=1)
    number = stage("PutRecord", StreamName="clicks", Data="YQ==", PartitionKey="k", ExplicitHashKey="1")
    answer = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"))
    assert answer["Records"] == [
        {
            "SequenceNumber": number["SequenceNumber"],
            "ApproximateArrivalTimestamp": START,
            "Data": "YQ==",
            "PartitionKey": "k",
        }
    ]


def test_an_open_shard_without_data_gives_the_next_iterator() -> None:
    """Nothing to read: no records, an iterator to go on with, and 0 behind (recorded)."""
    stage = Stage(shards=1)
    answer = stage("GetRecords", ShardIterator=stage.iterator("LATEST"))
    assert (answer["Records"], answer["MillisBehindLatest"], "ChildShards" in answer) == ([], 0, False)
    stage.put("a")
    assert stage.read(answer["NextShardIterator"]) == ["a"]


@pytest.mark.parametrize(("age", "behind"), [(0.0, 1000), (0.25, 1000), (4.0, 4000), (4.25, 5000)])
def test_behind_is_the_age_of_the_position_in_whole_seconds(age: float, behind: int) -> None:
    """The oldest record not given yet tells how far behind one is; only who was given all is 0 behind."""
    stage = Stage(shards=1)
    stage.put("a")
    stage.now += 60
    stage.put("b")
    stage.now += age
    first = stage("GetRecords", ShardIterator=stage.iterator("TRIM_HORIZON"), Limit=1)
    last = stage("GetRecords", ShardIterator=first["NextShardIterator"], Limit=1)
    assert (first["MillisBehindLatest"], last["MillisBehindLatest"]) == (behind, 0)


def test_a_page_has_at_most_the_limit() -> None:
    """Limit cuts a page; without it 10,000 records are the most."""
    stage = Stage(shards=1)
    records = [{"Data": "", "PartitionKey": "a"}] * 500
    for _ in range(21):
        stage("PutRecords", StreamName="clicks", Records=records)
    iterator = stage.iterator("TRIM_HORIZON")
    pages = [stage("GetRecords", ShardIterator=iterator)]
    pages.append(stage("GetRecords", ShardIterator=pages[0]["NextShardIterator"]))
    assert [len(page["Records"]) for page in pages] == [10_000, 500]
    assert len(stage.read(iterator, Limit=7)) == 7


def test_a_page_ends_with_the_record_that_crosses_ten_mebibytes() -> None:
    """A page goes just beyond 10 MiB and no further; the next one goes on behind it."""
    stage = Stage(shards=1)
    entry = {"Data": encoded("x" * (MIB - 10)), "PartitionKey": "k"}
    for _ in range(13):
        stage("PutRecord", StreamName="clicks", **entry)
    iterator = stage.iterator("TRIM_HORIZON")
    page = stage("GetRecords", ShardIterator=iterator)
    rest = stage("GetRecords", ShardIterator=page["NextShardIterator"])
    assert [len(page["Records"]), len(rest["Records"])] == [11, 2]


def test_expired_records_are_skipped_silently() -> None:
    """After the retention TRIM_HORIZON has moved, and an older number or iterator leads to it."""
    stage = Stage(shards=1)
    number = stage.put("old")
    stage.now += DAY - 60
    iterator = stage.iterator("TRIM_HORIZON")
    stage.put("new")
    stage.now += 120
    assert stage.read(iterator) == ["new"]
    assert stage.read(stage.iterator("TRIM_HORIZON")) == ["new"]
    assert stage.read(stage.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=number)) == ["new"]


def test_a_longer_retention_keeps_records_longer() -> None:
    """With 48 hours a record of yesterday is there; what had expired before does not come back."""
    stage = Stage(shards=1)
    stage.put("expired")
    stage.now += DAY + 1
    stage("IncreaseStreamRetentionPeriod", StreamName="clicks", RetentionPeriodHours=48)
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []
    stage.put("kept")
    stage.now += DAY + 3600
    assert stage.read(stage.iterator("TRIM_HORIZON")) == ["kept"]


def test_a_shorter_retention_lets_go_at_once() -> None:
    """Decreasing the retention trims what is older."""
    stage = Stage(shards=1)
    stage("IncreaseStreamRetentionPeriod", StreamName="clicks", RetentionPeriodHours=48)
    stage.put("a")
    stage.now += DAY + 3600
    stage("DecreaseStreamRetentionPeriod", StreamName="clicks", RetentionPeriodHours=24)
    assert stage.stream.shards[FIRST].read(0, 1).records == []
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_an_iterator_is_good_for_five_minutes() -> None:
    """An iterator may be used again until it is five minutes old."""
    stage = Stage(shards=1)
    iterator = stage.iterator("TRIM_HORIZON")
    stage.put("a")
    stage.now += 300
    assert [stage.read(iterator), stage.read(iterator)] == [["a"], ["a"]]
    stage.now += 5
    assert stage.refusal("GetRecords", ShardIterator=iterator)[0] == "ExpiredIteratorException"


def test_a_closed_shard_ends_without_a_next_iterator() -> None:
    """Behind the last record of a closed shard comes a page without records and NextShardIterator."""
    stage = Stage(shards=1)
    stage.put("a")
    iterator = stage.iterator("TRIM_HORIZON")
    stage.stream.shards[FIRST].close(int(START) + 1, START)
    last = stage("GetRecords", ShardIterator=iterator, Limit=1)
    page = stage("GetRecords", ShardIterator=last["NextShardIterator"])
    assert (len(last["Records"]), page["Records"]) == (1, [])
    assert "NextShardIterator" not in page
    assert page["ChildShards"] == []
