"""The stream that events go to."""

from typing import TYPE_CHECKING

from bootstrap import stacks
from bootstrap.errors import UsageError

if TYPE_CHECKING:
    from bootstrap.target import Target


def stream_name(target: "Target", stack: str) -> str:
    """Return the name of the stack's stream, from the stack's outputs."""
    found = stacks.find(target.client("cloudformation"), stack)
    name = found.outputs.get("StreamName") if found else None
    if not name:
        raise UsageError(f"There is no stack {stack} here: `make up` deploys it, or STREAM= names a stream.")
    return name
