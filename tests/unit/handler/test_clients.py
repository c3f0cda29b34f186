import json
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError
from botocore.session import get_session

from handler.once import clients
from handler.once.batches import Findings, plan
from handler.once.counting import counted
from handler.once.metrics import MetricSeries, MetricSums, Sample
from handler.once.settings import FunctionSettings
from handler.once.store import CancelledError, InvalidError, Moment, Receipt, TransientError
from tests.unit.handler.given import event, read

pytestmark = pytest.mark.unit

type Answer = tuple[int, dict[str, Any]] | Exception


class Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Give the body."""
        yield self._body


class Wire:
    """What goes out of the clients: requests are kept here and answered instead of sent."""

    def __init__(self, *answers: Answer, then: Answer = (200, {})) -> None:
        self.requests: list[Any] = []
        self._answers = iter([*answers, *repeat(then, 20)])
        core = get_session()
        core.set_credentials("AKIDEXAMPLE", "secret")
        core.set_config_variable("region", "eu-central-1")
        send: Any = self._send  # the stubs know no hook that answers
        core.register("before-send", send)
        self.services = clients.services(SETTINGS, core)

    def _send(self, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401  botocore's prepared request
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return AWSResponse(request.url, status, HTTPHeaders(), Raw(json.dumps(body).encode()))


SETTINGS = FunctionSettings("results", "ledger", "https://sqs.example/q", "RealTimeAnalytics", 30)


def write(wire: Wire) -> None:
    """Write one event through the store."""
    tally = MetricSums()
    tally.add(Sample(MetricSeries("EventsProcessed")))
    receipt = Receipt("0" * 32, "holder", tally, Moment(1_700_000_000_123_456_789))
    steps = plan([read(event(0, "e-1", v=1.10))], Findings(), receipt.id)
    _, sums = counted(steps, receipt.written)
    wire.services.store.write(steps, sums, receipt)


def test_a_transaction_goes_out_as_it_was_written() -> None:
    """The request's body is the store's own text, signed, with the conditions, totals and receipt."""
    wire = Wire()
    write(wire)
    (request,) = wire.requests
    assert request.url == "https://dynamodb.eu-central-1.amazonaws.com/"
    assert request.headers["X-Amz-Target"] == b"DynamoDB_20120810.TransactWriteItems"
    assert b"AWS4-HMAC-SHA256" in request.headers["Authorization"]
    body = json.loads(request.body)
    assert body["ClientRequestToken"] == "0" * 32
    first, totals, last = (act for action in body["TransactItems"] for act in action.values())
    assert totals["Key"] == {
        "pk": {"S": "totals#2023-11-14T22#2"},
        "sk": {"S": "2023-11-14T22:13#shardId-000000000006"},
    }
    assert first["TableName"] == "results"
    assert first["ConditionExpression"] == "attribute_not_exists(eventId)"
    assert first["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    assert first["Item"]["rawData"]["M"]["v"] == {"N": "1.1"}
    assert first["Item"]["appliedAt"] == {"N": "1700000000123456789"}
    assert last["TableName"] == "ledger"
    assert last["ConditionExpression"] == "attribute_not_exists(pk)"
    assert last["Item"] == {
        "pk": {"S": f"receipt#{'0' * 32}"},
        "sk": {"S": "receipt"},
        "holder": {"S": "holder"},
        "tally": {"S": '[["EventsProcessed","Count",[],"1","1","1","1"]]'},
        "writtenAt": {"N": "1700000000123"},
        "expiresAt": {"N": str(1_700_000_000 + 400 * 86400)},
    }


def test_a_repeated_call_carries_the_same_token() -> None:
    """Where an answer is lost, botocore repeats the very same transaction: no duplicate of itself."""
    wire = Wire(ConnectTimeoutError(endpoint_url="https://fake"), (500, {}))
    write(wire)
    assert len(wire.requests) == 3
    assert len({request.body for request in wire.requests}) == 1


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ValidationException", InvalidError),
        ("SerializationException", InvalidError),
        ("AccessDeniedException", TransientError),
        ("ResourceNotFoundException", TransientError),
        ("TransactionConflictException", TransientError),
    ],
)
def test_what_an_error_means(code: str, meaning: type[Exception]) -> None:
    """An error that the request itself is wrong is told from one that may pass."""
    wire = Wire((400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "why"}))
    with pytest.raises(meaning):
        write(wire)


def test_a_cancelled_transaction_says_why() -> None:
    """The reasons of a cancelled transaction arrive in order, with the old items."""
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"eventId": {"S": "e-1"}}}, {"Code": "None"}]
    error = {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"}
    wire = Wire((400, {**error, "CancellationReasons": reasons}))
    with pytest.raises(CancelledError) as caught:
        write(wire)
    assert caught.value.reasons == reasons


def test_a_dead_service_ends_within_bounds() -> None:
    """Four attempts at most, each bounded: a slow dependency cannot eat the function's five minutes."""
    wire = Wire(then=ConnectTimeoutError(endpoint_url="https://fake"))
    with pytest.raises(TransientError, match="ConnectTimeoutError"):
        write(wire)
    assert len(wire.requests) == clients.ATTEMPTS == 4
    assert 3 * clients.LONGEST_CALL < 300 / 2


def test_messages_go_out_in_one_call() -> None:
    """Messages are sent with their names, and the names of those that failed come back."""
    wire = Wire((200, {"Successful": [], "Failed": [{"Id": "1", "SenderFault": False, "Code": "x"}]}))
    assert wire.services.queue([("0", "body-0"), ("1", "body-1")]) == {"1"}
    (request,) = wire.requests
    entries = json.loads(request.body)
    assert entries["QueueUrl"] == "https://sqs.example/q"
    assert entries["Entries"] == [
        {"Id": "0", "MessageBody": "body-0"},
        {"Id": "1", "MessageBody": "body-1"},
    ]


def test_metrics_that_do_not_arrive() -> None:
    """PutMetricData that fails may pass."""
    tally = MetricSums()
    tally.add(Sample(MetricSeries("EventsProcessed")))
    wire = Wire(then=ConnectTimeoutError(endpoint_url="https://fake"))
    with pytest.raises(TransientError, match="PutMetricData: ConnectTimeoutError"):
        wire.services.publish(tally)
