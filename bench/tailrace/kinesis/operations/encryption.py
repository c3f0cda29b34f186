"""StartStreamEncryption and StopStreamEncryption: what is seen of it; records lie here as they came."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Stream
from tailrace.kinesis.errors import LimitExceededError
from tailrace.kinesis.lifecycle import Change

DAY = 86_400
MOST_CHANGES = 25  # in 24 hours


def start_stream_encryption(call: Call, request: Request) -> Output:
    """Mark what is put from now on as encrypted with a key; the key itself is not asked."""
    return _change(call, call.active(request), request["KeyId"])


def stop_stream_encryption(call: Call, request: Request) -> Output:
    """Mark what is put from now on as not encrypted."""
    return _change(call, call.active(request), None)


def _change(call: Call, stream: Stream, key_id: str | None) -> Output:
    recent = [at for at in stream.changes.get("encryption", []) if at > call.now - DAY]
    if len(recent) >= MOST_CHANGES:
        raise LimitExceededError(f"Rate exceeded for stream {stream.name} under account {stream.account}.")
    stream.changes["encryption"] = [*recent, call.now]
    stream.change(call.now, call.due(Change.ENCRYPT))
    stream.key_id = key_id
    return None
