from zlib import crc32

import pytest

from tailrace.door.request import HttpResponse
from tailrace.dynamodb import rules

pytestmark = pytest.mark.unit

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260102/eu-west-1/dynamodb/aws4_request, Signature=00"


def test_the_key_becomes_the_space() -> None:
    """Nothing but the key changes in the header: the tables of each account and region are apart by it."""
    assert rules.readdressed(SIGNED, "0euwest1") == SIGNED.replace("test/", "0euwest1/")


@pytest.mark.parametrize(
    ("body", "may"),
    [
        (b'{"TableName":"orders"}', True),
        (b'{"RequestItems":{"orders":[]}}', True),
        (b'{"TableName":"old-orders"}', False),
        (b'{"TableName":"ord\\u0065rs"}', True),
        (b'{"TableName":"other","Item":{"id":{"S":"\\u20ac"}}}', False),
    ],
)
def test_what_may_name_a_table(body: bytes, may: bool) -> None:  # noqa: FBT001  a case of a table
    """A name stands in quotes, or its letters are escaped: then it may be any."""
    assert rules.may_name(body, ["orders", "others"]) is may


def test_the_code_of_an_error() -> None:
    """An error's code is in its type, with or without what stands before it; success has none."""
    kind = b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Message":"no"}'
    assert rules.error(HttpResponse(400, [], kind)) == "ConditionalCheckFailedException"
    assert rules.error(HttpResponse(400, [], b'{"__type":"ValidationException"}')) == "ValidationException"
    assert rules.error(HttpResponse(200, [], kind)) == ""


def test_a_batch_without_a_key_is_worded_as_aws_words_it() -> None:
    """The message changes, with length and checksum, and for no other operation."""
    body = b'{"message":"%s"}' % rules.NO_KEY
    answer = HttpResponse(
        400, [("Content-Length", "1"), ("X-Amz-Crc32", "2"), ("x-amzn-RequestId", "3")], body
    )
    said = rules.worded("BatchWriteItem", b"{}", answer)
    assert said.body == b'{"message":"%s"}' % rules.KEY_MISSING
    assert said.headers == [
        ("x-amzn-RequestId", "3"),
        ("Content-Length", str(len(said.body))),
        ("x-amz-crc32", str(crc32(said.body))),
    ]
    assert rules.worded("PutItem", b"{}", answer).body == body


@pytest.mark.parametrize(
    ("request_body", "status", "error"),
    [
        (b"{", 400, "SerializationException"),
        (b"", 400, "SerializationException"),
        (b"[]", 400, "SerializationException"),
        (b"{}", 500, "InternalFailure"),
    ],
)
def test_no_json_is_the_senders_error(request_body: bytes, status: int, error: str) -> None:
    """DynamoDB Local fails at a request that is no object of JSON; a failure at any other stays one."""
    said = rules.worded("PutItem", request_body, HttpResponse(500, [], b'{"__type":"a#InternalFailure"}'))
    assert (said.status, rules.error(said)) == (status, error)
