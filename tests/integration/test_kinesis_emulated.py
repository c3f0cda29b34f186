"""What of Kinesis only an emulator can show: accounts of any number, the wire's other forms."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.wire import CBOR, JSON, call, cbor, post, signed

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

pytestmark = pytest.mark.emulator_only

NUMBER = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"


@contextmanager
def stream_on(target: Target, name: str, shards: int = 2) -> Iterator["KinesisClient"]:
    """Make a stream, give a client that tries once, and delete the stream at the end."""
    kinesis = target.client("kinesis", retries={"total_max_attempts": 1})
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    try:
        yield kinesis
    finally:
        kinesis.delete_stream(StreamName=name)
        kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})


def test_accounts_do_not_see_each_other(target: Target, run: Run, worker_id: str) -> None:
    """A stream of one account is none of another's, which may have one of the same name."""
    name = f"{run.prefix}-account-{worker_id}"
    with stream_on(target, name):
        body = json.dumps({"StreamName": name, "ShardCount": 1}).encode()
        assert call(target, "DescribeStreamSummary", body, account="111122223333")[0] == 400
        assert call(target, "CreateStream", body, account="111122223333")[::2] == (200, b"")
        shown = json.loads(call(target, "DescribeStreamSummary", body, account="111122223333")[2])
        assert shown["StreamDescriptionSummary"]["StreamARN"].split(":")[4] == "111122223333"
        assert call(target, "DeleteStream", body, account="111122223333")[::2] == (200, b"")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            b'{"StreamName":7}',
            f"class {NUMBER} can not be converted to an String",
        ),
        (b"[]", "Start of list found where not expected"),
        (b"{", "Expected null"),
    ],
)
def test_json_of_the_wrong_type_is_answered_as_aws_does(target: Target, body: bytes, text: str) -> None:
    """A SerializationException, whose text is called Message with a capital."""
    status, kind, answer = call(target, "DescribeStream", body)
    assert (status, kind) == (400, JSON)
    assert json.loads(answer) == {"__type": "SerializationException", "Message": text}


@pytest.mark.parametrize(
    "operation", ["CreateChannel", "CreateQueue", "UpdateStreamRecordDistributionStrategy"]
)
def test_what_is_not_done_is_refused_by_name(target: Target, operation: str) -> None:
    """An operation that AWS has, and this emulator does not, is refused in a sentence."""
    status, _, answer = call(target, operation, b"{}")
    assert status == 400
    refusal = json.loads(answer)
    assert refusal["__type"] == "UnsupportedOperationException"
    assert refusal["message"].startswith(f"This emulator's Kinesis does not do {operation}: ")


def test_an_operation_that_nobody_has_is_refused(target: Target) -> None:
    """A made-up operation is unknown."""
    status, _, answer = call(target, "MakeCoffee", b"{}")
    assert (status, json.loads(answer)["__type"]) == (400, "UnknownOperationException")


def test_speaks_cbor(target: Target, run: Run, worker_id: str) -> None:
    """What a Java SDK puts as CBOR is read as JSON, and the other way round; timestamps are milliseconds."""
    name = f"{run.prefix}-cbor-{worker_id}"
    with stream_on(target, name, shards=1) as kinesis:
        put = {"StreamName": name, "PartitionKey": "a", "Data": b"\x00\xff"}
        status, kind, answer = call(target, "PutRecord", cbor(put), CBOR)
        assert (status, kind) == (200, CBOR)
        assert b"SequenceNumberx8" in answer  # a text of 56 bytes
        iterator = kinesis.get_shard_iterator(StreamName=name, ShardId="0", ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        [record] = kinesis.get_records(ShardIterator=iterator)["Records"]
        assert record["Data"] == b"\x00\xff"
        assert record["SequenceNumber"].encode() in answer
        _, _, page = call(target, "GetRecords", cbor({"ShardIterator": iterator}), CBOR)
        arrival = round(record["ApproximateArrivalTimestamp"].timestamp() * 1000)
        assert b"ApproximateArrivalTimestamp\xc1\x1b" + arrival.to_bytes(8) in page
        assert b"DataB\x00\xff" in page
        assert call(target, "AddTagsToStream", cbor({"StreamName": name, "Tags": {"a": "b"}}), CBOR)[2] == b""
        status, kind, answer = call(target, "GetRecords", cbor({"ShardIterator": "x"}), CBOR)
        assert (status, kind) == (400, CBOR)
        assert b"InvalidArgumentException" in answer


@pytest.mark.parametrize("kind", [JSON, CBOR])
@pytest.mark.parametrize("operation", ["ListStreams", "DescribeStream"])
def test_every_answer_has_two_ids(target: Target, kind: str, operation: str) -> None:
    """Good or bad, JSON or CBOR: x-amzn-RequestId is a UUID, x-amz-id-2 some 96 characters (recorded)."""
    body = cbor({}) if kind == CBOR else b"{}"
    status, headers, _ = post(target, "/", body, signed(target, operation, kind))
    assert status == (200 if operation == "ListStreams" else 400)
    assert uuid.UUID(headers["x-amzn-RequestId"])
    assert len(headers["x-amz-id-2"]) == 96


@pytest.mark.parametrize(
    ("operation", "body", "error"),
    [
        ("PutRecord", b'{"DryRun":"x"}', "SerializationException"),
        ("CreateStream", b'{"StreamName":"s","RecordDistributionStrategy":"x"}', "ValidationException"),
        ("CreateStream", b'{"StreamName":"s","RecordDistributionStrategy":"AUTO"}', "UnsupportedOperation"),
    ],
)
def test_parameters_of_the_newest_model(target: Target, operation: str, body: bytes, error: str) -> None:
    """A parameter that LocalStack's own model does not know is held to botocore's newest."""
    status, _, answer = call(target, operation, body)
    assert status == 400
    assert json.loads(answer)["__type"].startswith(error)


def test_cbor_knows_the_newest_model(target: Target, run: Run, worker_id: str) -> None:
    """CBOR carries the newest parameters and members too: DryRun, and an account's channels."""
    name = f"{run.prefix}-newest-{worker_id}"
    with stream_on(target, name, shards=1):
        put = {"StreamName": name, "PartitionKey": "a", "Data": b"a", "DryRun": True}
        status, _, answer = call(target, "PutRecord", cbor(put), CBOR)
        assert (status, b"DryRunOperationException" in answer) == (400, True)
        assert b"ChannelCountLimit" in call(target, "DescribeLimits", cbor({}), CBOR)[2]
        summary = call(target, "DescribeStreamSummary", cbor({"StreamName": name}), CBOR)[2]
        assert b"QueueCount" in summary
