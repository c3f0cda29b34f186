"""ListStreams and ListShards."""

from typing import TYPE_CHECKING

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Shard, Stream
from tailrace.kinesis.errors import InvalidArgumentError, UnknownStream
from tailrace.kinesis.operations.describe import describe_shard
from tailrace.kinesis.operations.tokens import read_token, token

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_STREAMS = 100
DEFAULT_SHARDS = 1000
_STREAMS, _SHARDS = "streams", "shards"


def list_streams(call: Call, request: Request) -> Output:
    """List a page of the account's streams, in order of name."""
    after, given = request.get("ExclusiveStartStreamName"), request.get("NextToken")
    if after is not None and given is not None:
        raise InvalidArgumentError("ExclusiveStartStreamName and NextToken cannot be provided together.")
    if given is not None:
        (after,) = read_token(_STREAMS, given, 1)
    limit = int(request.get("Limit", DEFAULT_STREAMS))
    call.engine.sweep(call.now)
    streams = [s for s in call.engine.streams(call.account, call.region) if s.name > (after or "")]
    page = streams[:limit]
    answer: Request = {
        "StreamNames": [stream.name for stream in page],
        "HasMoreStreams": len(streams) > limit,
        "StreamSummaries": [_summary(stream, call.now) for stream in page],
    }
    if len(streams) > limit:
        answer["NextToken"] = token(_STREAMS, page[-1].name)
    return answer


def list_shards(call: Call, request: Request) -> Output:
    """List a page of a stream's shards, of all or of those that ShardFilter picks."""
    stream, after = _where(call, request)
    stream.trim(call.now)
    shards = [] if stream.status(call.now) == "CREATING" else list(stream.shards.values())
    if "ShardFilter" in request:
        shards = _filtered(call, request["ShardFilter"], stream, shards)
    shards = [shard for shard in shards if shard.shard_id > after]
    limit = int(request.get("MaxResults", DEFAULT_SHARDS))
    answer: Request = {"Shards": [describe_shard(shard) for shard in shards[:limit]]}
    if len(shards) > limit:
        answer["NextToken"] = token(_SHARDS, stream.arn, shards[limit - 1].shard_id)
    return answer


def _where(call: Call, request: Request) -> tuple[Stream, str]:
    given = request.get("NextToken")
    if given is None:
        stream = call.stream(request)
        if int(request.get("StreamCreationTimestamp", stream.created)) != stream.created:
            raise UnknownStream(stream.name, stream.account)  # it is another of that name that is meant
        return stream, request.get("ExclusiveStartShardId", "")
    if "ShardFilter" in request:
        raise InvalidArgumentError("NextToken and ShardFilter cannot be provided together.")
    arn, after = read_token(_SHARDS, given, 2)
    return call.stream_by_arn(arn), after


def _filtered(call: Call, wanted: Request, stream: Stream, shards: list[Shard]) -> list[Shard]:
    """Apply a ShardFilter; a ShardId given with any type acts as exclusive start."""
    kind, after = wanted["Type"], wanted.get("ShardId")
    if kind == "AFTER_SHARD_ID" and after is None:
        raise InvalidArgumentError("ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.")
    if kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        _check_moment(call, wanted, stream)
    horizon = max(stream.created, stream.horizon(call.now))
    begin = wanted["Timestamp"] if kind.endswith("_TIMESTAMP") else horizon
    picks: dict[str, Callable[[Shard], bool]] = {
        "AFTER_SHARD_ID": lambda _: True,
        "AT_LATEST": lambda shard: not shard.closed,
        "AT_TIMESTAMP": lambda shard: _open_at(shard, begin),
        "AT_TRIM_HORIZON": lambda shard: _open_at(shard, begin),
        "FROM_TIMESTAMP": lambda shard: _open_after(shard, begin),
        "FROM_TRIM_HORIZON": lambda shard: _open_after(shard, begin),
    }
    return [shard for shard in shards if picks[kind](shard) and shard.shard_id > (after or "")]


def _open_at(shard: Shard, moment: float) -> bool:
    """Tell whether a shard took records at a time, which may be the second of the stream's creation."""
    return int(shard.opened) <= moment and _open_after(shard, moment)


def _open_after(shard: Shard, moment: float) -> bool:
    return shard.closed_at is None or shard.closed_at > moment


def _check_moment(call: Call, wanted: Request, stream: Stream) -> None:
    moment = wanted.get("Timestamp")
    if moment is None:
        raise InvalidArgumentError(
            f"Timestamp must be provided when the ShardFilter Type is {wanted['Type']}."
        )
    if moment > call.now:
        raise InvalidArgumentError("ShardFilter Timestamp must not be greater than current time.")
    if moment < max(stream.created, call.now - stream.retention_hours * 3600):
        raise InvalidArgumentError("ShardFilter Timestamp cannot be older than TRIM_HORIZON of the stream.")


def _summary(stream: Stream, now: float) -> Request:
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": stream.status(now).value,
        "StreamModeDetails": {"StreamMode": stream.mode},
        "StreamCreationTimestamp": stream.created,
    }
