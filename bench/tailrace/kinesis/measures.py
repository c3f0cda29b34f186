"""The metrics that Kinesis publishes of a stream, of its consumers, and of its shards where monitored.

Namespace AWS/Kinesis. One sample a request; a minute without requests has no point. What a request gave is
turned into samples here, without I/O; `publish` takes them to CloudWatch.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from tailrace import cloudwatch
from tailrace.cloudwatch.cells import key, repeated
from tailrace.kinesis.engine import Stream
from tailrace.kinesis.errors import AlreadySubscribedError, LimitExceededError, ThroughputExceededError
from tailrace.protocol.errors import RequestError
from tailrace.protocol.jsontypes import decoded_length

type Request = dict[str, Any]
type Answer = Request | ThroughputExceededError

NAMESPACE = "AWS/Kinesis"
PUTS = {"PutRecord", "PutRecords"}
THROTTLED = ThroughputExceededError.code
MEASURED = {*PUTS, "GetRecords", "SubscribeToShard"}


class StreamSample(NamedTuple):
    """One value: of the stream, or of what further dimension there is."""

    name: str
    value: float
    unit: str
    dimension: tuple[str, str] | None = None


class PutResult(NamedTuple):
    """What became of one record of a put."""

    size: int
    shard_id: str | None  # None if a fault of Kinesis' own refused it
    error: str | None


def put(name: str, request: Request, answer: Answer, milliseconds: float) -> Iterator[StreamSample]:
    """Give the samples of a put; the answer may be that its one record was throttled."""
    entries = list(_entries(name, request, answer))
    taken = [entry for entry in entries if entry.error is None]
    throttled = sum(entry.error == THROTTLED for entry in entries)
    taken_bytes = sum(entry.size for entry in taken)
    yield StreamSample("IncomingRecords", len(taken), "Count")
    yield StreamSample("IncomingBytes", taken_bytes, "Bytes")
    yield StreamSample("WriteProvisionedThroughputExceeded", throttled, "Count")
    yield StreamSample(f"{name}.Bytes", taken_bytes, "Bytes")
    yield StreamSample(f"{name}.Latency", milliseconds, "Milliseconds")
    yield StreamSample(f"{name}.Success", bool(taken), "Count")
    if name == "PutRecords":
        yield StreamSample("PutRecords.TotalRecords", len(entries), "Count")
        yield StreamSample("PutRecords.SuccessfulRecords", len(taken), "Count")
        yield StreamSample("PutRecords.FailedRecords", len(entries) - len(taken) - throttled, "Count")
        yield StreamSample("PutRecords.ThrottledRecords", throttled, "Count")


def put_by_shard(name: str, request: Request, answer: Answer) -> Iterator[StreamSample]:
    """Give the samples of each shard that took or refused something."""
    by_shard: defaultdict[str, list[PutResult]] = defaultdict(list)
    for entry in _entries(name, request, answer):
        if entry.shard_id:
            by_shard[entry.shard_id].append(entry)
    for shard_id, entries in by_shard.items():
        shard = "ShardId", shard_id
        taken = [entry for entry in entries if entry.error is None]
        throttled = sum(entry.error == THROTTLED for entry in entries)
        yield StreamSample("IncomingRecords", len(taken), "Count", shard)
        yield StreamSample("IncomingBytes", sum(entry.size for entry in taken), "Bytes", shard)
        yield StreamSample("WriteProvisionedThroughputExceeded", throttled, "Count", shard)


def _entries(name: str, request: Request, answer: Answer) -> Iterator[PutResult]:
    given = request["Records"] if name == "PutRecords" else [request]
    if isinstance(answer, ThroughputExceededError):
        answers = [{"ErrorCode": answer.code, "ErrorMessage": answer.message}]
    else:
        answers = answer["Records"] if name == "PutRecords" else [answer]
    for one, ended in zip(given, answers, strict=True):
        size = decoded_length(one["Data"]) + len(one["PartitionKey"].encode(errors="replace"))
        shard_id = ended.get("ShardId") or ThroughputExceededError.shard_of(ended["ErrorMessage"])
        yield PutResult(size, shard_id, ended.get("ErrorCode"))


def read(answer: Answer, milliseconds: float) -> Iterator[StreamSample]:
    """Give the samples of GetRecords; the answer may be that it was throttled."""
    given = None if isinstance(answer, ThroughputExceededError) else answer
    yield StreamSample("GetRecords.Success", given is not None, "Count")
    yield StreamSample("GetRecords.Latency", milliseconds, "Milliseconds")
    yield StreamSample("ReadProvisionedThroughputExceeded", given is None, "Count")
    if given is not None:
        records = given["Records"]
        yield StreamSample("GetRecords.Records", len(records), "Count")
        yield StreamSample("GetRecords.Bytes", _bytes(records), "Bytes")
        yield StreamSample("GetRecords.IteratorAgeMilliseconds", given["MillisBehindLatest"], "Milliseconds")


def read_by_shard(answer: Answer, shard_id: str) -> Iterator[StreamSample]:
    """Give the samples of the shard that was read."""
    shard = "ShardId", shard_id
    given = None if isinstance(answer, ThroughputExceededError) else answer
    yield StreamSample("ReadProvisionedThroughputExceeded", given is None, "Count", shard)
    if given is not None:
        yield StreamSample("OutgoingRecords", len(given["Records"]), "Count", shard)
        yield StreamSample("OutgoingBytes", _bytes(given["Records"]), "Bytes", shard)
        yield StreamSample("IteratorAgeMilliseconds", given["MillisBehindLatest"], "Milliseconds", shard)


def subscribed(consumer: str, refusal: RequestError | None = None) -> Iterator[StreamSample]:
    """Give the samples of SubscribeToShard, which was refused or not."""
    of = "ConsumerName", consumer
    too_often = isinstance(refusal, AlreadySubscribedError | LimitExceededError)
    yield StreamSample("SubscribeToShard.Success", refusal is None, "Count", of)
    yield StreamSample("SubscribeToShard.RateExceeded", too_often, "Count", of)


def sent(event: Request, consumer: str) -> Iterator[StreamSample]:
    """Give the samples of one event of a subscription."""
    of = "ConsumerName", consumer
    yield StreamSample("SubscribeToShardEvent.Success", 1, "Count", of)
    yield StreamSample("SubscribeToShardEvent.Records", len(event["Records"]), "Count", of)
    yield StreamSample("SubscribeToShardEvent.Bytes", _bytes(event["Records"]), "Bytes", of)
    yield StreamSample(
        "SubscribeToShardEvent.MillisBehindLatest", event["MillisBehindLatest"], "Milliseconds", of
    )


def expired(consumer: str) -> Iterator[StreamSample]:
    """Give the sample of a subscription that ends because its five minutes are over."""
    yield StreamSample("SubscribeToShardEvent.Success", 0, "Count", ("ConsumerName", consumer))


def _bytes(records: list[Request]) -> int:
    return sum(decoded_length(record["Data"]) for record in records)


def publish(stream: Stream, samples: Iterator[StreamSample], now: float) -> None:
    """Take samples of a stream to CloudWatch; those of shards only if the stream is monitored so."""
    place = stream.account, stream.region
    for sample in samples:
        dimensions = {"StreamName": stream.name}
        if sample.dimension:
            name, value = sample.dimension
            if name == "ShardId" and sample.name not in stream.monitored:
                continue
            dimensions[name] = value
        which = key(place, (NAMESPACE, sample.name, sample.unit), dimensions, now)
        cloudwatch.add(which, repeated(sample.value, 1))
