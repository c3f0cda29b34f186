"""PutRecord and PutRecords."""

from tailrace_emulator.kinesis.call import Answer, Call, Request
from tailrace_emulator.kinesis.errors import (
    InvalidArgumentError,
    NotOfferedError,
    ThroughputExceededError,
    ValidationFailedError,
)
from tailrace_emulator.kinesis.hashkeys import SPACE, hash_key, key_bytes
from tailrace_emulator.kinesis.sequence import Sequence, SequenceNumberError
from tailrace_emulator.kinesis.streams import Entry, Stream

MOST_BYTES = 10 << 20  # of a request, keys included


def put_record(call: Call, request: Request) -> Answer:
    """Put one record; a shard without room for it fails the request."""
    stream = call.serving(request)
    _refuse_dry_run(request)
    entry = _entry(request, stream)
    _check_ordering(call, request, stream)
    if call.fails is not None and call.fails():
        shard = stream.shard_of(entry.hash_key)
        raise ThroughputExceededError(shard.shard_id, stream.name, stream.account)
    (put,) = stream.put([entry], call.now)
    if put.sequence_number is None:
        raise ThroughputExceededError(put.shard_id, stream.name, stream.account)
    return {"ShardId": put.shard_id, "SequenceNumber": put.sequence_number}


def put_records(call: Call, request: Request) -> Answer:
    """Put up to 500 records; each succeeds or fails by itself, and the answer keeps the request's order."""
    stream = call.serving(request)
    _refuse_dry_run(request)
    entries = [_entry(record, stream) for record in request["Records"]]
    if sum(entry.size for entry in entries) > MOST_BYTES:
        raise InvalidArgumentError(f"Records size exceeds {MOST_BYTES >> 20} MB limit")
    if call.fails is None:
        answers = _put(call, stream, entries)
    else:
        failing = [call.fails() for _ in entries]
        rest = iter(_put(call, stream, [e for e, fails in zip(entries, failing, strict=True) if not fails]))
        answers = [
            _refused(stream, stream.shard_of(entry.hash_key).shard_id) if fails else next(rest)
            for entry, fails in zip(entries, failing, strict=True)
        ]
    return {"FailedRecordCount": sum("ErrorCode" in answer for answer in answers), "Records": answers}


def _put(call: Call, stream: Stream, entries: list[Entry]) -> list[dict[str, str]]:
    return [
        {"SequenceNumber": put.sequence_number, "ShardId": put.shard_id}
        if put.sequence_number is not None
        else _refused(stream, put.shard_id)
        for put in stream.put(entries, call.now)
    ]


def _refused(stream: Stream, shard_id: str) -> dict[str, str]:
    refusal = ThroughputExceededError(shard_id, stream.name, stream.account)
    return {"ErrorCode": refusal.code, "ErrorMessage": refusal.message}


def _entry(record: Request, stream: Stream) -> Entry:
    data, key = record["Data"], record["PartitionKey"]
    length = len(data) // 4 * 3 - data.count("=", -2)
    size = length + len(key.encode())
    if size > stream.max_record_kib << 10:
        raise ValidationFailedError(
            "1 validation error detected:"
            f" Value 'java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]' at 'data' failed to satisfy"
            f" constraint: Member must have length less than or equal to {stream.max_record_kib << 10}"
        )
    explicit = record.get("ExplicitHashKey")
    return Entry(key, data, hash_key(key) if explicit is None else _explicit(explicit), size)


def _explicit(text: str) -> bytes:
    key = int(text)
    if key >= SPACE:
        raise InvalidArgumentError(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]."
            f" Specified value was {text}"
        )
    return key_bytes(key)


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


def _refuse_dry_run(request: Request) -> None:
    if request.get("DryRun"):
        raise NotOfferedError("This emulator does not do DryRun: leave it out.")
