"""What the Kinesis Producer Library packs into one record, taken apart: as Lambda does for a consumer.

An aggregate is four magic bytes, a protobuf message and the MD5 digest of that message:

    AggregatedRecord   1 partition keys (text, repeated)   2 explicit hash keys (text, repeated)
                       3 records (Record, repeated)
    Record             1 index of its partition key        2 index of its explicit hash key (optional)
                       3 data (bytes)                      4 tags (ignored)

Inner records share the sequence number and the arrival of the outer one.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Protocol

from tailrace.kinesis.engine import Record

MAGIC = bytes.fromhex("f3899ac2")
MAGIC_IN_BASE64 = "84maw"
"""What base64 makes of them, as far as it does not depend on what follows."""
_DIGEST = 16
_VARINT, _BYTES = 0, 2


class Keys(Protocol):
    """The hash keys of a shard."""

    def holds(self, key: int) -> bool:
        """Tell whether a key is one of them."""


def deaggregated(record: Record, keys: Keys) -> list[Record]:
    """Give the inner records of an aggregate, in order; a record that is none stays as it is.

    An explicit hash key outside of the shard makes the whole aggregate undeliverable, as on AWS.
    """
    if not record.data.startswith(MAGIC_IN_BASE64):
        return [record]
    content = b64decode(record.data)
    message = content[len(MAGIC) : -_DIGEST]
    if (
        not content.startswith(MAGIC)
        or hashlib.md5(message, usedforsecurity=False).digest() != content[-_DIGEST:]
    ):
        return [record]
    try:
        inner = list(_inner(message))
    except (IndexError, UnicodeDecodeError):
        return [record]
    if not all(hash_key is None or keys.holds(int(hash_key)) for _, hash_key, _ in inner):
        return []
    return [record._replace(partition_key=key, data=b64encode(data).decode()) for key, _, data in inner]


def _inner(message: bytes) -> Iterator[tuple[str, str | None, bytes]]:
    """Give partition key, explicit hash key and data of each record. Raises IndexError if malformed."""
    fields = list(_fields(message))
    partition_keys = [value.decode() for number, value in fields if number == 1 and isinstance(value, bytes)]
    hash_keys = [value.decode() for number, value in fields if number == 2 and isinstance(value, bytes)]  # noqa: PLR2004
    for number, value in fields:
        if number == 3 and isinstance(value, bytes):  # noqa: PLR2004  the message's own numbers
            record = dict(_fields(value))
            key, hash_key, data = record.get(1), record.get(2), record.get(3)
            if not isinstance(key, int) or not isinstance(data, bytes):
                raise IndexError(key)
            yield partition_keys[key], hash_keys[hash_key] if isinstance(hash_key, int) else None, data


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        value, place = _varint(message, place)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _BYTES and place + value <= len(message):
            yield tag >> 3, message[place : place + value]
            place += value
        else:
            raise IndexError(place)


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value, shift, place = value | (byte & 0x7F) << shift, shift + 7, place + 1
        if byte < 0x80:  # noqa: PLR2004  the last of the number
            return value, place
