"""StartStreamEncryption and StopStreamEncryption: what is seen of it; records lie here as they came."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Stream
from tailrace.kinesis.lifecycle import SlowChange

MOST_CHANGES = 25  # in 24 hours


def start_stream_encryption(call: Call, request: Request) -> Output:
    """Mark what is put from now on as encrypted with a key; the key itself is not asked."""
    return _change(call, call.active(request), request["KeyId"])


def stop_stream_encryption(call: Call, request: Request) -> Output:
    """Mark what is put from now on as not encrypted."""
    return _change(call, call.active(request), None)


def _change(call: Call, stream: Stream, key_id: str | None) -> Output:
    call.begin(stream, SlowChange.ENCRYPT, MOST_CHANGES)
    stream.key_id = key_id
    return None
