"""Kinesis as boto3 and the AWS CLI meet it; each expectation is what AWS answers."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.clients import environ_of

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kinesis.type_defs import WaiterConfigTypeDef

pytestmark = pytest.mark.anywhere

FIRST = "shardId-000000000000"
QUICKLY: "WaiterConfigTypeDef" = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture(scope="module")
def kinesis(target: Target) -> "KinesisClient":
    """Give a client that sends what it is told: Kinesis itself is to check it."""
    return target.client("kinesis", parameter_validation=False)


@pytest.fixture(scope="module")
def stream(run: Run, kinesis: "KinesisClient", worker_id: str) -> Iterator[str]:
    """Give a stream of two shards."""
    name = f"{run.prefix}-kinesis-{worker_id}"
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=QUICKLY)
    yield name
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig=QUICKLY)


def refusal(kinesis: "KinesisClient", operation: str, **request: Any) -> tuple[str, str]:  # noqa: ANN401  sent as it is
    """Give the code and the text with which Kinesis refuses a request."""
    with pytest.raises(ClientError) as caught:
        getattr(kinesis, operation)(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def read_all(kinesis: "KinesisClient", stream: str, shard: str, **begin: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Read a shard until nothing is left."""
    iterator = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, **begin)["ShardIterator"]
    found: list[dict[str, Any]] = []
    for _ in range(100):
        page = kinesis.get_records(ShardIterator=iterator, Limit=10)
        found += [dict(record) for record in page["Records"]]
        if not page["MillisBehindLatest"]:
            return found
        iterator = page["NextShardIterator"]
    raise AssertionError(f"{shard} of {stream} did not end within 100 pages: {len(found)} records so far")


def test_what_is_put_is_read_once_in_order(kinesis: "KinesisClient", stream: str) -> None:
    """Each record is read from the shard that the answer names, under its number, unchanged."""
    begun = datetime.now(UTC) - timedelta(seconds=5)
    sent = [(f"key-{number % 7}", bytes([number, 255, 0]) * number) for number in range(60)]
    answer = kinesis.put_records(
        StreamName=stream, Records=[{"PartitionKey": key, "Data": data} for key, data in sent]
    )
    assert answer["FailedRecordCount"] == 0
    expected: dict[str, list[tuple[str, str, bytes]]] = {}
    for (key, data), stored in zip(sent, answer["Records"], strict=True):
        expected.setdefault(stored["ShardId"], []).append((stored["SequenceNumber"], key, data))
    assert len(expected) == 2
    for shard, records in expected.items():
        first = records[0][0]
        found = read_all(
            kinesis, stream, shard, ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=first
        )
        assert [(one["SequenceNumber"], one["PartitionKey"], one["Data"]) for one in found] == records
        assert all(begun < one["ApproximateArrivalTimestamp"] < begun + timedelta(minutes=5) for one in found)


def test_an_operation_without_a_result_has_an_empty_body(kinesis: "KinesisClient", stream: str) -> None:
    """The body has no bytes, and the answer a request id and an x-amz-id-2."""
    answer = kinesis.add_tags_to_stream(StreamName=stream, Tags={"purpose": "test"})
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-length"] == "0"
    assert headers["x-amzn-requestid"] == answer["ResponseMetadata"]["RequestId"]
    assert headers["x-amz-id-2"]


def test_one_malformed_entry_fails_the_request(kinesis: "KinesisClient", stream: str) -> None:
    """An entry without a key is named with its place (recorded)."""
    records = [{"Data": b"a", "PartitionKey": "a"}, {"Data": b"b", "PartitionKey": ""}]
    assert refusal(kinesis, "put_records", StreamName=stream, Records=records) == (
        "ValidationException",
        (
            "1 validation error detected: Value '' at 'records.2.member.partitionKey' failed to satisfy"
            " constraint: Member must have length greater than or equal to 1"
        ),
    )


def test_an_iterator_that_is_none_is_refused(kinesis: "KinesisClient") -> None:
    """GetRecords with any text answers in AWS's words (recorded)."""
    assert refusal(kinesis, "get_records", ShardIterator="x" * 100) == (
        "InvalidArgumentException",
        "Invalid ShardIterator.",
    )


def test_each_iterator_is_another(kinesis: "KinesisClient", stream: str) -> None:
    """Two calls give two texts of at most 512 characters, and both work (recorded)."""
    iterators = {
        kinesis.get_shard_iterator(StreamName=stream, ShardId=FIRST, ShardIteratorType="LATEST")[
            "ShardIterator"
        ]
        for _ in range(2)
    }
    assert len(iterators) == 2
    for iterator in iterators:
        assert len(iterator) <= 512
        assert kinesis.get_records(ShardIterator=iterator)["Records"] == []


def test_an_unknown_stream_is_named(kinesis: "KinesisClient", target: Target, run: Run) -> None:
    """A stream that is not there is answered with its name and the account (recorded)."""
    name = f"{run.prefix}-none"
    text = f"Stream {name} under account {target.account} not found."
    for operation in ("describe_stream", "describe_stream_summary", "delete_stream"):
        assert refusal(kinesis, operation, StreamName=name) == ("ResourceNotFoundException", text)
    assert refusal(kinesis, "put_record", StreamName=name, Data=b"", PartitionKey="a")[1] == text


def test_is_described_by_name_and_by_arn(kinesis: "KinesisClient", stream: str) -> None:
    """Name and ARN lead to the same stream; a name that does not fit the ARN is refused (recorded)."""
    shown = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    by_arn = kinesis.describe_stream_summary(StreamARN=shown["StreamARN"])["StreamDescriptionSummary"]
    assert by_arn == shown
    assert (shown["OpenShardCount"], shown["StreamStatus"]) == (2, "ACTIVE")
    arn = shown["StreamARN"]
    assert refusal(kinesis, "describe_stream_summary", StreamName="other", StreamARN=arn) == (
        "InvalidArgumentException",
        f"Input stream name other doesn't match the inferred name in stream arn {arn}",
    )


def test_the_cli_creates_waits_and_deletes(run: Run, target: Target, worker_id: str) -> None:
    """create-stream, wait stream-exists, delete-stream, wait stream-not-exists, as in the recipe."""
    name = f"{run.prefix}-cli-{worker_id}"

    def aws(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "awscli", "kinesis", *arguments, "--stream-name", name],
            env=environ_of(run, target),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"aws kinesis {' '.join(arguments)}: {done.stderr}"

    aws("create-stream", "--shard-count", "1")
    aws("wait", "stream-exists")
    aws("delete-stream")
    aws("wait", "stream-not-exists")
