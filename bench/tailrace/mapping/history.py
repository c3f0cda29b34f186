"""What each mapping did: its newest batches, and counts since it was made. What `watch` and `trace` tell.

A batch is kept as its first and last record and its lane, so that a record of a shard is found in it by
number and key.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from threading import Lock
from typing import NamedTuple

from tailrace.kinesis.engine import Record
from tailrace.mapping.rules.answers import EndedInvocation, JudgedTry, Kind
from tailrace.mapping.rules.shard import lane_of
from tailrace.rows import Rows

KEPT = 20_000
"""Batches that are remembered of a mapping."""
LONGEST = 300
"""Characters of a reason that are kept."""
OVER = 10.0
"""Seconds over which batches a second are counted."""


class RecentBatch(NamedTuple):
    """One invocation, or one report of records that were given up; times in epoch seconds."""

    request_id: str
    shard_id: str
    first: int
    last: int
    records: int
    lane: int
    lanes: int
    began: float
    ended: float
    kind: str
    """`processed`, `partly`, `unfinished`, `rejected`, `error`, `throttled`, …, or `given up`."""
    failed_from: int
    """The first record that the function reported as failed; 0 if it reported none."""
    reason: str

    @property
    def low(self) -> int:
        """Its first record, by which it is found."""
        return self.first

    @property
    def high(self) -> int:
        """Its last record."""
        return self.last

    @property
    def length(self) -> int:
        """Characters that it takes, roughly."""
        return len(self.reason) + len(self.request_id)

    def holds(self, shard_id: str, number: int, partition_key: str | None) -> bool:
        """Tell whether a record was in it; without its key, whether it may have been."""
        return (
            self.shard_id == shard_id
            and self.first <= number <= self.last
            and (partition_key is None or lane_of(partition_key, self.lanes) == self.lane)
        )


class History:
    """What one mapping did. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._batches = Rows(RecentBatch._make, KEPT)
        self.invocations = self.records = self.failures = self.given_up = 0
        self.running = 0
        """Invocations that are under way."""
        self.reason = ""
        """Why the newest invocation failed; empty if it did not."""

    @contextmanager
    def invoking(self) -> Iterator[None]:
        """Count an invocation as under way."""
        with self._lock:
            self.running += 1
        try:
            yield
        finally:
            with self._lock:
                self.running -= 1

    def ended(self, batch: RecentBatch) -> None:
        """Take note of an invocation."""
        with self._lock:
            self._batches.extend((batch,))
            self.invocations += 1
            self.records += batch.records
            self.failures += bool(batch.reason)
            self.reason = batch.reason

    def gave_up(self, batch: RecentBatch) -> None:
        """Take note of records that were given up."""
        with self._lock:
            self._batches.extend((batch,))
            self.given_up += batch.records

    def per_second(self, now: float) -> float:
        """Return how many invocations ended in each of the last seconds, on average."""
        newest = takewhile(lambda batch: batch.ended > now - OVER, self._batches.newest_first())
        return sum(batch.kind != GIVEN_UP for batch in newest) / OVER

    def of(self, shard_id: str, number: int, partition_key: str | None) -> list[RecentBatch]:
        """Return the batches that a record was in, oldest first."""
        found = self._batches.within(number, number)
        return [batch for batch in found if batch.holds(shard_id, number, partition_key)]


class Histories:
    """The histories of all mappings, by id; one begins when it is first asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_mapping: dict[str, History] = {}

    def of(self, mapping: str) -> History:
        """Return a mapping's."""
        with self._lock:
            return self._by_mapping.setdefault(mapping, History())

    def forget(self, mappings: Sequence[str]) -> None:
        """Let go of these."""
        with self._lock:
            for mapping in mappings:
                self._by_mapping.pop(mapping, None)

    def __iter__(self) -> Iterator[tuple[str, History]]:
        with self._lock:
            return iter(list(self._by_mapping.items()))


GIVEN_UP = "given up"
HISTORIES = Histories()


def batch(  # noqa: PLR0913  what is known of it, all of it named
    shard_id: str,
    records: Sequence[Record],
    lanes: int,
    *,
    request_id: str,
    kind: str,
    began: float,
    ended: float,
    failed_from: int = 0,
    reason: str = "",
) -> RecentBatch:
    """Describe a batch of these records; a window's last invocation may have none."""
    first, last = (int(records[at].sequence_number) if records else 0 for at in (0, -1))
    lane = lane_of(records[0].partition_key, lanes) if records else 0
    return RecentBatch(
        request_id,
        shard_id,
        first,
        last,
        len(records),
        lane,
        lanes,
        began,
        ended,
        kind,
        failed_from,
        reason[:LONGEST],
    )


def reason_of(outcome: EndedInvocation, verdict: JudgedTry, records: Sequence[Record]) -> str:
    """Say why an invocation was no success, in the function's own words where it has any."""
    match verdict.kind:
        case Kind.PROCESSED:
            return ""
        case Kind.ERROR:
            return _own_words(outcome.payload) or str(verdict.kind.value)
        case Kind.PARTLY | Kind.UNFINISHED:
            return f"the function reported {records[verdict.processed].sequence_number} as failed"
        case other:
            return str(other.value)


def failed_from(verdict: JudgedTry, records: Sequence[Record]) -> int:
    """Return the sequence number of the first record that the function reported as failed; 0 if none."""
    reported = verdict.kind in {Kind.PARTLY, Kind.UNFINISHED}
    return int(records[verdict.processed].sequence_number) if reported else 0


def _own_words(payload: bytes) -> str:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    return ": ".join(str(said[name]) for name in ("errorType", "errorMessage") if said.get(name))
