"""A queue that listens to a pipeline's topic: what its alarms and its detector tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.frame.pipeline import Pipeline


@dataclass(frozen=True)
class Listener:
    """Somebody to whom the topic tells everything."""

    pipeline: Pipeline
    queue: str

    def heard(self) -> Iterator[str]:
        """Take the texts of the messages that have come."""
        sqs = self.pipeline.sqs
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                yield message["Body"]


@contextmanager
def listening(pipeline: Pipeline) -> Iterator[Listener]:
    """Subscribe a queue to the topic; queue and subscription go in the end."""
    queue = pipeline.sqs.create_queue(QueueName=f"{pipeline.stack.name}-heard")["QueueUrl"]
    found = pipeline.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns = pipeline.target.client("sns")
    subscription = sns.subscribe(
        TopicArn=pipeline["TopicArn"],
        Protocol="sqs",
        Endpoint=found["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    yield Listener(pipeline, queue)
    sns.unsubscribe(SubscriptionArn=subscription)
    pipeline.sqs.delete_queue(QueueUrl=queue)
