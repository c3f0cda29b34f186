"""Single entries that fail: the rest of the request is done, the answer names the failures."""

from typing import Any

import pytest

from tailrace.faults import entries

pytestmark = pytest.mark.unit

WORDS = {"account": "000000000000", "resource": "clicks"}


def test_records_of_a_stream() -> None:
    """The others are put; the answer has a failure in each one's own place, in AWS's words."""
    request = {"StreamName": "clicks", "Records": [{"Data": "YQ=="}, {"Data": "Yg=="}, {"Data": "Yw=="}]}
    assert entries.contents("kinesis.PutRecords", request) == (
        b'{"Data": "YQ=="} a',
        b'{"Data": "Yg=="} b',
        b'{"Data": "Yw=="} c',
    )
    left = entries.left("kinesis.PutRecords", request, {1})
    assert left == {"StreamName": "clicks", "Records": [{"Data": "YQ=="}, {"Data": "Yw=="}]}
    done = {"FailedRecordCount": 0, "Records": [{"SequenceNumber": "1"}, {"SequenceNumber": "2"}]}
    assert entries.with_failures("kinesis.PutRecords", request, {1}, done, "", WORDS) == {
        "FailedRecordCount": 1,
        "Records": [
            {"SequenceNumber": "1"},
            {
                "ErrorCode": "ProvisionedThroughputExceededException",
                "ErrorMessage": "Rate exceeded for shard shardId-000000000000 in stream clicks"
                " under account 000000000000.",
            },
            {"SequenceNumber": "2"},
        ],
    }


def test_no_entry_is_left() -> None:
    """Where all fail, nothing is asked, and the answer has every failure."""
    request = {"Records": [{"Data": "YQ=="}]}
    assert entries.left("kinesis.PutRecords", request, {0}) is None
    with_failures = entries.with_failures("kinesis.PutRecords", request, {0}, None, "InternalFailure", WORDS)
    failure = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure."}
    assert with_failures == {"FailedRecordCount": 1, "Records": [failure]}


def test_items_of_tables() -> None:
    """What fails of a batch of writes is unprocessed, table by table, beside what DynamoDB did not do."""
    one, two, three = ({"PutRequest": {"Item": {"id": {"S": name}}}} for name in "abc")
    request = {"RequestItems": {"first": [one, two], "second": [three]}}
    assert entries.left("dynamodb.BatchWriteItem", request, {0, 2}) == {"RequestItems": {"first": [two]}}
    answer: dict[str, Any] = {"UnprocessedItems": {"first": [two]}}
    with_failures = entries.with_failures("dynamodb.BatchWriteItem", request, {0, 2}, answer, "", WORDS)
    assert with_failures == {"UnprocessedItems": {"first": [two, one], "second": [three]}}


def test_keys_of_tables() -> None:
    """What fails of a batch of reads is among the keys that were not processed, as they were asked for."""
    request = {"RequestItems": {"first": {"Keys": ["a", "b"], "ConsistentRead": True}}}
    with_failures = entries.with_failures("dynamodb.BatchGetItem", request, {0, 1}, None, "", WORDS)
    assert with_failures == {
        "Responses": {"first": []},
        "UnprocessedKeys": {"first": {"Keys": ["a", "b"], "ConsistentRead": True}},
    }


def test_messages_of_a_queue() -> None:
    """What fails of a batch of messages is named by its id."""
    request = {"QueueUrl": "q", "Entries": [{"Id": "x"}, {"Id": "y"}]}
    assert entries.left("sqs.SendMessageBatch", request, {0}) == {"QueueUrl": "q", "Entries": [{"Id": "y"}]}
    with_failures = entries.with_failures(
        "sqs.SendMessageBatch", request, {0}, {"Successful": [{"Id": "y"}]}, "", WORDS
    )
    failure = {"Id": "x", "SenderFault": False, "Code": "InternalError", "Message": "Internal error"}
    assert with_failures == {"Successful": [{"Id": "y"}], "Failed": [failure]}


def test_what_an_entry_holds() -> None:
    """Each entry of a batch is looked at by itself, in JSON and CBOR, those of DynamoDB by table."""
    items = {"a": [{"PutRequest": {"Item": {"id": {"S": "é"}}}}], "b": {"Keys": [{"id": {"N": "1"}}]}}
    assert entries.contents("dynamodb.BatchWriteItem", {"RequestItems": items}) == (
        '{"PutRequest": {"Item": {"id": {"S": "é"}}}}'.encode(),
        b'{"id": {"N": "1"}}',
    )
    assert entries.contents("dynamodb.TransactWriteItems", {"TransactItems": [{"Put": {}}]}) == (
        b'{"Put": {}}',
    )
    assert entries.contents("sqs.SendMessageBatch", {"Entries": [{"Id": "1"}]}) == (b'{"Id": "1"}',)
    assert entries.contents("kinesis.PutRecords", {"Records": [{"Data": b"r-1"}]}) == (
        b'{"Data": "ci0x"} r-1',
    )
    assert entries.contents("dynamodb.PutItem", {}) == ()
