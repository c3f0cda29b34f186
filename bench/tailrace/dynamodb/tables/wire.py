"""JSON, as requests and answers have it. Pure, on msgspec: as strict as Python's own, and it checks forms."""

from typing import Any

import msgspec

from .unsure import UnsureError
from .values import Item, weighed

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


def decoded(text: bytes | msgspec.Raw) -> Any:  # noqa: ANN401  as JSON is
    """Return what JSON says. Raises UnsureError for what is none."""
    try:
        return _decode(text)
    except (ValueError, RecursionError) as error:
        raise UnsureError("no JSON") from error


def encoded(said: object) -> bytes:
    """Return JSON without spaces, in UTF-8, as DynamoDB Local writes it."""
    return _encode(said)


def sorted_text(said: object) -> bytes:
    """Return JSON with the names of each object in order: the same whatever order they came in."""
    return _encode_sorted(said)


def read[Asked](decoder: "msgspec.json.Decoder[Asked]", body: bytes) -> Asked:
    """Return a request. Raises UnsureError if it is of another form."""
    try:
        return decoder.decode(body)
    except (ValueError, RecursionError) as error:
        raise UnsureError(f"a request of another form: {error}") from error


def read_item(text: msgspec.Raw) -> tuple[Item, int, bytes]:
    """Return an item as DynamoDB keeps it, its bytes as DynamoDB counts them, and its JSON."""
    item = decoded(text)
    kept, size = weighed(item)
    return kept, size, bytes(text) if kept is item else _encode(kept)
