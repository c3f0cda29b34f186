"""Between the engine's plain values and the network's: JSON's, CBOR's, and the service's model in between.

The operations take and give what JSON can hold: blobs as base64, timestamps as epoch seconds. So data that
comes as JSON is never decoded on its way to a shard, nor on its way back.
"""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import ListShape, Shape, StructureShape

JSON_TYPE = "application/x-amz-json-1.1"

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


def from_json(data: bytes) -> object:
    """Read a request's body: nothing is an empty object, what is no JSON is None, which no model takes."""
    try:
        return json.loads(data) if data else {}
    except (ValueError, RecursionError):
        return None


def to_json(answer: dict[str, Any] | None) -> bytes:
    """Give an answer's body. An operation without a result has an empty one.

    Half a surrogate pair, which JSON can say and UTF-8 cannot, becomes `?` as in Java.
    """
    return b"" if answer is None else _encode(answer).encode(errors="replace")


def response_headers(request_id: str) -> dict[str, str]:
    """Give the headers that every answer of Kinesis has."""
    noise = uuid4().bytes + uuid4().bytes + uuid4().bytes
    return {"x-amzn-RequestId": request_id, "x-amz-id-2": b64encode(noise + noise[:24]).decode()}


def plain(value: object) -> object:
    """Turn what a CBOR request holds into what JSON would."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value


def typed(value: Any, shape: "Shape", at: "Callable[[float], object]") -> Any:  # noqa: ANN401  a value of any shape
    """Turn an answer into what CBOR holds: blobs as bytes, timestamps as `at` makes them of their seconds."""
    match shape.type_name:
        case "structure":
            members = cast("StructureShape", shape).members
            return {name: typed(item, members[name], at) for name, item in value.items() if name in members}
        case "list":
            member = cast("ListShape", shape).member
            return [typed(item, member, at) for item in value]
        case "blob":
            return b64decode(value)
        case "timestamp":
            return at(value)
    return value
