"""The operations by name, and the way of a request through them."""

from collections.abc import Callable

from tailrace.kinesis.call import Answer, Call, Request
from tailrace.kinesis.operations.create_stream import create_stream
from tailrace.kinesis.operations.delete_stream import delete_stream
from tailrace.kinesis.operations.describe import (
    describe_limits,
    describe_stream,
    describe_stream_summary,
)
from tailrace.kinesis.operations.listing import list_shards, list_streams
from tailrace.kinesis.operations.put import put_record, put_records
from tailrace.kinesis.operations.read import get_records, get_shard_iterator
from tailrace.kinesis.operations.refused import refuse_operation, refuse_parameters
from tailrace.kinesis.operations.retention import (
    decrease_stream_retention_period,
    increase_stream_retention_period,
)
from tailrace.kinesis.operations.stream_mode import update_stream_mode
from tailrace.kinesis.operations.tags import (
    add_tags_to_stream,
    list_tags_for_resource,
    list_tags_for_stream,
    remove_tags_from_stream,
    tag_resource,
    untag_resource,
)
from tailrace.protocol.constraints import Checker

type Operation = Callable[[Call, Request], Answer]

OPERATIONS: dict[str, Operation] = {
    "AddTagsToStream": add_tags_to_stream,
    "CreateStream": create_stream,
    "DecreaseStreamRetentionPeriod": decrease_stream_retention_period,
    "DeleteStream": delete_stream,
    "DescribeLimits": describe_limits,
    "DescribeStream": describe_stream,
    "DescribeStreamSummary": describe_stream_summary,
    "GetRecords": get_records,
    "GetShardIterator": get_shard_iterator,
    "IncreaseStreamRetentionPeriod": increase_stream_retention_period,
    "ListShards": list_shards,
    "ListStreams": list_streams,
    "ListTagsForResource": list_tags_for_resource,
    "ListTagsForStream": list_tags_for_stream,
    "PutRecord": put_record,
    "PutRecords": put_records,
    "RemoveTagsFromStream": remove_tags_from_stream,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateStreamMode": update_stream_mode,
}


def perform(checker: Checker, call: Call, name: str, body: object) -> Answer:
    """Check a request, first by the service's model and then by its meaning, and answer it.

    Raises KinesisError, with AWS's words.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        raise refuse_operation(name)
    request = checker.check(name, body)
    refuse_parameters(request)
    return operation(call, request)
