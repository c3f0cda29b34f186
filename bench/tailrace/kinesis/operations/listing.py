"""ListStreams and ListShards."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from tailrace.kinesis.call import Answer, Call, Request
from tailrace.kinesis.engine import Shard, Stream
from tailrace.kinesis.errors import InvalidArgumentError, NotOfferedError, UnknownStream
from tailrace.kinesis.operations.describe import describe_shard

DEFAULT_STREAMS = 100
DEFAULT_SHARDS = 1000
_STREAMS, _SHARDS = "streams", "shards"


def list_streams(call: Call, request: Request) -> Answer:
    """List a page of the account's streams, in order of name."""
    after, token = request.get("ExclusiveStartStreamName"), request.get("NextToken")
    if after is not None and token is not None:
        raise InvalidArgumentError("ExclusiveStartStreamName and NextToken cannot be provided together.")
    if token is not None:
        (after,) = _read_token(_STREAMS, token, 1)
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
        answer["NextToken"] = _token(_STREAMS, page[-1].name)
    return answer


def list_shards(call: Call, request: Request) -> Answer:
    """List a page of a stream's shards, of all or of those that ShardFilter picks."""
    stream, after = _where(call, request)
    shards = [] if stream.status(call.now) == "CREATING" else list(stream.shards.values())
    stream.trim(call.now)
    if "ShardFilter" in request:
        shards = _filtered(call, request["ShardFilter"], stream, shards)
    shards = [shard for shard in shards if shard.shard_id > after]
    limit = int(request.get("MaxResults", DEFAULT_SHARDS))
    answer: Request = {"Shards": [describe_shard(shard) for shard in shards[:limit]]}
    if len(shards) > limit:
        answer["NextToken"] = _token(_SHARDS, stream.arn, shards[limit - 1].shard_id)
    return answer


def _where(call: Call, request: Request) -> tuple[Stream, str]:
    token = request.get("NextToken")
    if token is None:
        stream = call.stream(request)
        if int(request.get("StreamCreationTimestamp", stream.created)) != stream.created:
            raise UnknownStream(stream.name, stream.account)  # it is another of that name that is meant
        return stream, request.get("ExclusiveStartShardId", "")
    if "ShardFilter" in request:
        raise InvalidArgumentError("NextToken and ShardFilter cannot be provided together.")
    arn, after = _read_token(_SHARDS, token, 2)
    return call.stream_by_arn(arn), after


def _filtered(call: Call, wanted: Request, stream: Stream, shards: list[Shard]) -> list[Shard]:
    """Apply a ShardFilter. No shard is ever closed here yet, so most filters pick all."""
    kind, after = wanted["Type"], wanted.get("ShardId")
    if kind == "AFTER_SHARD_ID" and after is None:
        raise InvalidArgumentError("ShardId must be provided when the ShardFilter Type is AFTER_SHARD_ID.")
    if kind in ("AT_TIMESTAMP", "FROM_TIMESTAMP"):
        _check_moment(call, wanted, stream)
    if any(shard.closed for shard in shards) and kind != "AFTER_SHARD_ID":
        raise NotOfferedError(f"This emulator does not apply ShardFilter {kind} to closed shards yet.")
    return [shard for shard in shards if after is None or shard.shard_id > after]


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
        "StreamStatus": stream.status(now),
        "StreamModeDetails": {"StreamMode": stream.mode},
        "StreamCreationTimestamp": stream.created,
    }


def _token(*parts: str) -> str:
    return urlsafe_b64encode("\n".join(parts).encode()).decode()


def _read_token(kind: str, token: str, parts: int) -> list[str]:
    try:
        found, *rest = urlsafe_b64decode(token).decode().split("\n")
    except ValueError:
        found, rest = "", []
    if found != kind or len(rest) != parts:
        raise InvalidArgumentError("Invalid NextToken.")
    return rest
