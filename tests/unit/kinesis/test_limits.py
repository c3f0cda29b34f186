"""What a shard takes per second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.limits import BUCKETS, BYTES_PER_SECOND, RECORDS_PER_SECOND, Calls, Throughput
from tests.unit.kinesis.stage import ACCOUNT, FIRST, Stage, encoded

pytestmark = pytest.mark.unit

MIB = 1 << 20


def test_takes_a_thousand_records_at_once() -> None:
    """The 1,001st record of a moment is refused, and one is taken again a millisecond later."""
    shard = Throughput(now=0.0)
    taken = [shard.take(1, 0.0) for _ in range(1001)]
    assert taken == [True] * 1000 + [False]
    assert [shard.take(1, 0.001), shard.take(1, 0.001)] == [True, False]


def test_a_large_record_is_paid_for_afterwards() -> None:
    """A record of 9 MiB is taken, and nothing more until its eight seconds of debt are over."""
    shard = Throughput(now=0.0)
    assert shard.take(9 * MIB, 0.0)
    assert not shard.take(1, 7.99)
    assert shard.take(1, 8.01)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 4 * MIB)), min_size=1, max_size=200))
def test_never_takes_more_than_its_rate(arrivals: list[tuple[float, int]]) -> None:
    """Over any time, records and bytes stay within the rate, one second's burst, and one record."""
    shard, now, records, size, largest = Throughput(now=0.0), 0.0, 0, 0, 0
    for pause, length in arrivals:
        now += pause
        if shard.take(length, now):
            records, size, largest = records + 1, size + length, max(largest, length)
    assert records <= RECORDS_PER_SECOND * (now + 1) + 1
    assert size <= BYTES_PER_SECOND * (now + 1) + largest


def test_a_clock_that_steps_back_gives_nothing() -> None:
    """Time that was counted once is not counted again."""
    shard = Throughput(now=100.0)
    assert all(shard.take(1, 100.0) for _ in range(1000))
    assert not shard.take(1, 50.0)
    assert not shard.take(1, 100.0)


def test_only_the_entries_above_the_limit_fail() -> None:
    """PutRecords stores what fits, answers 200, and names shard, stream and account for what does not."""
    stage = Stage(shards=1, limited=True)
    records = [{"Data": encoded(str(number)), "PartitionKey": str(number)} for number in range(500)]
    answers = [stage("PutRecords", StreamName="clicks", Records=records) for _ in range(3)]
    assert [answer["FailedRecordCount"] for answer in answers] == [0, 0, 500]
    assert answers[2]["Records"][0] == {
        "ErrorCode": "ProvisionedThroughputExceededException",
        "ErrorMessage": "Rate exceeded for shard shardId-000000000000 in stream clicks"
        " under account 111122223333.",
    }
    assert len(stage.read(stage.iterator("TRIM_HORIZON"))) == 1000


def test_a_single_record_above_the_limit_fails_the_request() -> None:
    """PutRecord answers with the exception itself."""
    stage = Stage(shards=1, limited=True)
    for number in range(1000):
        stage.put(str(number))
    assert stage.refusal("PutRecord", StreamName="clicks", Data="", PartitionKey="a") == (
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000000 in stream clicks under account 111122223333.",
    )


def test_no_limit_by_default() -> None:
    """Without the setting a shard takes whatever comes."""
    stage = Stage(shards=1)
    records = [{"Data": "", "PartitionKey": "a"}] * 500
    answers = [stage("PutRecords", StreamName="clicks", Records=records) for _ in range(5)]
    assert not any(answer["FailedRecordCount"] for answer in answers)


def test_five_reads_a_second() -> None:
    """The sixth GetRecords of a second is refused with the words of a throttle; a second later it is not."""
    stage = Stage(shards=1, limited=True)
    iterator = stage.iterator("TRIM_HORIZON")
    for _ in range(5):
        stage("GetRecords", ShardIterator=iterator)
    assert stage.refusal("GetRecords", ShardIterator=iterator) == (
        "ProvisionedThroughputExceededException",
        f"Rate exceeded for shard {FIRST} in stream clicks under account {ACCOUNT}.",
    )
    stage.now += 1
    stage("GetRecords", ShardIterator=iterator)


def test_two_mebibytes_out_a_second() -> None:
    """After an answer of more than 2 MiB the shard gives nothing until that is paid for."""
    stage = Stage(shards=1, limited=True)
    for _ in range(5):
        stage.now += 2
        stage.put("x" * (MIB - 10))
    iterator = stage.iterator("TRIM_HORIZON")
    assert len(stage.read(iterator)) == 5
    assert stage.refusal("GetRecords", ShardIterator=iterator)[0] == "ProvisionedThroughputExceededException"
    stage.now += 2
    assert len(stage.read(iterator)) == 5


def test_calls_a_second() -> None:
    """DescribeLimits once a second, DescribeStream ten times, of one account; another has its own."""
    stage = Stage(shards=1, limited=True)
    stage("DescribeLimits")
    assert stage.refusal("DescribeLimits") == (
        "LimitExceededException",
        f"Rate exceeded for account {ACCOUNT}.",
    )
    for _ in range(10):
        stage("DescribeStream", StreamName="clicks")
    assert stage.refusal("DescribeStream", StreamName="clicks")[0] == "LimitExceededException"
    stage.account = "9" * 12
    stage("DescribeLimits")


def test_limits_are_switched_at_run_time() -> None:
    """Limits that are lifted count nothing; the same stream is held to them once they are back."""
    stage = Stage(shards=1)
    records = [{"Data": "", "PartitionKey": "a"}] * 500
    for _ in range(5):
        assert stage("PutRecords", StreamName="clicks", Records=records)["FailedRecordCount"] == 0
    stage.limited = True
    failed = [
        stage("PutRecords", StreamName="clicks", Records=records)["FailedRecordCount"] for _ in range(3)
    ]
    assert failed == [0, 0, 500]
    stage.limited = False
    assert stage("PutRecords", StreamName="clicks", Records=records)["FailedRecordCount"] == 0


def test_throttled_entries_are_not_written() -> None:
    """Good entries are written, throttled ones are not, and the answer keeps the order (1.3, documented)."""
    stage = Stage(shards=2, limited=True)
    keys = ["0", str(1 << 127)]
    records = [{"Data": "", "PartitionKey": "a", "ExplicitHashKey": keys[0]} for _ in range(500)]
    stage("PutRecords", StreamName="clicks", Records=records)
    stage("PutRecords", StreamName="clicks", Records=records)
    mixed = [{"Data": "", "PartitionKey": "b", "ExplicitHashKey": key} for key in keys * 2]
    answer = stage("PutRecords", StreamName="clicks", Records=mixed)
    assert answer["FailedRecordCount"] == 2
    assert [entry.get("ErrorCode") for entry in answer["Records"]] == [
        "ProvisionedThroughputExceededException",
        None,
    ] * 2
    assert stage.stream.shards[FIRST].latest == 1000


def test_an_on_demand_stream_grows() -> None:
    """Four shards take 4,000 records a second; what fills more than half of them makes more (documented)."""
    stage = Stage(limited=True)
    stage("CreateStream", StreamName="clicks", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    records = [{"Data": "", "PartitionKey": str(number)} for number in range(500)]
    for _ in range(5):
        assert stage("PutRecords", StreamName="clicks", Records=records)["FailedRecordCount"] == 0
    assert len(stage.stream.open_shards()) == 4
    stage.now += 1
    stage("PutRecords", StreamName="clicks", Records=records)
    assert len(stage.stream.open_shards()) == 5
    assert len(stage.stream.shards) > 5


def test_a_tables_stream_has_no_limits() -> None:
    """What holds a DynamoDB stream is there and gone at once, and takes and gives whatever comes."""
    stage = Stage(limited=True, delay=5)
    name = "__ddb_stream_orders"
    stage("CreateStream", StreamName=name, ShardCount=1)
    described = stage("DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"]
    assert described["StreamStatus"] == "ACTIVE"
    for _ in range(3):
        entries = [{"Data": "eA==", "PartitionKey": "k"}] * 500
        assert stage("PutRecords", StreamName=name, Records=entries)["FailedRecordCount"] == 0
    place: dict[str, str] = {"StreamName": name, "ShardId": FIRST, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = stage("GetShardIterator", **place)["ShardIterator"]
    for _ in range(10):
        assert len(stage("GetRecords", ShardIterator=iterator)["Records"]) == 1500
    stage("DeleteStream", StreamName=name)
    assert stage("ListStreams")["StreamNames"] == []


def test_calls_of_long_ago_are_forgotten() -> None:
    """However many names were asked for: of those, no more are remembered than were asked for of late."""
    calls = Calls()
    for number in range(3 * BUCKETS):
        assert calls.allow(ACCOUNT, "eu-central-1", "ListShards", {"StreamName": f"s{number}"}, number / 100)
    assert len(calls) <= BUCKETS + 1


def test_a_call_counts_though_others_are_forgotten() -> None:
    """The calls of this second count while those of long ago go."""
    calls = Calls()
    for number in range(BUCKETS + 10):
        calls.allow(ACCOUNT, "eu-central-1", "ListShards", {"StreamName": f"s{number}"}, 0.0)
    asked = [
        calls.allow(ACCOUNT, "eu-central-1", "DescribeLimits", {"n": number}, 60.0) for number in range(2)
    ]
    assert asked == [True, False]
