"""Shard iterators: opaque, forgery-proof, good for five minutes, never the same twice.

On the wire they have AWS's form: base64 of eight bytes `00…01` and a number of 16-byte blocks, 288 characters
for a stream's name of 35. Inside lie the time of issue and a position in a shard: the engine keeps no list.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from itertools import count
from typing import NamedTuple

from tailrace.kinesis.errors import ExpiredIteratorError, InvalidArgumentError
from tailrace.kinesis.moments import spelled

LIFETIME_MS = 300_000
HEADER = bytes.fromhex("0000000000000001")
BLOCK = 16
ROOM = 132  # beside the stream's name, so that the length is AWS's
_LONGEST = 512
_FIELD = "/"  # in no stream's name, region or account


class Iterator(NamedTuple):
    """A place to read from: the position in a shard of one incarnation of a stream."""

    account: str
    region: str
    stream: str
    created: int  # the stream's, so that a later stream of the same name is told apart
    shard: int
    position: int


class Iterators:
    """Makes iterators and reads them back; `secret` keeps others from making them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._issued = count()

    def issue(self, place: Iterator, now: float, *, wider: bool = False) -> str:
        """Give an iterator for this place, issued now; `wider` adds a block, as AT_TIMESTAMP's have."""
        fields = (str(int(now * 1000)), *map(str, place))
        blocks = -(-(len(place.stream) + ROOM) // BLOCK) + wider
        text = _FIELD.join(fields).encode().ljust(blocks * BLOCK, b"\0")
        nonce = self._mac(str(next(self._issued)).encode())
        hidden = self._hide(nonce, text)
        return b64encode(HEADER + nonce + hidden + self._mac(nonce + hidden)).decode()

    def redeem(self, text: str, now: float) -> Iterator:
        """Give what an iterator stands for. Raises InvalidArgumentError and ExpiredIteratorError."""
        issued, place = self._open(text)
        if int(now * 1000) - issued > LIFETIME_MS:
            raise ExpiredIteratorError(
                f"Iterator expired. The iterator was created at time {spelled(issued / 1000)}"
                f" while right now it is {spelled(now)} which is further in the future than the"
                f" tolerated delay of {LIFETIME_MS} milliseconds."
            )
        return place

    def _open(self, text: str) -> tuple[int, Iterator]:
        refusal = InvalidArgumentError("Invalid ShardIterator.")
        if len(text) > _LONGEST:
            raise refusal
        try:
            token = b64decode(text, validate=True)
        except ValueError:
            raise refusal from None
        nonce, hidden, mac = token[8:24], token[24:-BLOCK], token[-BLOCK:]
        if token[:8] != HEADER or not hmac.compare_digest(mac, self._mac(nonce + hidden)):
            raise refusal
        issued, account, region, stream, created, shard, position = (
            self._hide(nonce, hidden).rstrip(b"\0").decode().split(_FIELD)
        )
        return int(issued), Iterator(account, region, stream, int(created), int(shard), int(position))

    def _mac(self, content: bytes) -> bytes:
        return hashlib.blake2b(content, key=self._secret, digest_size=BLOCK).digest()

    def _hide(self, nonce: bytes, content: bytes) -> bytes:
        mask = hashlib.shake_256(self._secret + nonce).digest(len(content))
        return (int.from_bytes(content) ^ int.from_bytes(mask)).to_bytes(len(content))
