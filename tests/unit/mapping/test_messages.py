"""The on-failure message, as AWS words it."""

import json
from typing import Any

import pytest

from tailrace.mapping.event import Source
from tailrace.mapping.messages import body, message, object_key, timestamp, with_payload
from tailrace.mapping.rules.actions import Condition, Discard
from tailrace.mapping.rules.answers import InvocationResult
from tailrace.mapping.rules.windows import Window, WindowView
from tests.unit.mapping.history import Item

pytestmark = pytest.mark.unit
SOURCE = Source(
    "arn:aws:kinesis:us-east-1:1111:stream/s", "us-east-1", "shardId-000000000000", "arn:aws:iam::1111:role/r"
)
FUNCTION = "arn:aws:lambda:us-east-1:1111:function:f"
FIRST, LAST = Item("10", 1789810027.822), Item("12", 1789810028.0)


def discard(condition: Condition, answer: InvocationResult | None) -> Discard[Any]:
    """Give up two records after three tries."""
    return Discard((FIRST, LAST), condition, "0d8f0e8a-4b1f-4a5c-9d0e-3f1c2b7a9e55", 3, answer)


def test_retries_exhausted() -> None:
    """The whole message, key for key, as recorded."""
    written = message(
        SOURCE, FUNCTION, discard(Condition.RETRIES, InvocationResult("$LATEST", "Unhandled")), 1789810029.267
    )
    assert body(written) == (
        '{"requestContext":{"requestId":"0d8f0e8a-4b1f-4a5c-9d0e-3f1c2b7a9e55",'
        '"functionArn":"arn:aws:lambda:us-east-1:1111:function:f",'
        '"condition":"RetryAttemptsExhausted","approximateInvokeCount":3},'
        '"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},'
        '"version":"1.0","timestamp":"2026-09-19T09:27:09.267Z",'
        '"KinesisBatchInfo":{"shardId":"shardId-000000000000","startSequenceNumber":"10","endSequenceNumber":"12",'
        '"approximateArrivalOfFirstRecord":"2026-09-19T09:27:07.822Z",'
        '"approximateArrivalOfLastRecord":"2026-09-19T09:27:08.000Z",'
        '"batchSize":2,"streamArn":"arn:aws:kinesis:us-east-1:1111:stream/s"}}'
    )


def test_partial_failure() -> None:
    """A batch that the function failed in part says functionError null, not nothing."""
    written = message(SOURCE, FUNCTION, discard(Condition.RETRIES, InvocationResult("$LATEST", None)), 0.0)
    assert written["responseContext"]["functionError"] is None


def test_no_answer() -> None:
    """Without an answer, as for too old records and too large events, there is no responseContext."""
    written = message(SOURCE, FUNCTION, discard(Condition.AGE, None), 0.0)
    assert written["requestContext"]["condition"] == "RecordAgeExceeded"
    assert list(written) == ["requestContext", "version", "timestamp", "KinesisBatchInfo"]


def test_timestamps_have_milliseconds() -> None:
    """Times have three digits of a second, also where these are zero or the float is not exact."""
    assert timestamp(0.0) == "1970-01-01T00:00:00.000Z"
    assert timestamp(1545084650.9870001) == "2018-12-17T22:10:50.987Z"
    assert timestamp(1545084650.001) == "2018-12-17T22:10:50.001Z"


def test_payload() -> None:
    """A bucket gets the event in the message, as a string of JSON."""
    written = with_payload({"version": "1.0"}, b'{"Records":[]}')
    assert json.loads(body(written))["payload"] == '{"Records":[]}'


def test_object_key() -> None:
    """The object is named by mapping, shard, day and second."""
    key = object_key("a-mapping", "shardId-000000000000", 1789810029.267, "unique")
    assert key == "aws/lambda/a-mapping/shardId-000000000000/2026/09/19/2026-09-19T09.27.09-unique"


def test_a_consumers_message() -> None:
    """Of a consumer the message names the consumer's ARN as its stream (recorded)."""
    arn = f"{SOURCE.stream_arn}/consumer/app:1789780000"
    written = message(SOURCE._replace(stream_arn=arn), FUNCTION, discard(Condition.AGE, None), 0.0)
    assert written["KinesisBatchInfo"]["streamArn"] == arn


def test_a_windows_message() -> None:
    """A window is told of; its last invocation, without records, names shard and stream alone (recorded)."""
    view = WindowView(Window(60.0, 120.0), "{}", final=True, early=False)
    given_up: Discard[Any] = Discard(
        (), Condition.RETRIES, "id", 1, InvocationResult("$LATEST", "Unhandled"), view
    )
    written = message(SOURCE, FUNCTION, given_up, 0.0)
    assert written["KinesisBatchInfo"] == {
        "shardId": "shardId-000000000000",
        "streamArn": "arn:aws:kinesis:us-east-1:1111:stream/s",
    }
    assert written["timeWindowInfo"] == {
        "window": {"start": "1970-01-01T00:01:00Z", "end": "1970-01-01T00:02:00Z"},
        "isFinalInvokeForWindow": True,
        "isWindowTerminatedEarly": False,
    }
