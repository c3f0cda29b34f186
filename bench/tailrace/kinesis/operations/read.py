"""GetShardIterator and GetRecords."""

import math
import re

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Record, Shard, Stream
from tailrace.kinesis.errors import (
    InvalidArgumentError,
    ResourceNotFoundError,
    ThroughputExceededError,
    UnknownStream,
)
from tailrace.kinesis.iterators import Iterator
from tailrace.kinesis.operations.describe import describe_child
from tailrace.kinesis.sequence import Sequence, SequenceNumberError
from tailrace.kinesis.subscriptions import within

MOST_RECORDS = 10_000
MOST_BYTES = 10 << 20
_ZERO_AS_AWS_READS_IT = 1 << 124
_MOST_SHARDS = 0x7FFF_FFFF


def get_shard_iterator(call: Call, request: Request) -> Output:
    """Give an iterator for a place in a shard."""
    stream = call.serving(request)
    shard = find_shard(stream, request["ShardId"])
    if call.limited and not stream.of_a_table and not stream.may_issue(shard, call.now):
        raise ThroughputExceededError(shard.shard_id, stream.name, stream.account)
    stream.trim(call.now)
    kind = request["ShardIteratorType"]
    place = Iterator(
        stream.account,
        stream.region,
        stream.name,
        stream.created,
        shard.index,
        position(call, request, stream, shard),
    )
    call.unless_dry(request)
    return {"ShardIterator": call.engine.iterators.issue(place, call.now, wider=kind == "AT_TIMESTAMP")}


def get_records(call: Call, request: Request) -> Output:
    """Give up to 10,000 records from an iterator on, until 10 MiB are crossed, and the next iterator."""
    place = call.engine.iterators.redeem(request["ShardIterator"], call.now)
    stream, shard = _resolve(call, request, place)
    call.unless_dry(request)
    if call.limited and not stream.of_a_table and not stream.may_read(shard, call.now):
        raise ThroughputExceededError(shard.shard_id, stream.name, stream.account)
    limit = int(request.get("Limit", MOST_RECORDS))
    page = within(stream.read(shard, place.position, limit, call.now), MOST_BYTES)
    stream.gave(shard, page)
    answer: Request = {
        "Records": [describe_record(record) for record in page.records],
        "MillisBehindLatest": behind(shard, page.following, call.now),
    }
    if page.ended and not page.records:
        answer["ChildShards"] = [describe_child(child) for child in stream.children(shard)]
    else:
        following = place._replace(position=page.following)
        answer["NextShardIterator"] = call.engine.iterators.issue(following, call.now)
    return answer


def find_shard(stream: Stream, text: str) -> Shard:
    """Give the shard of an id. Ids are read leniently: `0` and `anything-0` are the first shard."""
    where = f"in stream {stream.name} under account {stream.account}"
    digits = text.partition("-")[2] or text
    if not re.fullmatch(r"\d+", digits, re.ASCII) or int(digits) > _MOST_SHARDS:
        raise ResourceNotFoundError(f"Could not find shard {text} {where}.")
    shard = stream.shards.get(f"shardId-{int(digits):012d}")
    if shard is None:
        raise ResourceNotFoundError(f"Shard shardId-{int(digits):012d} {where} does not exist")
    return shard


def position(call: Call, request: Request, stream: Stream, shard: Shard) -> int:
    """Give the position that a type of iterator means, with a sequence number or a time."""
    kind, number = request["ShardIteratorType"], request.get("StartingSequenceNumber")
    by_number = kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
    if by_number == (number is None) and kind != "AT_TIMESTAMP":
        given = "no StartingSequenceNumber" if number is None else "also a StartingSequenceNumber"
        raise InvalidArgumentError(
            "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber"
            " or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber."
            f" Request specified {kind} and {given}."
        )
    if kind == "TRIM_HORIZON":
        return shard.earliest
    if kind == "LATEST":
        return shard.latest
    if kind == "AT_TIMESTAMP":
        return shard.position_at(_moment(call, request))
    _check_number(str(number), stream, shard)
    return shard.position_of(str(int(str(number)) + (kind == "AFTER_SEQUENCE_NUMBER")))


def _moment(call: Call, request: Request) -> float:
    moment = request.get("Timestamp")
    if moment is None:
        raise InvalidArgumentError(
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP."
            " Current request has no timestamp parameter."
        )
    if moment > call.now:
        raise InvalidArgumentError(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
            f" timestampInMillis: {round(moment * 1000)}, currentTimestampInMillis: {int(call.now * 1000)}"
        )
    return float(moment)


def _check_number(number: str, stream: Stream, shard: Shard) -> None:
    used = (
        f"used in GetShardIterator on shard {shard.shard_id} in stream {stream.name}"
        f" under account {stream.account} is invalid"
    )
    if number == "0":
        raise InvalidArgumentError(
            f"StartingSequenceNumber {_ZERO_AS_AWS_READS_IT} {used} because it did not come from this stream."
        )
    try:
        parsed = Sequence.parse(number)
    except SequenceNumberError:
        raise InvalidArgumentError(f"StartingSequenceNumber {number} {used}.") from None
    if parsed.shard != shard.index:
        raise InvalidArgumentError(
            f"Invalid StartingSequenceNumber. It encodes shardId-{parsed.shard:012d},"
            f" while it was used in a call to a shard with {shard.shard_id}"
        )
    if parsed.created != shard.created:
        raise InvalidArgumentError(
            f"StartingSequenceNumber {number} {used} because it did not come from this stream."
        )


def _resolve(call: Call, request: Request, place: Iterator) -> tuple[Stream, Shard]:
    if "StreamARN" in request:
        named = call.stream(request)
        if (named.account, named.name) != (place.account, place.stream):
            raise InvalidArgumentError("The ShardIterator does not belong to the stream of the StreamARN.")
    call.engine.sweep(call.now)
    shard_id = f"shardId-{place.shard:012d}"
    gone = ResourceNotFoundError(
        f"Shard {shard_id} in stream {place.stream} under account {place.account} does not exist"
    )
    try:
        stream = call.engine.stream(place.account, place.region, place.stream)
    except UnknownStream:
        raise gone from None
    if stream.created != place.created or shard_id not in stream.shards:
        raise gone
    return stream, stream.shards[shard_id]


def describe_record(record: Record) -> Request:
    """Describe a record as GetRecords and SubscribeToShard do."""
    described: Request = {
        "SequenceNumber": record.sequence_number,
        "ApproximateArrivalTimestamp": record.arrival,
        "Data": record.data,
        "PartitionKey": record.partition_key,
    }
    return described | {"EncryptionType": "KMS"} if record.encrypted else described


def behind(shard: Shard, position: int, now: float) -> int:
    """Give the age of the oldest record not given yet, in whole seconds as milliseconds; 0 at the tip.

    Rounded up: a reader that stops at 0 has read everything.
    """
    waiting = shard.read(position, 1).records
    return max(1, math.ceil(now - waiting[0].arrival)) * 1000 if waiting else 0
