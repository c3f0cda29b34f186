"""RegisterStreamConsumer, DeregisterStreamConsumer, DescribeStreamConsumer and ListStreamConsumers."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.consumers import Consumer
from tailrace.kinesis.errors import UnknownStream
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.kinesis.operations.tags import check_tags
from tailrace.kinesis.operations.tokens import read_token, token

DEFAULT_PAGE = 100
_CONSUMERS = "consumers"


def register_stream_consumer(call: Call, request: Request) -> Output:
    """Register a consumer; it is CREATING at first."""
    stream = call.stream_by_arn(request["StreamARN"])
    name, tags = request["ConsumerName"], request.get("Tags", {})
    check_tags(stream.name, stream.account, tags, {})
    if stream.status(call.now) == "CREATING":
        call.require_active(stream)
    consumer = stream.consumers.register(name, call.now, call.due(SlowChange.CONSUMER))
    consumer.tags.update(tags)
    return {"Consumer": _describe(consumer, call.now)}


def deregister_stream_consumer(call: Call, request: Request) -> Output:
    """Deregister a consumer; its subscriptions end."""
    consumer = call.consumer(request)
    stream = call.stream_by_arn(consumer.stream_arn)
    stream.consumers.deregister(consumer, call.now, call.due(SlowChange.DELETE))
    stream.wake()
    return None


def describe_stream_consumer(call: Call, request: Request) -> Output:
    """Describe a consumer."""
    consumer = call.consumer(request)
    described = _describe(consumer, call.now) | {"StreamARN": consumer.stream_arn}
    return {"ConsumerDescription": described}


def list_stream_consumers(call: Call, request: Request) -> Output:
    """List a page of a stream's consumers, in order of name."""
    stream = call.stream_by_arn(request["StreamARN"])
    if int(request.get("StreamCreationTimestamp", stream.created)) != stream.created:
        raise UnknownStream(stream.name, stream.account)  # it is another of that name that is meant
    after = read_token(_CONSUMERS, request["NextToken"], 1)[0] if "NextToken" in request else ""
    found = [one for one in stream.consumers.listed(call.now) if one.name > after]
    limit = int(request.get("MaxResults", DEFAULT_PAGE))
    answer: Request = {"Consumers": [_describe(one, call.now) for one in found[:limit]]}
    if len(found) > limit:
        answer["NextToken"] = token(_CONSUMERS, found[limit - 1].name)
    return answer


def _describe(consumer: Consumer, now: float) -> Request:
    return {
        "ConsumerName": consumer.name,
        "ConsumerARN": consumer.arn,
        "ConsumerStatus": consumer.life.status(now).value,
        "ConsumerCreationTimestamp": consumer.created,
    }
