"""The stream that events go to."""

from typing import TYPE_CHECKING

from bootstrap import stacks
from bootstrap.errors import UsageError
from tailrace.stream.errors import NoSuchStreamError
from tailrace.stream.rules import Rules
from tailrace.stream.writing import WritableStream, configuration

if TYPE_CHECKING:
    from bootstrap.target import Target


def stream_name(target: "Target", stack: str) -> str:
    """Return the name of the stack's stream, from the stack's outputs."""
    found = stacks.find(target.client("cloudformation"), stack)
    name = found.outputs.get("StreamName") if found else None
    if not name:
        raise UsageError(f"There is no stack {stack} here: `make up` deploys it, or STREAM= names a stream.")
    return name


def find_stream(target: "Target", stack: str, named: str) -> WritableStream:
    """Return the stream that is named, else the stack's, ready to be written."""
    client = target.client("kinesis", **configuration(Rules.requests))
    try:
        return WritableStream.find(client, named or stream_name(target, stack))
    except NoSuchStreamError as error:
        raise UsageError(f"{error} STREAM= names another.") from None
