"""PutRecord and PutRecords."""

from itertools import cycle, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.kinesis.sequence import Sequence
from tests.unit.kinesis.stage import ACCOUNT, FIRST, START, Stage, encoded

pytestmark = pytest.mark.unit

MIB = 1 << 20
entries = st.lists(
    st.fixed_dictionaries(
        {
            "Data": st.binary(max_size=20).map(lambda data: encoded(data.hex())),
            "PartitionKey": st.text(min_size=1, max_size=9),
        },
        optional={"ExplicitHashKey": st.integers(0, 2**128 - 1).map(str)},
    ),
    min_size=1,
    max_size=30,
)


def of_size(size: int, key: str = "k") -> dict[str, str]:
    """Make an entry of `size` bytes, key included."""
    return {"Data": encoded("x" * (size - len(key))), "PartitionKey": key}


@given(entries, st.integers(1, 8))
def test_each_entry_lies_where_the_answer_says(records: list[dict[str, str]], shards: int) -> None:
    """The answer has the request's order, and each number leads to its record in the shard named."""
    stage = Stage(shards=shards)
    answer = stage("PutRecords", StreamName="clicks", Records=records)
    assert answer["FailedRecordCount"] == 0
    for entry, stored in zip(records, answer["Records"], strict=True):
        shard = stage.stream.shards[stored["ShardId"]]
        [record] = shard.read(shard.position_of(stored["SequenceNumber"]), 1).records
        assert record.sequence_number == stored["SequenceNumber"]
        assert (record.data, record.partition_key) == (entry["Data"], entry["PartitionKey"])


@given(entries, entries)
def test_numbers_of_a_shard_rise(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    """In a shard numbers rise from entry to entry and request to request, even if the clock steps back."""
    stage = Stage(shards=2)
    numbers: dict[str, list[str]] = {shard: [] for shard in stage.stream.shards}
    for records in (first, second):
        for stored in stage("PutRecords", StreamName="clicks", Records=records)["Records"]:
            numbers[stored["ShardId"]].append(stored["SequenceNumber"])
        stage.now -= 100
    for name, given_out in numbers.items():
        start = stage.stream.shards[name].starting_sequence_number
        assert all(earlier < later for earlier, later in pairwise([start, *given_out]))
        assert {Sequence.parse(number).shard for number in given_out} <= {int(name[-12:])}


def test_numbers_are_consecutive_within_a_request_only() -> None:
    """Entries of one request are numbered in a row; before the next request some numbers are left out."""
    stage = Stage(shards=1)
    records = [of_size(5)] * 3
    numbers = [
        Sequence.parse(stored["SequenceNumber"]).counter
        for _ in range(2)
        for stored in stage("PutRecords", StreamName="clicks", Records=records)["Records"]
    ]
    assert [later - earlier for earlier, later in pairwise(numbers[:3])] == [1, 1]
    assert 118 < numbers[3] - numbers[2] <= 555


def test_numbers_of_large_requests_do_not_meet() -> None:
    """After a request of 500 entries the next one's numbers are above all of its, in every shard."""
    stage = Stage(shards=2)
    records = [{"Data": "", "PartitionKey": str(number)} for number in range(500)]
    answers = [stage("PutRecords", StreamName="clicks", Records=records)["Records"] for _ in range(3)]
    for name in stage.stream.shards:
        found = [one["SequenceNumber"] for answer in answers for one in answer if one["ShardId"] == name]
        assert found == sorted(set(found))


def test_putting_lets_go_of_what_expired() -> None:
    """A put trims, so that a stream that is only written to does not grow for ever."""
    stage = Stage(shards=2)
    stage.put("a")
    stage.now += 86_401
    stage.put("b")
    assert sum(len(shard.read(0, 10).records) for shard in stage.stream.shards.values()) == 1


def test_an_explicit_hash_key_overrides_the_partition_key() -> None:
    """A record with ExplicitHashKey goes to the shard of that key, whatever its partition key."""
    stage = Stage(shards=2)
    shards = [
        stage("PutRecord", StreamName="clicks", Data="", PartitionKey="a", ExplicitHashKey=str(key))[
            "ShardId"
        ]
        for key in (0, 2**127 - 1, 2**127, 2**128 - 1)
    ]
    assert [name[-1] for name in shards] == ["0", "0", "1", "1"]


def test_a_hash_key_beyond_the_space_is_refused() -> None:
    """2^128 is answered in AWS's words (recorded)."""
    number = "340282366920938463463374607431768211456"
    assert Stage(shards=1).refusal(
        "PutRecord", StreamName="clicks", Data="", PartitionKey="a", ExplicitHashKey=number
    ) == (
        "InvalidArgumentException",
        (
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]."
            f" Specified value was {number}"
        ),
    )


def test_one_malformed_entry_fails_the_request_and_nothing_is_written() -> None:
    """An empty partition key is named with its place, and its neighbours are not stored (recorded)."""
    stage = Stage(shards=1)
    code, text = stage.refusal(
        "PutRecords", StreamName="clicks", Records=[of_size(3), {"Data": "", "PartitionKey": ""}]
    )
    assert code == "ValidationException"
    assert text == (
        "1 validation error detected: Value '' at 'records.2.member.partitionKey' failed to satisfy"
        " constraint: Member must have length greater than or equal to 1"
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_a_bad_hash_key_fails_the_request_and_nothing_is_written() -> None:
    """So does a hash key that is out of range, which only the engine finds."""
    stage = Stage(shards=1)
    bad = {**of_size(3), "ExplicitHashKey": str(2**128)}
    assert (
        stage.refusal("PutRecords", StreamName="clicks", Records=[of_size(3), bad])[0]
        == "InvalidArgumentException"
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_half_a_surrogate_pair_counts_as_a_question_mark() -> None:
    """A key that JSON can say and UTF-8 cannot is hashed as Java would write it."""
    stage = Stage(shards=7)
    stored = [
        stage("PutRecord", StreamName="clicks", Data="", PartitionKey=key)["ShardId"]
        for key in ("\ud800a", "?a")
    ]
    assert stored[0] == stored[1]


def test_empty_data_is_kept() -> None:
    """A record without data is a record (recorded)."""
    stage = Stage(shards=1)
    stage.put("")
    assert stage.read(stage.iterator("TRIM_HORIZON")) == [""]


def test_a_record_may_have_a_mebibyte_with_its_key() -> None:
    """1,048,576 bytes with the key are taken, one more is not; a stream made for more takes more."""
    stage = Stage(shards=1)
    assert stage("PutRecord", StreamName="clicks", **of_size(MIB))
    code, text = stage.refusal("PutRecord", StreamName="clicks", **of_size(MIB + 1))
    assert code == "ValidationException"
    assert text.endswith(
        "at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048575"
    )
    stage("CreateStream", StreamName="wide", ShardCount=1, MaxRecordSizeInKiB=2048)
    assert stage("PutRecord", StreamName="wide", **of_size(2 * MIB))


def test_an_entry_that_is_too_large_is_named() -> None:
    """The whole request fails at the entry, by its data's bound or by what the key leaves of it."""
    stage = Stage(shards=1)
    entries = [of_size(5), of_size(MIB + 1, "key"), of_size(2 * MIB)]
    code, text = stage.refusal("PutRecords", StreamName="clicks", Records=entries)
    assert code == "ValidationException"
    assert text == (
        "2 validation errors detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048574 cap=1048574]' at"
        " 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to"
        " 1048573; Value 'java.nio.HeapByteBuffer[pos=0 lim=2097151 cap=2097151]' at 'records.3.member.data'"
        " failed to satisfy constraint: Member must have length less than or equal to 1048576"
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_the_size_of_a_key_is_that_of_its_utf8() -> None:
    """A key counts by bytes, not by characters."""
    stage = Stage(shards=1)
    entry = {"Data": encoded("x" * (MIB - 3)), "PartitionKey": "üü"}
    assert stage.refusal("PutRecord", StreamName="clicks", **entry)[0] == "ValidationException"


def test_a_request_may_have_ten_mebibytes() -> None:
    """10 MiB with all keys are taken, one byte more is not, and nothing of it is written."""
    stage = Stage(shards=1)
    full = [of_size(MIB)] * 10
    assert stage.refusal("PutRecords", StreamName="clicks", Records=[*full, of_size(1)]) == (
        "InvalidArgumentException",
        "Records size exceeds 10 MB limit",
    )
    assert stage.stream.shards[FIRST].latest == 0
    assert stage("PutRecords", StreamName="clicks", Records=full)["FailedRecordCount"] == 0


def test_a_fault_fails_entries_and_not_requests() -> None:
    """Each entry fails by itself, with AWS's words; the others are written, in their order."""
    stage = Stage(shards=1)
    verdicts = cycle([False, True, False])
    stage.fails = lambda: next(verdicts)
    records = [{"Data": encoded(str(number)), "PartitionKey": "k"} for number in range(6)]
    answer = stage("PutRecords", StreamName="clicks", Records=records)
    assert answer["FailedRecordCount"] == 2
    assert ["ErrorCode" in stored for stored in answer["Records"]] == [False, True, False] * 2
    assert answer["Records"][1] == {
        "ErrorCode": "ProvisionedThroughputExceededException",
        "ErrorMessage": f"Rate exceeded for shard {FIRST} in stream clicks under account {ACCOUNT}.",
    }
    assert stage.read(stage.iterator("TRIM_HORIZON")) == ["0", "2", "3", "5"]


def test_a_fault_fails_a_single_record_with_the_exception() -> None:
    """PutRecord under a fault answers 400, and the record is not written."""
    stage = Stage(shards=1)
    stage.fails = lambda: True
    assert stage.refusal("PutRecord", StreamName="clicks", Data="", PartitionKey="k") == (
        "ProvisionedThroughputExceededException",
        f"Rate exceeded for shard {FIRST} in stream clicks under account {ACCOUNT}.",
    )
    assert stage.read(stage.iterator("TRIM_HORIZON")) == []


def test_ordering_takes_any_number_that_was_given() -> None:
    """SequenceNumberForOrdering may be 0 or any past number, of another shard too, and is no identity."""
    stage = Stage(shards=2)
    past = stage("PutRecord", StreamName="clicks", Data="", PartitionKey="a", ExplicitHashKey="0")
    stored = [
        stage(
            "PutRecord", StreamName="clicks", Data="", PartitionKey="a", ExplicitHashKey=str(2**127), **more
        )
        for more in (
            {"SequenceNumberForOrdering": "0"},
            {"SequenceNumberForOrdering": past["SequenceNumber"]},
            {"SequenceNumberForOrdering": past["SequenceNumber"]},
        )
    ]
    assert len({answer["SequenceNumber"] for answer in stored}) == 3


@pytest.mark.parametrize("number", ["1", str(Sequence(1_789_779_997, 0, 9, int(START) + 60))])
def test_ordering_refuses_what_was_never_given(number: str) -> None:
    """A number of no version, or of the future, is answered in AWS's words."""
    assert Stage(shards=1).refusal(
        "PutRecord", StreamName="clicks", Data="", PartitionKey="a", SequenceNumberForOrdering=number
    ) == (
        "InvalidArgumentException",
        (
            f"ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream clicks"
            f" under account {ACCOUNT} is invalid."
        ),
    )
