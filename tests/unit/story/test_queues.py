from typing import Any

import pytest

from tailrace.story.queues import HIDDEN, Queue

pytestmark = pytest.mark.unit


class Sqs:
    """A queue of SQS's: what is received is hidden, until it is shown again or deleted."""

    def __init__(self, count: int) -> None:
        self.there = [str(n) for n in range(count)]
        self.hidden: dict[str, int] = {}
        self.undeletable: set[str] = set()
        self.shown_again = False

    def receive_message(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401  the request's members
        """ReceiveMessage."""
        found = [each for each in self.there if each not in self.hidden][: asked["MaxNumberOfMessages"]]
        if self.shown_again and not found:  # the time is over: hidden ones show up again
            found = list(self.hidden)[:10]
        self.hidden |= dict.fromkeys(found, asked["VisibilityTimeout"])
        return {
            "Messages": [{"MessageId": each, "Body": f"b{each}", "ReceiptHandle": each} for each in found]
        }

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: ARG002, N803  AWS's names
        """DeleteMessageBatch."""
        failed = [entry for entry in Entries if entry["ReceiptHandle"] in self.undeletable]
        for entry in Entries:
            if entry not in failed:
                self.there.remove(entry["ReceiptHandle"])
        return {"Failed": [{"Id": entry["Id"]} for entry in failed]}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:  # noqa: ARG002, N803  AWS's names
        """ChangeMessageVisibilityBatch."""
        for entry in Entries:
            assert entry["VisibilityTimeout"] == 0
            del self.hidden[entry["ReceiptHandle"]]


def queue(sqs: Sqs) -> Queue:
    """Return our view of it."""
    client: Any = sqs
    return Queue(client, "url", 0)


def test_looking_shows_all_and_leaves_all() -> None:
    """Every message is given once, hidden meanwhile for a bounded time, and seen by all afterwards."""
    sqs = Sqs(25)
    ours = queue(sqs)
    assert [message.body for message in ours.receive()] == [f"b{n}" for n in range(25)]
    assert sqs.hidden == dict.fromkeys(sqs.there, HIDDEN)
    ours.show_again()
    assert (len(sqs.there), sqs.hidden) == (25, {})


def test_reading_ends_where_only_known_messages_show_up() -> None:
    """A queue so long that its first messages are visible again is not read for ever."""
    sqs = Sqs(3)
    sqs.shown_again = True
    assert len(list(queue(sqs).receive())) == 3


def test_what_is_deleted_is_not_shown_again() -> None:
    """Only the named messages go; one that could not be deleted is named, and still there."""
    sqs = Sqs(12)
    sqs.undeletable = {"4"}
    ours = queue(sqs)
    list(ours.receive())
    assert ours.delete([str(n) for n in range(11)]) == ["4"]
    assert sqs.there == ["4", "11"]
    ours.show_again()
    assert sqs.hidden.keys() == {str(n) for n in range(10) if n != 4} | {"10"}
