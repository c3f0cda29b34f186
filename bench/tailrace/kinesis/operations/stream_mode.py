"""UpdateStreamMode."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import LimitExceededError
from tailrace.kinesis.lifecycle import Change
from tailrace.kinesis.operations.account import uncommitted

DAY = 86_400
MOST_SWITCHES = 2  # in 24 hours


def update_stream_mode(call: Call, request: Request) -> Output:
    """Switch between PROVISIONED and ON_DEMAND; the shards stay as they are."""
    stream = call.active(request)
    mode = request["StreamModeDetails"]["StreamMode"]
    if request.get("WarmThroughputMiBps"):
        raise uncommitted(call.account)
    if mode == stream.mode:
        return None
    recent = [moment for moment in stream.changes.get("mode", []) if moment > call.now - DAY]
    if len(recent) >= MOST_SWITCHES:
        raise LimitExceededError(f"Rate exceeded for stream {stream.name} under account {stream.account}.")
    stream.changes["mode"] = [*recent, call.now]
    stream.change(call.now, call.due(Change.MODE))
    stream.mode = mode
    return None
