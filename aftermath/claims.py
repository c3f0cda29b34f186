"""Which records an earlier replay has put already: told by its claims, and in doubt by the stream itself.

A replay that breaks off between a put and its acknowledgement leaves a claim that says `begun`. Whether the
record was put stands in the stream: a record of the same key with the same bytes that is newer than the
claim. Only events without an `eventId` need this; the others are stored once anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from aftermath.dead_letters import record_of
from aftermath.failed_records import FailedRecord
from aftermath.tables import Claim, has_own_identity
from handler.once.records import Record
from tailrace.stream.reading import Cursor, Start, shards

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

UNDER_WAY = 90.0
"""Seconds in which a claim may belong to a replay that is still putting."""
AT_A_TIME = 8
"""Claims that are made at the same time."""
SKEW = 5.0
"""Seconds by which this machine's clock may be ahead of the stream's."""


@dataclass
class Sorted:
    """Records that are to be replayed, by what earlier replays did with them."""

    to_put: list[FailedRecord] = field(default_factory=list)
    put_before: list[FailedRecord] = field(default_factory=list)
    under_way: list[FailedRecord] = field(default_factory=list)
    """Claimed a moment ago, by a replay that may be putting them now."""
    unknown: list[FailedRecord] = field(default_factory=list)
    """Claimed longer ago than the stream keeps records: nobody can tell."""


class Claims(Protocol):
    """Where claims stand: the tables."""

    def claim(self, record: Record) -> Claim | None:
        """Claim a record; return the claim that is there already."""
        ...


class InStream(Protocol):
    """What stands in a stream."""

    @property
    def retention(self) -> float:
        """Seconds for which it holds a record."""
        ...

    def like(self, wanted: "set[Likeness]", since: float) -> "Mapping[Likeness, list[int]]":
        """Return the sequence numbers of newer records that are like these."""
        ...


def sort_out(claims: Claims, records: Iterable[FailedRecord], contents: InStream, now: float) -> Sorted:
    """Claim the records that need it, and sort out what an earlier replay has put; `now` in epoch seconds."""
    result = Sorted()
    doubtful: list[tuple[FailedRecord, Claim]] = []
    given = list(records)

    def claimed(failed: FailedRecord) -> Claim | None:
        return None if has_own_identity(failed.record) else claims.claim(failed.record)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        claims_made = list(pool.map(claimed, given))
    for failed, claim in zip(given, claims_made, strict=True):
        if claim is None:
            result.to_put.append(failed)
        elif claim.state == "put":
            result.put_before.append(failed)
        elif now - claim.at < UNDER_WAY:
            result.under_way.append(failed)
        elif now - claim.at > contents.retention:
            result.unknown.append(failed)
        else:
            doubtful.append((failed, claim))
    if doubtful:
        _settle(doubtful, contents, result)
    result.to_put.sort(key=lambda failed: failed.order)
    return result


def _settle(doubtful: Sequence[tuple[FailedRecord, Claim]], contents: InStream, result: Sorted) -> None:
    """Look in the stream for what was begun: each newer record there stands for one of its like."""
    since = min(claim.at for _, claim in doubtful) - SKEW
    like = contents.like({_likeness(failed.record) for failed, _ in doubtful}, since)
    own = {failed.order for failed, _ in doubtful}
    for failed, _ in sorted(doubtful, key=lambda pair: -pair[0].order):
        newer = [each for each in like[_likeness(failed.record)] if each > failed.order and each not in own]
        if newer:
            like[_likeness(failed.record)].remove(max(newer))
            result.put_before.append(failed)
        else:
            result.to_put.append(failed)


type Likeness = tuple[str, str]


def _likeness(record: Record) -> Likeness:
    return record.partition_key, record.data


class StreamContents:
    """What stands in a stream; `retention` is for how many seconds."""

    def __init__(self, kinesis: "KinesisClient", stream: str) -> None:
        self._kinesis = kinesis
        self._stream = stream
        about = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
        self.retention = about["RetentionPeriodHours"] * 3600.0

    def like(self, wanted: set[Likeness], since: float) -> Mapping[Likeness, list[int]]:
        """Return the sequence numbers of the records since then (epoch seconds) that are like these."""
        start = Start.at(datetime.fromtimestamp(since, UTC))
        found: dict[Likeness, list[int]] = {likeness: [] for likeness in wanted}
        for shard in shards(self._kinesis, self._stream):
            for page in Cursor(self._kinesis, self._stream, shard.id, start).to_its_end():
                for taken in page:
                    likeness = _likeness(record_of(shard.id, taken))
                    if likeness in found:
                        found[likeness].append(int(taken.sequence_number))
        return found
