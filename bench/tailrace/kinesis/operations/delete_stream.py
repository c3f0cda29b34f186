"""DeleteStream."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import ResourceInUseError


def delete_stream(call: Call, request: Request) -> Output:
    """Delete a stream in whatever state it is; consumers are deleted with it only if the request says so."""
    stream = call.stream(request)
    if stream.consumers.listed(call.now) and not request.get("EnforceConsumerDeletion"):
        raise ResourceInUseError(
            f"Stream {stream.name} under account {stream.account} has registered consumers."
            " Deregister them, or set EnforceConsumerDeletion."
        )
    if not stream.deleted:
        call.engine.delete(stream, call.now)
    return None
