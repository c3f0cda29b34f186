"""CreateStream."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Draft, Stream
from tailrace.kinesis.errors import InvalidArgumentError, LimitExceededError
from tailrace.kinesis.operations.account import uncommitted
from tailrace.kinesis.operations.tags import check_tags
from tailrace.kinesis.streams import DEFAULT_MAX_RECORD_KIB

ON_DEMAND_SHARDS = 4
MOST_CREATING = 5


def create_stream(call: Call, request: Request) -> Output:
    """Create a stream, provisioned with ShardCount shards, or on demand with four."""
    name = request["StreamName"]
    mode = request.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")
    if mode == "PROVISIONED" and "ShardCount" not in request:
        raise InvalidArgumentError("ShardCount must be given for a stream in PROVISIONED mode.")
    tags = request.get("Tags", {})
    check_tags(name, call.account, tags, {})
    shards = int(request["ShardCount"]) if mode == "PROVISIONED" else ON_DEMAND_SHARDS
    if request.get("WarmThroughputMiBps"):
        raise uncommitted(call.account)
    call.engine.sweep(call.now)
    _check_limits(call, shards, mode)
    size = int(request.get("MaxRecordSizeInKiB", DEFAULT_MAX_RECORD_KIB))
    draft = Draft(name, call.account, call.region, shards, mode, size)
    stream = call.engine.create(draft, call.now)
    stream.tags.update(tags)
    return None


def _check_limits(call: Call, shards: int, mode: str) -> None:
    streams = call.engine.streams(call.account, call.region)
    creating = sum(stream.status(call.now) == "CREATING" for stream in streams)
    if call.limited and creating >= MOST_CREATING:
        raise LimitExceededError(
            f"This request would exceed the limit of {MOST_CREATING} streams in state CREATING"
            f" for the account {call.account} in {call.region}."
        )
    _, on_demand_limit = call.count_limits
    if mode == "ON_DEMAND" and sum(stream.mode == mode for stream in streams) >= on_demand_limit:
        raise LimitExceededError(
            f"This request would exceed the on-demand stream limit for the account {call.account}"
            f" in {call.region}. Limit: {on_demand_limit}."
        )
    if mode == "PROVISIONED":
        _check_shards(call, streams, shards)


def check_shard_limit(call: Call, stream: Stream, more: int) -> None:
    """Refuse more shards than the account may have. Raises LimitExceededError."""
    if stream.mode == "PROVISIONED" and more > 0:
        _check_shards(call, call.engine.streams(stream.account, stream.region), more)


def _check_shards(call: Call, streams: list[Stream], more: int) -> None:
    limit, _ = call.count_limits
    current = sum(len(stream.open_shards()) for stream in streams if stream.mode == "PROVISIONED")
    if current + more > limit:
        raise LimitExceededError(
            f"This request would exceed the shard limit for the account {call.account} in {call.region}."
            f" Current shard count for the account: {current}. Limit: {limit}."
            f" Number of additional shards that would have resulted from this request: {more}."
            " Refer to the AWS Service Limits page"
            " (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html)"
            " for current limits and how to request higher limits."
        )
