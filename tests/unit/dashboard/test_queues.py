import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from dashboard.queues import PAUSE, QueueContents, Queues, of_dead_letters, of_quarantine
from tests.unit.dashboard.given import NOON

if TYPE_CHECKING:
    from bootstrap.stacks import Stack
    from bootstrap.target import Target

pytestmark = pytest.mark.unit

NUMBER = 49680618942897707815899178956874569


def message(index: int, reason: str = "not-json", part: int = 1, parts: int = 1) -> tuple[str, str]:
    """Return a message of the handler's, with a part of a record."""
    cut = {"part": part, "parts": parts} if parts > 1 else {}
    body = {
        "version": 1,
        "reason": reason,
        "detail": "because",
        "shardId": "shardId-000000000000",
        "sequenceNumber": str(NUMBER + index),
        "partitionKey": "k",
        "arrival": NOON.timestamp() + index,
        "eventId": None if reason == "not-json" else f"event-{index}",
        "data": "e30=",
        **cut,
    }
    return f"{index}-{part}", json.dumps(body)


def letter(size: int) -> tuple[str, str]:
    """Return a dead letter of Lambda's."""
    body = {
        "requestContext": {
            "requestId": "r",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "timestamp": "2026-01-02T12:00:00.000Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000000",
            "startSequenceNumber": str(NUMBER),
            "endSequenceNumber": str(NUMBER + size),
            "approximateArrivalOfFirstRecord": "2026-01-02T11:59:00Z",
            "approximateArrivalOfLastRecord": "2026-01-02T11:59:01Z",
            "batchSize": size,
        },
    }
    return f"letter-{size}", json.dumps(body)


LARGE = [message(0, part=part, parts=7) for part in range(1, 8)]


def test_records_are_counted_not_messages() -> None:
    """A record in seven messages counts once, with its reason; records without an id go by their number."""
    contents = of_quarantine(9, [*LARGE, message(1, "bad-value"), message(2, "bad-value")])
    assert (contents.messages, contents.records) == (9, 3)
    assert contents.reasons == (("bad-value", 2), ("not-json", 1))
    assert [(entry.event, entry.reason) for entry in contents.newest] == [
        ("event-2", "bad-value"),
        ("event-1", "bad-value"),
        (str(NUMBER), "not-json"),
    ]


@pytest.mark.parametrize("messages", [LARGE[:6], [*LARGE, ("x", "{}")]])
def test_unsure_records_are_not_counted(messages: list[tuple[str, str]]) -> None:
    """Where a part is missing, or a message is somebody else's, no number of records is claimed."""
    assert of_quarantine(len(messages), messages).records is None


def test_messages_in_another_readers_hands() -> None:
    """Where fewer messages were read than there are, no number of records is claimed."""
    assert of_quarantine(8, LARGE).records is None


def test_records_of_dead_letters() -> None:
    """A dead letter counts for the records of its batch, and is asked for by its first."""
    contents = of_dead_letters(2, [letter(100), letter(30)])
    assert (contents.records, contents.reasons) == (130, (("RetryAttemptsExhausted", 130),))
    assert {entry.event for entry in contents.newest} == {str(NUMBER)}


class InventedSqs:
    """A target and its queues: one of quarantined records, one without anything."""

    def __init__(self, *, emulated: bool) -> None:
        self.emulated = emulated
        self.messages = [*LARGE, message(1)]
        self.hidden: set[str] = set()
        self.received = 0

    def client(self, _: str, **__: object) -> "InventedSqs":
        """Be the client."""
        return self

    def get_queue_attributes(self, QueueUrl: str, **_: object) -> Any:  # noqa: ANN401, N803  as SQS calls it
        """Count messages."""
        depth = len(self.messages) if QueueUrl == "quarantine" else 0
        return {"Attributes": {"ApproximateNumberOfMessages": str(depth)}}

    def receive_message(self, QueueUrl: str, **_: object) -> Any:  # noqa: ANN401, N803  as above
        """Give up to ten that are not hidden, and hide them."""
        self.received += 1
        seen = [each for each in self.messages if each[0] not in self.hidden][:10]
        if QueueUrl != "quarantine":
            return {}
        self.hidden |= {each[0] for each in seen}
        return {"Messages": [{"MessageId": name, "Body": body, "ReceiptHandle": name} for name, body in seen]}

    def change_message_visibility_batch(self, Entries: list[Any], **_: object) -> None:  # noqa: N803  as above
        """Show messages again."""
        self.hidden -= {entry["ReceiptHandle"] for entry in Entries}


def given(*, emulated: bool) -> tuple[Queues, InventedSqs]:
    """Return the queues of a stack, and SQS behind them."""
    sqs = InventedSqs(emulated=emulated)
    stack = type("Given", (), {"outputs": {"QuarantineUrl": "quarantine", "DeadLetterUrl": "dead"}})()
    return Queues(cast("Target", sqs), cast("Stack", stack)), sqs


def test_emulators_queue_is_read_when_it_changed() -> None:
    """On an emulator a queue is read when its depth has changed, every ten seconds at most."""
    queues, sqs = given(emulated=True)
    assert queues.look(NOON).quarantine.records == 2
    assert sqs.hidden == set()
    received = sqs.received
    assert queues.look(NOON + 2 * PAUSE).quarantine.records == 2
    assert sqs.received == received
    sqs.messages.append(message(2))
    assert queues.look(NOON + 3 * PAUSE).quarantine.records == 3
    sqs.messages.append(message(3))
    assert queues.look(NOON + 3 * PAUSE + timedelta(seconds=5)).quarantine.records is None
    assert queues.look(NOON + 4 * PAUSE).quarantine.records == 4


def test_accounts_queue_is_read_when_it_is_asked_for() -> None:
    """On an account nothing is hidden from other readers until somebody asks; then once."""
    queues, sqs = given(emulated=False)
    assert queues.look(NOON).quarantine == QueueContents(8, None)
    assert queues.look(NOON + 9 * PAUSE).unread
    assert sqs.received == 0
    queues.ask()
    assert queues.look(NOON + 10 * PAUSE).quarantine.records == 2
    assert sqs.received > 0


def test_emptied_queue() -> None:
    """When a queue is empty again nothing of it is shown."""
    queues, sqs = given(emulated=True)
    queues.look(NOON)
    sqs.messages = []
    assert queues.look(NOON + 2 * PAUSE).quarantine == QueueContents()
