"""The operations by name, and the way of a request through them."""

from collections.abc import Callable

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import LimitExceededError
from tailrace.kinesis.operations.account import (
    describe_account_settings,
    update_account_settings,
    update_max_record_size,
    update_stream_warm_throughput,
)
from tailrace.kinesis.operations.consumers import (
    deregister_stream_consumer,
    describe_stream_consumer,
    list_stream_consumers,
    register_stream_consumer,
)
from tailrace.kinesis.operations.create_stream import create_stream
from tailrace.kinesis.operations.delete_stream import delete_stream
from tailrace.kinesis.operations.describe import (
    describe_limits,
    describe_stream,
    describe_stream_summary,
)
from tailrace.kinesis.operations.encryption import start_stream_encryption, stop_stream_encryption
from tailrace.kinesis.operations.listing import list_shards, list_streams
from tailrace.kinesis.operations.monitoring import disable_enhanced_monitoring, enable_enhanced_monitoring
from tailrace.kinesis.operations.put import put_record, put_records
from tailrace.kinesis.operations.read import get_records, get_shard_iterator
from tailrace.kinesis.operations.refused import refuse_operation, refuse_parameters
from tailrace.kinesis.operations.resharding import merge_shards, split_shard, update_shard_count
from tailrace.kinesis.operations.resource_policies import (
    delete_resource_policy,
    get_resource_policy,
    put_resource_policy,
)
from tailrace.kinesis.operations.retention import (
    decrease_stream_retention_period,
    increase_stream_retention_period,
)
from tailrace.kinesis.operations.stream_mode import update_stream_mode
from tailrace.kinesis.operations.subscribe import subscribe_to_shard
from tailrace.kinesis.operations.tags import (
    add_tags_to_stream,
    list_tags_for_resource,
    list_tags_for_stream,
    remove_tags_from_stream,
    tag_resource,
    untag_resource,
)
from tailrace.kinesis.streams import OF_A_TABLE
from tailrace.kinesis.subscriptions import Subscription
from tailrace.protocol.constraints import Checker

type Operation = Callable[[Call, Request], Output | Subscription]

OPERATIONS: dict[str, Operation] = {
    "AddTagsToStream": add_tags_to_stream,
    "CreateStream": create_stream,
    "DecreaseStreamRetentionPeriod": decrease_stream_retention_period,
    "DeleteResourcePolicy": delete_resource_policy,
    "DeleteStream": delete_stream,
    "DeregisterStreamConsumer": deregister_stream_consumer,
    "DescribeAccountSettings": describe_account_settings,
    "DescribeLimits": describe_limits,
    "DescribeStream": describe_stream,
    "DescribeStreamConsumer": describe_stream_consumer,
    "DescribeStreamSummary": describe_stream_summary,
    "DisableEnhancedMonitoring": disable_enhanced_monitoring,
    "EnableEnhancedMonitoring": enable_enhanced_monitoring,
    "GetRecords": get_records,
    "GetResourcePolicy": get_resource_policy,
    "GetShardIterator": get_shard_iterator,
    "IncreaseStreamRetentionPeriod": increase_stream_retention_period,
    "ListShards": list_shards,
    "ListStreamConsumers": list_stream_consumers,
    "ListStreams": list_streams,
    "ListTagsForResource": list_tags_for_resource,
    "ListTagsForStream": list_tags_for_stream,
    "MergeShards": merge_shards,
    "PutRecord": put_record,
    "PutRecords": put_records,
    "PutResourcePolicy": put_resource_policy,
    "RegisterStreamConsumer": register_stream_consumer,
    "RemoveTagsFromStream": remove_tags_from_stream,
    "SplitShard": split_shard,
    "StartStreamEncryption": start_stream_encryption,
    "StopStreamEncryption": stop_stream_encryption,
    "SubscribeToShard": subscribe_to_shard,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateAccountSettings": update_account_settings,
    "UpdateMaxRecordSize": update_max_record_size,
    "UpdateShardCount": update_shard_count,
    "UpdateStreamMode": update_stream_mode,
    "UpdateStreamWarmThroughput": update_stream_warm_throughput,
}


def perform(checker: Checker, call: Call, name: str, body: object) -> Output | Subscription:
    """Check a request, first by the service's model and then by its meaning, and answer it.

    Raises RequestError, with AWS's words.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        raise refuse_operation(name)
    request = checker.check(name, body)
    refuse_parameters(request)
    counted = call.limited and not request.get("StreamName", "").startswith(OF_A_TABLE)
    if counted and not call.engine.calls.allow(call.account, call.region, name, request, call.now):
        raise LimitExceededError(f"Rate exceeded for account {call.account}.")
    return operation(call._replace(operation=name), request)
