"""Where the messages of an on-failure destination lie, read without losing anything of them.

a queue     its messages
a topic     those of the queues that are subscribed to it: each has its copy
a bucket    the objects below the mapping's prefix, as Lambda names them
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, Protocol

from tailrace.arns import Arn
from tailrace.story.errors import StoryError
from tailrace.story.mappings import StreamMapping
from tailrace.story.queues import Queue

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sns import SNSClient
    from types_boto3_sqs import SQSClient

type MakeClient = Callable[[str], Any]
"""Makes the client of a service."""
MOST_OBJECTS = 1000
"""Objects in one request that deletes."""


class Place(Protocol):
    """Where messages lie. What was read stays hidden from other readers until `show_again`."""

    name: str
    """What it is, for a user."""

    def receive(self) -> Iterator[tuple[str, str]]:
        """Give id and body of each message."""

    def delete(self, ids: Iterable[str]) -> list[str]:
        """Delete messages for good; return the ids of those that could not be deleted."""

    def show_again(self) -> None:
        """Let others see what was read and not deleted."""

    def depth(self) -> int:
        """Count the messages, those in another reader's hands too, without reading any."""


def place_of(mapping: StreamMapping, client: MakeClient) -> Place:
    """Return where a mapping's dead letters lie. Raises `StoryError` where they lie nowhere."""
    destination = mapping.settings.destination
    if not destination:
        raise StoryError(
            f"The mapping {mapping} has no on-failure destination: a batch that it gives up is lost. Give it "
            "a DestinationConfig with a queue, a topic or a bucket."
        )
    arn = Arn.of(destination)
    match arn.service:
        case "sqs":
            return QueueCopies(f"the queue {arn.name}", client("sqs"), [arn])
        case "sns":
            return QueueCopies(
                f"the topic {arn.name}", client("sqs"), list(_subscribed(client("sns"), destination))
            )
        case "s3":
            return Bucket(client("s3"), arn.name, f"aws/lambda/{mapping.uuid}/")
        case _:
            raise StoryError(
                f"The mapping {mapping} sends its dead letters to {destination}, which cannot be read."
            )


class QueueCopies:
    """The messages of queues. Copies of one message are one message, in as many queues as have it."""

    def __init__(self, name: str, sqs: "SQSClient", arns: Sequence[Arn]) -> None:
        self.name = name
        self._queues = [_queue(sqs, arn) for arn in arns]
        self._copies: dict[str, list[tuple[Queue, str]]] = {}

    def receive(self) -> Iterator[tuple[str, str]]:
        """Give id and body of each message."""
        for queue in self._queues:
            for message in queue.receive():
                body = unwrapped(message.body)
                known = self._copies.setdefault(body, [])
                known.append((queue, message.id))
                if len(known) == 1:
                    yield body, body

    def delete(self, ids: Iterable[str]) -> list[str]:
        """Delete messages with all their copies; return the ids of those that could not be deleted."""
        return [
            each
            for each in ids
            if any([queue.delete([message]) for queue, message in self._copies.pop(each, [])])  # noqa: C419  all of them
        ]

    def show_again(self) -> None:
        """Let others see what was read and not deleted."""
        for queue in self._queues:
            queue.show_again()

    def depth(self) -> int:
        """Count the messages of the queue that has the most: each queue of a topic has its copies."""
        return max(queue.depth() for queue in self._queues)


def unwrapped(body: str) -> str:
    """Take a message out of the envelope in which a topic hands it to a queue.

    >>> unwrapped('{"Type": "Notification", "TopicArn": "arn:…", "Message": "hello"}'), unwrapped("hello")
    ('hello', 'hello')
    """
    try:
        envelope = json.loads(body)
        wrapped = envelope["Type"] == "Notification" and "TopicArn" in envelope
        return str(envelope["Message"]) if wrapped else body
    except (ValueError, KeyError, TypeError):
        return body


class Bucket:
    """The objects below a prefix. Who reads takes nothing: an object stays until it is deleted."""

    def __init__(self, s3: "S3Client", bucket: str, prefix: str) -> None:
        self.name = f"the bucket {bucket}, below {prefix}"
        self._s3, self._bucket, self._prefix = s3, bucket, prefix

    def receive(self) -> Iterator[tuple[str, str]]:
        """Give key and text of each object, in the order of the keys."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        ):
            for found in page.get("Contents", []):
                body = self._s3.get_object(Bucket=self._bucket, Key=found["Key"])["Body"].read()
                yield found["Key"], body.decode(errors="replace")

    def delete(self, ids: Iterable[str]) -> list[str]:
        """Delete objects; return the keys of those that could not be deleted."""
        failed = []
        for group in batched(ids, MOST_OBJECTS):
            asked: Any = {"Objects": [{"Key": key} for key in group], "Quiet": True}
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete=asked)
            failed += [error["Key"] for error in answer.get("Errors", [])]
        return failed

    def show_again(self) -> None:
        """Nothing was hidden."""

    def depth(self) -> int:
        """Count the objects."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        return sum(page.get("KeyCount", 0) for page in pages)


def _queue(sqs: "SQSClient", arn: Arn) -> Queue:
    try:
        url = sqs.get_queue_url(QueueName=arn.name, QueueOwnerAWSAccountId=arn.account)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        raise StoryError(f"The queue {arn.name} is not there any more.") from None
    return Queue(sqs, url, wait=0)


def _subscribed(sns: "SNSClient", topic: str) -> Iterator[Arn]:
    """Give the queues that keep what a topic is sent."""
    found = [
        Arn.of(subscription["Endpoint"])
        for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        for subscription in page["Subscriptions"]
        if subscription["Protocol"] == "sqs"
    ]
    if not found:
        raise StoryError(
            f"No queue is subscribed to the topic {topic}: it keeps nothing, so its messages are gone. "
            "Subscribe a queue, or name one as the mapping's destination."
        )
    yield from found
