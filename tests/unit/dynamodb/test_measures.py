"""What requests for items count in CloudWatch (8.3), and that nobody sees that they were asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.dynamodb.measures import RequestSample, asking, consumed, samples

pytestmark = pytest.mark.unit
PUT = b'{"TableName":"t","Item":{"id":{"S":"a"}}}'


def error(code: str) -> bytes:
    """Give an error as DynamoDB Local words it."""
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "Message": "no"}).encode()


@pytest.mark.parametrize(
    ("body", "asked", "already"),
    [
        (b'{"TableName":"t"}', b'{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}', False),
        (b' { "TableName":"t"}', b' {"ReturnConsumedCapacity":"TOTAL", "TableName":"t"}', False),
        (
            b'{"ReturnConsumedCapacity":"NONE","TableName":"t"}',
            b'{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}',
            False,
        ),
        (b'{"ReturnConsumedCapacity":"INDEXES"}', b'{"ReturnConsumedCapacity":"INDEXES"}', True),
        (b"{}", b"{}", True),
        (b"[{}]", b"[{}]", True),
        (b"", b"", True),
    ],
)
def test_every_request_asks(body: bytes, asked: bytes, already: bool) -> None:  # noqa: FBT001  a case of a table
    """A request is made to ask what it consumes, unless it does; what is no request stays as it is."""
    assert asking(body) == (asked, already)


@pytest.mark.parametrize(
    ("answer", "rest", "units"),
    [
        (b'{"ConsumedCapacity":{"TableName":"t","CapacityUnits":3.0}}', b"{}", {"t": 3.0}),
        (
            b'{"Items":[],"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"t"},"Count":0}',
            b'{"Items":[],"Count":0}',
            {"t": 0.5},
        ),
        (
            (
                b'{"ConsumedCapacity":[{"TableName":"a","CapacityUnits":4.0,"WriteCapacityUnits":4.0},'
                b'{"TableName":"b","CapacityUnits":2.0}],"Responses":[]}'
            ),
            b'{"Responses":[]}',
            {"a": 4.0, "b": 2.0},
        ),
        (b'{"UnprocessedItems": {}, "ConsumedCapacity": []}', b'{"UnprocessedItems": {}}', {}),
        (b'{"Item":{"ConsumedCapacity":{"N":"1"}}}', b'{"Item":{"ConsumedCapacity":{"N":"1"}}}', {}),
    ],
)
def test_the_answer_does_not_show_it(answer: bytes, rest: bytes, units: dict[str, float]) -> None:
    """What was consumed is taken out, wherever it stands, and no attribute is taken for it."""
    assert consumed(answer) == (rest, units)


@given(st.text())
def test_no_text_is_taken_for_it(text: str) -> None:
    """Whatever an item's text is, it stays in the answer."""
    for said in (text, '"ConsumedCapacity":{"TableName":"t","CapacityUnits":1.0}' + text):
        answer = json.dumps({"Item": {"ConsumedCapacity": {"S": said}}}).encode()
        assert consumed(answer) == (answer, {})


def test_success() -> None:
    """Units and latency of each table; reads are reads and writes are writes."""
    assert list(samples("PutItem", PUT, b"{}", {"t": 3.0}, 1.5)) == [
        RequestSample("ConsumedWriteCapacityUnits", 3.0, "Count", "t"),
        RequestSample("SuccessfulRequestLatency", 1.5, "Milliseconds", "t", "PutItem"),
    ]
    assert next(samples("Query", b"{}", b"{}", {"t": 0.5}, 1.5)).name == "ConsumedReadCapacityUnits"


def test_throttled() -> None:
    """One ThrottledRequests a request by table and operation, one throttle event an item by table."""
    transaction = json.dumps({"TransactItems": [{"Put": {"TableName": "t"}}, {"Delete": {"TableName": "t"}}]})
    refused = error("ProvisionedThroughputExceededException")
    assert list(samples("TransactWriteItems", transaction.encode(), refused, {}, 1.0)) == [
        RequestSample("ThrottledRequests", 1, "Count", "t", "TransactWriteItems"),
        RequestSample("WriteThrottleEvents", 2, "Count", "t"),
    ]


def test_a_batch_throttled_in_part() -> None:
    """Unprocessed items of a batch are throttle events, and no throttled request (unless it is all)."""
    answer = json.dumps({"UnprocessedItems": {"t": [{}, {}]}, "ConsumedCapacity": []}).encode()
    assert list(samples("BatchWriteItem", b"{}", answer, {}, 1.0)) == [
        RequestSample("WriteThrottleEvents", 2, "Count", "t")
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ConditionalCheckFailedException", RequestSample("ConditionalCheckFailedRequests", 1, table="t")),
        ("ValidationException", RequestSample("UserErrors", 1)),
        ("ResourceNotFoundException", RequestSample("UserErrors", 1)),
        ("InternalServerError", RequestSample("SystemErrors", 1, table="t", operation="PutItem")),
    ],
)
def test_errors(code: str, expected: RequestSample) -> None:
    """Each kind of error has its metric: of the table, of table and operation, or of the account."""
    assert list(samples("PutItem", PUT, error(code), {}, 1.0)) == [expected]
