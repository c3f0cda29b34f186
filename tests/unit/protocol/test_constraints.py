"""The form of a request: AWS's ValidationException and SerializationException, word for word."""

import binascii
from base64 import b64decode, b64encode
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.protocol.errors import RequestError
from tailrace.protocol.jsontypes import decoded_length, need_blob
from tests.unit.kinesis.stage import checker, encoded

pytestmark = pytest.mark.unit

NUMBER = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"


def refusal(operation: str, body: object) -> tuple[str, str]:
    """Give the code and the text with which a request is refused."""
    with pytest.raises(RequestError) as caught:
        checker().check(operation, body)
    return caught.value.code, caught.value.message


def violations(operation: str, **request: Any) -> list[str]:  # noqa: ANN401  as JSON has it
    """Give the violations that a ValidationException lists."""
    code, text = refusal(operation, request)
    assert code == "ValidationException"
    head, _, listed = text.partition(" detected: ")
    found = listed.split("; ")
    assert head == f"{len(found)} validation error{'s' if len(found) > 1 else ''}"
    return [one.replace(" failed to satisfy constraint: Member must", ":") for one in found]


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("CreateStream", {}, ["Value null at 'streamName': not be null"]),
        (
            "CreateStream",
            {"StreamName": "", "ShardCount": 0},
            [
                "Value '' at 'streamName': satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                "Value '' at 'streamName': have length greater than or equal to 1",
                "Value '0' at 'shardCount': have value greater than or equal to 1",
            ],
        ),
        (
            "CreateStream",
            {"StreamName": "a", "StreamModeDetails": {"StreamMode": "x"}},
            ["Value 'x' at 'streamModeDetails.streamMode': satisfy enum value set: [ON_DEMAND, PROVISIONED]"],
        ),
        (
            "GetShardIterator",
            {"StreamName": "a", "ShardId": "0", "ShardIteratorType": "x"},
            [
                (
                    "Value 'x' at 'shardIteratorType': satisfy enum value set:"
                    " [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"
                )
            ],
        ),
        (
            "GetRecords",
            {"ShardIterator": "x", "Limit": 10_001},
            ["Value '10001' at 'limit': have value less than or equal to 10000"],
        ),
        (
            "GetRecords",
            {"ShardIterator": "x", "Limit": 0},
            ["Value '0' at 'limit': have value greater than or equal to 1"],
        ),
        ("PutRecords", {"Records": []}, ["Value '[]' at 'records': have length greater than or equal to 1"]),
        ("PutRecords", {}, ["Value null at 'records': not be null"]),
        (
            "PutRecords",
            {"Records": [{"Data": "", "PartitionKey": "a"}, {}]},
            [
                "Value null at 'records.2.member.data': not be null",
                "Value null at 'records.2.member.partitionKey': not be null",
            ],
        ),
        (
            "PutRecord",
            {"Data": "", "PartitionKey": "a" * 257, "ExplicitHashKey": "-1"},
            [
                f"Value '{'a' * 257}' at 'partitionKey': have length less than or equal to 256",
                r"Value '-1' at 'explicitHashKey': satisfy regular expression pattern: ^(0|([1-9]\d{0,38}))$",
            ],
        ),
        (
            "PutRecord",
            {"Data": encoded("x" * 10_485_761), "PartitionKey": "a"},
            [
                (
                    "Value 'java.nio.HeapByteBuffer[pos=0 lim=10485761 cap=10485761]' at 'data':"
                    " have length less than or equal to 10485760"
                )
            ],
        ),
        (
            "DescribeStream",
            {"StreamName": "arn:aws:kinesis:us-east-1:111122223333:stream/a"},
            [
                (
                    "Value 'arn:aws:kinesis:us-east-1:111122223333:stream/a' at 'streamName':"
                    " satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
                )
            ],
        ),
        (
            "ListShards",
            {"StreamName": "a", "ShardFilter": {"ShardId": ""}},
            [
                "Value null at 'shardFilter.type': not be null",
                "Value '' at 'shardFilter.shardId': satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                "Value '' at 'shardFilter.shardId': have length greater than or equal to 1",
            ],
        ),
        (
            "AddTagsToStream",
            {"StreamName": "a", "Tags": {}},
            ["Value '{}' at 'tags': have length greater than or equal to 1"],
        ),
        (
            "AddTagsToStream",
            {"StreamName": "a", "Tags": {"k" * 129: "v"}},
            [
                (
                    f"Value '{{{'k' * 129}=v}}' at 'tags' failed to satisfy constraint:"
                    " Map keys must satisfy constraint:"
                    " [Member must have length less than or equal to 128,"
                    " Member must have length greater than or equal to 1]"
                )
            ],
        ),
        (
            "AddTagsToStream",
            {"StreamName": "a", "Tags": {"k": "v" * 257}},
            [
                (
                    f"Value '{{k={'v' * 257}}}' at 'tags' failed to satisfy constraint:"
                    " Map value must satisfy constraint:"
                    " [Member must have length less than or equal to 256,"
                    " Member must have length greater than or equal to 0]"
                )
            ],
        ),
        (
            "RemoveTagsFromStream",
            {"StreamName": "a", "TagKeys": ["b", ""]},
            [
                (
                    "Value '[b, ]' at 'tagKeys': satisfy constraint:"
                    " [Member must have length less than or equal to 128,"
                    " Member must have length greater than or equal to 1]"
                )
            ],
        ),
    ],
)
def test_violations_have_the_words_of_aws(
    operation: str, request_: dict[str, Any], expected: list[str]
) -> None:
    """Each constraint has its sentence, with the value and the place of the member."""
    assert violations(operation, **request_) == expected


def test_five_hundred_and_one_records_are_too_many() -> None:
    """PutRecords takes 500 entries and says so of one more."""
    entry = {"Data": "", "PartitionKey": "a"}
    assert checker().check("PutRecords", {"Records": [entry] * 500})
    [found] = violations("PutRecords", Records=[entry] * 501)
    assert found.startswith("Value '[com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@")
    assert found.endswith("]' at 'records': have length less than or equal to 500")


def test_lists_ten_violations_at_most() -> None:
    """Of many violations the first ten are named, and counted."""
    found = violations("PutRecords", Records=[{}] * 50)
    assert len(found) == 10
    assert found[-1] == "Value null at 'records.5.member.partitionKey': not be null"


def test_gives_the_members_that_are_not_null() -> None:
    """A null member is an absent one."""
    assert checker().check("DescribeStream", {"StreamName": "a", "Limit": None}) == {"StreamName": "a"}


@pytest.mark.parametrize(
    ("operation", "body", "text"),
    [
        ("CreateStream", {"StreamName": 1}, f"{NUMBER} can not be converted to an String"),
        ("CreateStream", {"StreamName": True}, "class java.lang.Boolean can not be converted to an String"),
        ("CreateStream", {"StreamName": []}, "Start of list found where not expected"),
        ("CreateStream", {"StreamName": {}}, "Start of structure or map found where not expected."),
        ("CreateStream", {"ShardCount": "1"}, "class java.lang.String can not be converted to an Integer"),
        ("CreateStream", {"ShardCount": True}, "class java.lang.Boolean can not be converted to an Integer"),
        ("CreateStream", {"StreamModeDetails": "x"}, "Expected null"),
        ("CreateStream", {"StreamModeDetails": []}, "Start of list found where not expected"),
        ("AddTagsToStream", {"Tags": "x"}, "Expected map or null"),
        ("PutRecords", {"Records": "x"}, "Expected list or null"),
        ("PutRecords", {"Records": {}}, "Start of structure or map found where not expected."),
        ("DeleteStream", {"EnforceConsumerDeletion": "x"}, "'X' can not be converted to an Boolean"),
        ("DeleteStream", {"EnforceConsumerDeletion": 1}, f"{NUMBER} can not be converted to an Boolean"),
        (
            "GetShardIterator",
            {"ShardId": "0", "Timestamp": "x"},
            "class java.lang.String can not be converted to milliseconds since epoch",
        ),
        ("PutRecord", {"Data": 1}, f"{NUMBER} can not be converted to a Blob"),
        (
            "PutRecord",
            {"Data": "abc"},
            (
                "'abc' can not be converted to a Blob:"
                " Base64 encoded length is expected a multiple of 4 bytes but found: 3"
            ),
        ),
        (
            "PutRecord",
            {"Data": "a-=="},
            "'a-==' can not be converted to a Blob: Invalid Base64 character: '-'",
        ),
        (
            "PutRecord",
            {"Data": "YB=="},
            "'YB==' can not be converted to a Blob: Invalid last non-pad Base64 character dectected",
        ),
        ("PutRecord", [], "Start of list found where not expected"),
        ("PutRecord", None, "Expected null"),
    ],
)
def test_wrong_types_have_the_words_of_aws(operation: str, body: object, text: str) -> None:
    """What JSON cannot stand for is answered before any constraint, as AWS's own parser words it."""
    assert refusal(operation, body) == ("SerializationException", text)


@given(st.binary(max_size=200))
def test_base64_is_measured_as_what_it_stands_for(data: bytes) -> None:
    """The length of a blob is that of its bytes."""
    text = b64encode(data).decode()
    assert need_blob(text) == decoded_length(text) == len(data)


@given(st.text(st.sampled_from("AQgwEIMUbc19+/=-"), max_size=8))
def test_a_blob_is_the_one_way_to_write_its_bytes(text: str) -> None:
    """Exactly the texts that decoding and encoding give back are taken."""
    try:
        canonical = b64encode(b64decode(text, validate=True)).decode() == text
    except binascii.Error:
        canonical = False
    try:
        need_blob(text)
    except RequestError:
        assert not canonical
    else:
        assert canonical


def test_every_operation_of_the_model_can_be_checked() -> None:
    """The checker covers every operation of the service, those too that are refused."""
    model = botocore.session.get_session().get_service_model("kinesis")
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        if shape is not None and shape.required_members:
            assert refusal(name, {})[0] == "ValidationException"
        assert refusal(name, [])[0] == "SerializationException"
