"""DeleteStream."""

from tailrace.kinesis.call import Answer, Call, Request


def delete_stream(call: Call, request: Request) -> Answer:
    """Delete a stream in whatever state it is; it has no consumers that could stand in the way."""
    stream = call.stream(request)
    if stream.gone_at is None:
        call.engine.delete(stream, call.now)
    return None
