import json
from base64 import b64decode
from collections.abc import Sequence

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from handler.once.batches import Rejected
from handler.once.quarantine import Message, calls, send
from handler.once.quarantine import messages as messages_of
from handler.once.records import Reason
from tests.unit.handler.given import number, record

pytestmark = pytest.mark.unit


def refused(index: int, data: bytes = b"{", detail: str = "why", event_id: str | None = None) -> Rejected:
    """Return a refused record."""
    return Rejected(record(index, data), Reason.NOT_JSON, detail, event_id)


def test_a_message() -> None:
    """A message says what it was, where it came from and why it is here, with the bytes as they were put."""
    (message,) = messages_of(refused(0, b"\x00\xff", event_id="e-1"))
    assert message.sequence_number == number(0)
    assert json.loads(message.body) == {
        "version": 1,
        "reason": "not-json",
        "detail": "why",
        "shardId": "shardId-000000000006",
        "sequenceNumber": number(0),
        "partitionKey": "user_1",
        "arrival": 1_700_000_000.0,
        "eventId": "e-1",
        "data": "AP8=",
    }


def test_a_record_too_large_for_one_message() -> None:
    """A large record is cut into parts that can be put together again, each within SQS's old limit."""
    data = bytes(range(256)) * 4096
    parts = [json.loads(message.body) for message in messages_of(refused(0, data))]
    assert [(part["part"], part["parts"]) for part in parts] == [(at, 8) for at in range(1, 9)]
    assert b"".join(b64decode(part["data"]) for part in parts) == data
    assert all(len(message.body) <= 262_144 for message in messages_of(refused(0, data)))


def test_an_empty_record_has_a_message() -> None:
    """A record without data is quarantined like any other."""
    (message,) = messages_of(refused(0, b""))
    assert json.loads(message.body)["data"] == ""


def test_a_message_is_text_that_sqs_takes() -> None:
    """Whatever the key and the detail hold, a message is ASCII; a huge id is left out."""
    bad = Rejected(record(0, b"", "k\u0000\ufffe"), Reason.BAD_TEXT, "\ud800é", "i" * 3000)
    (message,) = messages_of(bad)
    assert message.body.isascii()
    body = json.loads(message.body)
    assert (body["detail"], body["eventId"], body["partitionKey"]) == ("\ud800é", None, "k\u0000\ufffe")


def test_calls_are_within_sqs_limits() -> None:
    """A call holds ten messages at most, and 256 KiB at most."""
    small = [Message(number(at), "x") for at in range(21)]
    assert [len(call) for call in calls(small)] == [10, 10, 1]
    large = [Message(number(at), "x" * 100_000) for at in range(5)]
    assert [len(call) for call in calls(large)] == [2, 2, 1]
    assert list(calls([])) == []


def test_a_record_is_sent_only_with_all_its_parts() -> None:
    """If one part of a record fails, the record counts as not sent; its neighbours do not."""
    sent: list[str] = []

    def queue(messages: Sequence[tuple[str, str]]) -> set[str]:
        sent.extend(body for _, body in messages)
        return {name for name, body in messages if json.loads(body).get("part") == 2}

    large = refused(1, b"x" * 200_000)
    assert send(queue, [refused(0), large, refused(2)]) == {number(1)}
    assert len(sent) == 4


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "Throttling"}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="https://fake"),
    ],
)
def test_a_call_that_fails_sends_none(error: Exception) -> None:
    """If a call fails its records are not sent; the other calls' are."""
    numbers = iter(range(2))

    def queue(messages: Sequence[tuple[str, str]]) -> set[str]:
        if next(numbers) == 0:
            raise error
        assert len(messages) == 2
        return set()

    every = [refused(at) for at in range(12)]
    assert send(queue, every) == {number(at) for at in range(10)}
