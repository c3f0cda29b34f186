"""SubscribeToShard."""

from tailrace.kinesis.call import Call, Request
from tailrace.kinesis.errors import ResourceInUseError, UnknownStream
from tailrace.kinesis.operations.describe import describe_child
from tailrace.kinesis.operations.read import behind, describe_record, find_shard, position
from tailrace.kinesis.subscriptions import Subscription, SubscriptionEvent


def subscribe_to_shard(call: Call, request: Request) -> Subscription:
    """Begin a subscription; whoever called pumps it."""
    consumer = call.consumer_by_arn(request["ConsumerARN"])
    stream = call.stream_by_arn(consumer.stream_arn)
    if stream.status(call.now) == "CREATING":
        raise UnknownStream(stream.name, stream.account)
    if (status := consumer.life.status(call.now)) != "ACTIVE":
        raise ResourceInUseError(
            f"Consumer {consumer.name} under stream {stream.name} not ACTIVE, instead in state {status}"
        )
    shard = find_shard(stream, request["ShardId"])
    starting = request["StartingPosition"]
    stream.trim(call.now)
    asked = {
        "ShardIteratorType": starting["Type"],
        "StartingSequenceNumber": starting.get("SequenceNumber"),
        "Timestamp": starting.get("Timestamp"),
    }
    place = position(call, {key: value for key, value in asked.items() if value is not None}, stream, shard)
    call.unless_dry(request)
    subscription = Subscription(stream, shard, place, call.now, consumer.name, lambda: consumer.life.ending)
    call.engine.subscriptions.begin(consumer.arn, subscription, call.now)
    return subscription


def describe_event(subscription: Subscription, event: SubscriptionEvent, now: float) -> Request:
    """Write a SubscribeToShardEvent; the last one of a shard has its children, and no continuation."""
    stream, shard = subscription.stream, subscription.shard
    written: Request = {
        "Records": [describe_record(record) for record in event.page.records],
        "MillisBehindLatest": _behind(subscription, event, now),
    }
    if event.continuation is None:
        return written | {"ChildShards": [describe_child(child) for child in stream.children(shard)]}
    return written | {"ContinuationSequenceNumber": event.continuation}


def _behind(subscription: Subscription, event: SubscriptionEvent, now: float) -> int:
    """Give the age of the position; behind the end of a shard that is the time since it was closed."""
    closed_at = subscription.shard.closed_at
    if event.continuation is None and closed_at is not None:
        return max(1, round(now - closed_at)) * 1000
    return behind(subscription.shard, event.page.following, now)
