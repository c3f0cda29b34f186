"""JSON and CBOR: how requests for Kinesis, its answers and errors are written."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from botocore.model import Shape

from tailrace.kinesis.call import Output
from tailrace.protocol.wire import JSON_TYPE, to_json, typed

_CBOR: Any = import_module("cbor2")  # LocalStack's environment has it
CBOR_TYPE = "application/x-amz-cbor-1.1"


class Form(NamedTuple):
    """A content type, and how an answer of a shape, or without one an error, is written in it."""

    kind: str
    encode: Callable[[Output, Shape | None], bytes]


def from_cbor(data: bytes) -> Any:  # noqa: ANN401  whatever it says
    """Read a request's body. Raises an error of cbor2's, or RecursionError, for what is no CBOR."""
    return _CBOR.loads(data) if data else {}


def to_cbor(answer: Output, shape: Shape | None) -> bytes:
    """Write an answer, or without a shape an error; an operation without a result has an empty body."""
    if answer is None:
        return b""
    return bytes(_CBOR.dumps(answer if shape is None else typed(answer, shape, _moment)))


def _moment(seconds: float) -> object:
    """Give a timestamp as Kinesis' CBOR has it: whole milliseconds, with the tag of a time."""
    return _CBOR.CBORTag(1, round(seconds * 1000))


JSON = Form(JSON_TYPE, lambda answer, _: to_json(answer))
CBOR = Form(CBOR_TYPE, to_cbor)
