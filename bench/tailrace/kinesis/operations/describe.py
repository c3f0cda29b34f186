"""DescribeStream, DescribeStreamSummary and DescribeLimits."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.shards import Shard
from tailrace.kinesis.streams import Stream

DEFAULT_PAGE = 100


def describe_stream(call: Call, request: Request) -> Output:
    """Describe a stream and a page of its shards; none are shown while it is being created."""
    stream = call.stream(request)
    stream.trim(call.now)
    shards = [] if stream.status(call.now) == "CREATING" else list(stream.shards.values())
    after = request.get("ExclusiveStartShardId", "")
    shards = [shard for shard in shards if shard.shard_id > after]
    limit = int(request.get("Limit", DEFAULT_PAGE))
    return {
        "StreamDescription": {
            **_common(stream, call.now),
            "Shards": [describe_shard(shard) for shard in shards[:limit]],
            "HasMoreShards": len(shards) > limit,
        }
    }


def describe_stream_summary(call: Call, request: Request) -> Output:
    """Describe a stream without its shards."""
    stream = call.stream(request)
    summary = {
        **_common(stream, call.now),
        "StreamId": stream.stream_id,
        "ConsumerCount": len(stream.consumers.listed(call.now)),
        "ChannelCount": 0,
        "QueueCount": 0,
        "MaxRecordSizeInKiB": stream.max_record_kib,
    }
    if stream.status(call.now) in ("ACTIVE", "UPDATING"):
        summary["OpenShardCount"] = len(stream.open_shards())
    if stream.mode == "ON_DEMAND":
        summary["RecordDistributionStrategy"] = "USER_PARTITION_KEY"
    return {"StreamDescriptionSummary": summary}


def describe_limits(call: Call, _request: Request) -> Output:
    """Tell how many shards and streams there are, and may be; on-demand streams' shards do not count."""
    streams = call.engine.streams(call.account, call.region)
    provisioned = [stream for stream in streams if stream.mode == "PROVISIONED"]
    shard_limit, on_demand_limit = call.count_limits
    return {
        "ShardLimit": shard_limit,
        "OpenShardCount": sum(len(stream.open_shards()) for stream in provisioned),
        "OnDemandStreamCount": len(streams) - len(provisioned),
        "OnDemandStreamCountLimit": on_demand_limit,
        "ChannelCount": 0,
        "ChannelCountLimit": 100,
    }


def describe_shard(shard: Shard) -> Request:
    """Describe a shard as DescribeStream and ListShards do."""
    numbers = {"StartingSequenceNumber": shard.starting_sequence_number}
    if shard.ending_sequence_number is not None:
        numbers["EndingSequenceNumber"] = shard.ending_sequence_number
    parents = dict(zip(("ParentShardId", "AdjacentParentShardId"), shard.parents, strict=False))
    return {
        "ShardId": shard.shard_id,
        **parents,
        "HashKeyRange": {"StartingHashKey": str(shard.keys.start), "EndingHashKey": str(shard.keys.end)},
        "SequenceNumberRange": numbers,
    }


def describe_child(shard: Shard) -> Request:
    """Describe a shard as its ended parent does."""
    return {
        "ShardId": shard.shard_id,
        "ParentShards": list(shard.parents),
        "HashKeyRange": {"StartingHashKey": str(shard.keys.start), "EndingHashKey": str(shard.keys.end)},
    }


def _common(stream: Stream, now: float) -> Request:
    common = {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": stream.status(now).value,
        "StreamModeDetails": {"StreamMode": stream.mode},
        "RetentionPeriodHours": stream.retention_hours,
        "StreamCreationTimestamp": stream.created,
        "EnhancedMonitoring": [{"ShardLevelMetrics": list(stream.monitored)}],
        "EncryptionType": "KMS" if stream.key_id else "NONE",
    }
    return common | {"KeyId": stream.key_id} if stream.key_id else common
