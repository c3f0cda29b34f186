"""Errors in AWS's own words, with the fields that each has; and what a request says of itself."""

import json

import pytest

from tailrace.faults import reading, words
from tailrace.faults.words import About

pytestmark = pytest.mark.unit

PUT = About("dynamodb", "PutItem", "000000000000", "us-east-1", "readings", "store")


def test_dynamodb_says_why_it_throttles() -> None:
    """A throttled write has its reason, which names table and limit; a read says so."""
    error = words.worded(PUT)
    assert (error.code, error.status) == ("ProvisionedThroughputExceededException", 400)
    assert error.message.startswith(
        "The level of configured provisioned throughput for the table was exceeded."
    )
    assert error.fields == {
        "ThrottlingReasons": [
            {
                "reason": "TableWriteProvisionedThroughputExceeded",
                "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/readings",
            }
        ]
    }
    read = words.worded(PUT._replace(operation="Query"), "ThrottlingException")
    assert read.fields["throttlingReasons"][0]["reason"] == "TableReadKeyRangeThroughputExceeded"


def test_a_cancelled_transaction_names_its_reasons() -> None:
    """Each item of the transaction has its reason, in order, and the message lists them."""
    error = words.cancelled(3, {1}, "ThrottlingError")
    assert error.code == "TransactionCanceledException"
    assert error.message.endswith("specific reasons [None, ThrottlingError, None]")
    assert [one["Code"] for one in error.fields["CancellationReasons"]] == ["None", "ThrottlingError", "None"]


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("kinesis", "ProvisionedThroughputExceededException", 400),
        ("lambda", "TooManyRequestsException", 429),
        ("s3", "SlowDown", 503),
        ("cloudwatch", "ThrottlingException", 400),
    ],
)
def test_each_service_throttles_by_its_own_code(service: str, code: str, status: int) -> None:
    """Without a code, an error is the one by which the service throttles."""
    error = words.worded(PUT._replace(service=service))
    assert (error.code, error.status) == (code, status)


def test_a_message_of_ones_own_stays() -> None:
    """A message that was asked for is sent as it stands."""
    assert words.worded(PUT, "Odd", "as {asked}").message == "as {asked}"


@pytest.mark.parametrize(
    ("target", "path", "fields", "operation"),
    [
        ("DynamoDB_20120810.PutItem", "/", {}, "PutItem"),
        ("", "/service/GraniteServiceVersion20100801/operation/PutMetricData", {}, "PutMetricData"),
        ("", "/", {"Action": "Publish"}, "Publish"),
        ("", "/bucket/key", {}, ""),
    ],
)
def test_the_operation(target: str, path: str, fields: dict[str, str], operation: str) -> None:
    """The operation is read wherever a protocol has it."""
    assert reading.operation(target, path, fields) == operation


@pytest.mark.parametrize(
    ("service", "body", "names"),
    [
        ("dynamodb", {"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/a"}, ("a",)),
        (
            "dynamodb",
            {"TransactItems": [{"Put": {"TableName": "a"}}, {"Update": {"TableName": "b"}}]},
            ("a", "b"),
        ),
        ("kinesis", {"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}, ("s",)),
        ("sqs", {"QueueUrl": "http://localhost:4566/000000000000/q"}, ("q",)),
    ],
)
def test_the_resource(service: str, body: dict[str, object], names: tuple[str, ...]) -> None:
    """What a request is about is named by its name, however the request names it."""
    assert reading.resources(service, "Any", "/", json.loads(json.dumps(body))) == names


def test_the_function_of_a_path() -> None:
    """A function and a bucket stand in the path."""
    assert reading.resources("lambda", "Invoke", "/2015-03-31/functions/store/invocations", {}) == ("store",)
    assert reading.resources("s3", "PutObject", "/kept/a/b", {}) == ("kept",)


def test_tables_of_a_batch() -> None:
    """The tables of a batch are its resources."""
    assert reading.resources("dynamodb", "BatchWriteItem", "/", {"RequestItems": {"a": [], "b": []}}) == (
        "a",
        "b",
    )
