"""A queue, read without losing anything of it.

SQS has no way to look at a queue: who reads takes. So a message is received, which hides it from others for
a while, and shown again as soon as all has been seen. Nothing is deleted but by `delete`. If this process
dies, the messages show up again by themselves after `HIDDEN` seconds. What rises is a message's receive
count; no queue of the stack moves a message for that.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

HIDDEN = 120
"""Seconds for which a message that was received is hidden."""
MOST = 10
"""Messages in one request."""


class ReceivedMessage(NamedTuple):
    """A message in our hands."""

    id: str
    body: str
    receipt: str


class Queue:
    """One queue; `wait` is how many seconds SQS may look for messages before it says that there are none.

    On AWS a queue is spread over many servers, and a request that does not wait asks only some of them.
    """

    def __init__(self, sqs: "SQSClient", url: str, wait: int) -> None:
        self._sqs = sqs
        self._url = url
        self._wait = wait
        self._received: dict[str, ReceivedMessage] = {}

    def receive(self) -> Iterator[ReceivedMessage]:
        """Give every message that can be seen, each once; they stay hidden until they are shown again."""
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=MOST,
                VisibilityTimeout=HIDDEN,
                WaitTimeSeconds=self._wait,
            )
            found = [
                ReceivedMessage(each["MessageId"], each["Body"], each["ReceiptHandle"])
                for each in answer.get("Messages", [])
            ]
            new = [message for message in found if message.id not in self._received]
            self._received.update((message.id, message._replace(body="")) for message in found)
            if not new:  # none is left; or only what has shown up again, because this takes so long
                return
            yield from new

    def depth(self) -> int:
        """Count the messages, those in somebody's hands too; approximately, says SQS."""
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(map(int, attributes.values()))

    def delete(self, ids: Iterable[str]) -> list[str]:
        """Delete messages for good; return the ids of those that could not be deleted."""
        failed: list[str] = []
        for group in batched(ids, MOST):
            answer = self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": self._received[each].receipt}
                    for index, each in enumerate(group)
                ],
            )
            refused = [group[int(entry["Id"])] for entry in answer.get("Failed", [])]
            failed += refused
            for each in set(group) - set(refused):
                del self._received[each]
        return failed

    def show_again(self) -> None:
        """Let others see every message in our hands. One that cannot be shown shows up by itself later."""
        for group in batched(self._received.values(), MOST):
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": message.receipt, "VisibilityTimeout": 0}
                    for index, message in enumerate(group)
                ],
            )
        self._received.clear()
