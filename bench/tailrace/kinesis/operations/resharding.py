"""SplitShard, MergeShards and UpdateShardCount."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Shard, Stream
from tailrace.kinesis.errors import InvalidArgumentError, ResourceNotFoundError
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.kinesis.operations.create_stream import check_shard_limit
from tailrace.kinesis.topology import adjacent

MOST_RESIZES = 10  # in 24 hours


def split_shard(call: Call, request: Request) -> Output:
    """Split a shard at a hash key."""
    stream = call.active(request)
    shard, at = _open_shard(stream, request["ShardToSplit"]), int(request["NewStartingHashKey"])
    if not shard.keys.start + 1 < at < shard.keys.end:
        raise InvalidArgumentError(
            f"NewStartingHashKey {at} used in SplitShard() on shard {shard.shard_id} {_where(stream)} is not"
            f" both greater than one plus the shard's StartingHashKey {shard.keys.start} and less than the"
            f" shard's EndingHashKey {shard.keys.end}."
        )
    check_shard_limit(call, stream, 1)
    stream.change(call.now, call.due(SlowChange.RESHARD))
    stream.split(shard, at, call.now)
    return None


def merge_shards(call: Call, request: Request) -> Output:
    """Merge two shards that lie side by side."""
    stream = call.active(request)
    one = _open_shard(stream, request["ShardToMerge"])
    other = _open_shard(stream, request["AdjacentShardToMerge"])
    if not adjacent(one.keys, other.keys):
        raise InvalidArgumentError(
            f"Shards {one.shard_id} and {other.shard_id} {_where(stream)} are not an adjacent pair of shards"
            " eligible for merging"
        )
    stream.change(call.now, call.due(SlowChange.RESHARD))
    stream.merge(one, other, call.now)
    return None


def update_shard_count(call: Call, request: Request) -> Output:
    """Give a stream so many shards of equal ranges, by AWS's own steps."""
    stream, target = call.stream(request), int(request["TargetShardCount"])
    current = len(stream.open_shards())
    answer = {
        "StreamName": stream.name,
        "CurrentShardCount": current,
        "TargetShardCount": target,
        "StreamARN": stream.arn,
    }
    call.require_active(stream)
    if stream.mode == "ON_DEMAND":
        raise InvalidArgumentError(
            f"Request is invalid. Stream {stream.name} under account {stream.account} is in On-Demand mode."
        )
    if target == current:
        return answer
    if target > 2 * current or target < current // 2:
        raise InvalidArgumentError(
            f"UpdateShardCount cannot go from {current} shards to {target}: no more than double, and no less"
            " than half of them."
        )
    check_shard_limit(call, stream, target - current)
    call.begin(stream, SlowChange.RESHARD, MOST_RESIZES)
    stream.resize(target, call.now)
    return answer


def _where(stream: Stream) -> str:
    return f"in stream {stream.name} under account {stream.account}"


def _open_shard(stream: Stream, shard_id: str) -> Shard:
    shard = stream.shards.get(shard_id)
    if shard is None:
        raise ResourceNotFoundError(f"Could not find shard {shard_id} {_where(stream)}.")
    if shard.closed:
        raise InvalidArgumentError(
            f"Shard {shard_id} {_where(stream)} has already been merged or split,"
            " and thus is not eligible for merging or splitting."
        )
    return shard
