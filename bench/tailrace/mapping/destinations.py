"""On-failure destinations, reached through LocalStack's internal clients."""

import uuid
from typing import Any

from localstack.services.lambda_.event_source_mapping.pipe_utils import get_internal_client
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import get_queue_url
from localstack.utils.aws.arns import s3_bucket_name

from tailrace.mapping.messages import body, object_key, with_payload


def deliver(destination: str, message: dict[str, Any], event: bytes, mapping: str, now: float) -> None:
    """Send the message to a queue or topic, or put it with the event into a bucket.

    Raises botocore's errors if the destination does not take it.
    """
    service = destination.split(":")[2]
    client = get_internal_client(destination)
    if service == "sqs":
        client.send_message(QueueUrl=get_queue_url(destination), MessageBody=body(message))
    elif service == "sns":
        client.publish(TopicArn=destination, Message=body(message))
    else:
        shard_id = message["KinesisBatchInfo"]["shardId"]
        key = object_key(mapping, shard_id, now, str(uuid.uuid4()))
        written = body(with_payload(message, event)).encode()
        client.put_object(
            Bucket=s3_bucket_name(destination), Key=key, Body=written, ContentType="application/octet-stream"
        )
