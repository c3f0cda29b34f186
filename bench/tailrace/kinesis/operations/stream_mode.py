"""UpdateStreamMode."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.kinesis.operations.account import uncommitted

MOST_SWITCHES = 2  # in 24 hours


def update_stream_mode(call: Call, request: Request) -> Output:
    """Switch between PROVISIONED and ON_DEMAND; the shards stay as they are."""
    stream = call.active(request)
    mode = request["StreamModeDetails"]["StreamMode"]
    if request.get("WarmThroughputMiBps"):
        raise uncommitted(call.account)
    if mode == stream.mode:
        return None
    call.begin(stream, SlowChange.MODE, MOST_SWITCHES)
    stream.mode = mode
    return None
