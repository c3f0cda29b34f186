"""Records for a test, and how they are put: each with the element that the audit looks for.

What a request may hold, and how PutRecords answers, are the sender's (`stream/`). Its rules of order are not:
a test puts a key twice in one request on purpose, and says itself when it gives up.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from tailrace.stream.rules import Refused, Rules
from tailrace.stream.writing import put_records

from .audit import Acknowledged
from .eventually import Clock, WallClock

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

LIMITS = Rules()  # the sender's: what a PutRecords request may hold, and how long an entry is tried
PATIENCE = LIMITS.patience  # seconds until all records must be acknowledged
SHORTEST, LONGEST = 0.05, 1.0  # seconds of a pause after a refusal


class Put(NamedTuple):
    """A record to be put; `element` is the event's own id, None where it has none."""

    data: bytes
    key: str
    element: str | None = None


class Tries(NamedTuple):
    """What came of putting records: what was acknowledged, in order, and the error codes met on the way."""

    acknowledged: list[Acknowledged]
    refused: list[str]


def put_all(
    kinesis: "KinesisClient",
    stream: str,
    puts: Iterable[Put],
    *,
    within: float = PATIENCE,
    clock: Clock | None = None,
) -> Tries:
    """Put records until each is acknowledged; the pause after a refusal doubles from 50 ms to a second.

    Where an entry is refused, later ones of its key may have been taken: a test that looks at order meets no
    fault, or puts a key once in a request. Raises AssertionError, with what was refused, if that takes longer
    than `within` seconds.
    """
    clock = clock or WallClock()
    tries, end = Tries([], []), clock.now() + within
    for request in requests(puts):
        left, pause = _try(kinesis, stream, request, tries), SHORTEST
        while left:
            if clock.now() >= end:
                codes = ", ".join(f"{code} {n} times" for code, n in Counter(tries.refused).items())
                raise AssertionError(
                    f"gave up putting into {stream} after {within:.0f} s: {len(tries.acknowledged):,} "
                    f"records are acknowledged, {len(left):,} of a request still refused ({codes})"
                )
            clock.pause(pause)
            left, pause = _try(kinesis, stream, left, tries), min(2 * pause, LONGEST)
    return tries


def requests(puts: Iterable[Put]) -> Iterator[Sequence[Put]]:
    """Cut records into requests within the limits of PutRecords."""
    for group in batched(puts, LIMITS.entries):
        size, chunk = 0, list[Put]()
        for put in group:
            more = len(put.data) + len(put.key.encode())
            if chunk and size + more > LIMITS.request_bytes:
                yield chunk
                size, chunk = 0, []
            chunk.append(put)
            size += more
        yield chunk


def _try(kinesis: "KinesisClient", stream: str, puts: Sequence[Put], tries: Tries) -> list[Put]:
    """Make one request; return the records that were refused."""
    refused = []
    for put, result in zip(puts, put_records(kinesis, stream, puts), strict=True):
        if isinstance(result, Refused):
            tries.refused.append(result.code)
            refused.append(put)
        else:
            number = result.sequence_number
            tries.acknowledged.append(
                Acknowledged(put.element or number, put.key, result.shard_id, number, put.data)
            )
    return refused
