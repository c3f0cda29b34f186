"""PutRecord and PutRecords."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import (
    InvalidArgumentError,
    ThroughputExceededError,
)
from tailrace.kinesis.hashkeys import SPACE, hash_key, key_bytes
from tailrace.kinesis.sequence import Sequence, SequenceNumberError
from tailrace.kinesis.shards import Entry
from tailrace.kinesis.streams import Put, Stream
from tailrace.protocol.jsontypes import decoded_length
from tailrace.protocol.violations import Violation, at_most, refuse

MOST_BYTES = 10 << 20  # of a request, keys included


def put_record(call: Call, request: Request) -> Output:
    """Put one record; a shard without room for it fails the request."""
    stream = call.serving(request)
    entry = _entry(request)
    _check_sizes(stream, [entry], single=True)
    _check_ordering(call, request, stream)
    call.unless_dry(request)
    ((shard_id, number),) = _put(call, stream, [entry])
    if number is None:
        raise ThroughputExceededError(shard_id, stream.name, stream.account)
    return {"ShardId": shard_id, "SequenceNumber": number} | _encryption(stream)


def put_records(call: Call, request: Request) -> Output:
    """Put up to 500 records; each succeeds or fails by itself, and the answer keeps the request's order."""
    stream = call.serving(request)
    entries = [_entry(record) for record in request["Records"]]
    _check_sizes(stream, entries)
    call.unless_dry(request)
    answers = [
        {"SequenceNumber": number, "ShardId": shard_id} if number else _refused(stream, shard_id)
        for shard_id, number in _put(call, stream, entries)
    ]
    failed = sum("ErrorCode" in answer for answer in answers)
    return {"FailedRecordCount": failed, "Records": answers} | _encryption(stream)


def _encryption(stream: Stream) -> Request:
    return {"EncryptionType": "KMS"} if stream.key_id else {}


def _put(call: Call, stream: Stream, entries: list[Entry]) -> list[Put]:
    """Put the entries, but for those that a fault fails."""
    if call.fails is None:
        return stream.put(entries, call.now, limited=call.limited)
    failing = [call.fails() for _ in entries]
    passing = [entry for entry, fails in zip(entries, failing, strict=True) if not fails]
    rest = iter(stream.put(passing, call.now, limited=call.limited))
    return [
        (stream.shard_of(entry.hash_key).shard_id, None) if fails else next(rest)
        for entry, fails in zip(entries, failing, strict=True)
    ]


def _refused(stream: Stream, shard_id: str) -> dict[str, str]:
    refusal = ThroughputExceededError(shard_id, stream.name, stream.account)
    return {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}


def _entry(record: Request) -> Entry:
    key, explicit = record["PartitionKey"], record.get("ExplicitHashKey")
    return Entry(key, record["Data"], hash_key(key) if explicit is None else _explicit(explicit))


def _explicit(text: str) -> bytes:
    key = int(text)
    if key >= SPACE:
        raise InvalidArgumentError(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]."
            f" Specified value was {text}"
        )
    return key_bytes(key)


def _check_sizes(stream: Stream, entries: list[Entry], *, single: bool = False) -> None:
    """Refuse a record that is larger than the stream allows, and a request of more than 10 MiB.

    Key and data count together: a record whose data alone would fit is refused by what is left for them.
    """
    most = stream.max_record_kib << 10
    if sum(len(entry.data) + 4 * len(entry.partition_key) for entry in entries) <= most:
        return  # the sum of all is an upper bound for each
    violations = []
    for place, entry in enumerate(entries, 1):
        if entry.size() > most:
            length = decoded_length(entry.data)
            shown = f"java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]"
            room = most if length > most else most - (entry.size() - length)
            violations.append(
                Violation(shown, at_most(room), "data" if single else f"records.{place}.member.data")
            )
    refuse(violations)
    if sum(entry.size() for entry in entries) > MOST_BYTES:
        raise InvalidArgumentError(f"Records size exceeds {MOST_BYTES >> 20} MB limit")


def _check_ordering(call: Call, request: Request, stream: Stream) -> None:
    """Refuse a SequenceNumberForOrdering that no shard has given yet; otherwise it changes nothing here.

    Numbers of a shard rise with each request, whatever the caller names.
    """
    text = request.get("SequenceNumberForOrdering", "0")
    try:
        valid = text == "0" or Sequence.parse(text).second <= call.now
    except SequenceNumberError:
        valid = False
    if not valid:
        raise InvalidArgumentError(
            f"ExclusiveMinimumSequenceNumber {text} used in PutRecord on stream {stream.name}"
            f" under account {stream.account} is invalid."
        )
