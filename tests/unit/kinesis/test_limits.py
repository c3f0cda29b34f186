"""What a shard takes per second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.limits import BYTES_PER_SECOND, RECORDS_PER_SECOND, Throughput
from tests.unit.kinesis.stage import Stage, encoded

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
