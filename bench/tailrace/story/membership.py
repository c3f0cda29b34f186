"""Which records of a stretch of a shard were the batch of an on-failure message. Pure.

A message names the first and the last record of the batch, and how many there were. Between the two may stand
records that the mapping's filters left out, and with a parallelization factor those of other lanes. For
a consumer of the stream, an aggregate of the Kinesis Producer Library counts as the records in it.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

from tailrace.kinesis.engine import Record
from tailrace.mapping.aggregates import deaggregated
from tailrace.mapping.filters import record_filter
from tailrace.mapping.rules.shard import lane_of
from tailrace.mapping.settings import MappingSettings
from tailrace.stream.reading import StreamRecord


class Members(NamedTuple):
    """The records of a batch; `exact` tells whether they are all of it and no others."""

    records: list[StreamRecord]
    delivered: int
    """Records that the function was given, those in aggregates each."""
    exact: bool


class Batching(NamedTuple):
    """How a mapping makes batches; `apart`: it takes aggregates apart, as for a consumer of the stream."""

    settings: MappingSettings = MappingSettings()
    deaggregates: bool = False


class _AnyKey:
    @staticmethod
    def holds(_key: int) -> bool:
        """Take any: which shard an aggregate was delivered from, the mapping has judged."""
        return True


def members(stretch: Sequence[StreamRecord], size: int, batching: Batching) -> Members:
    """Choose from the records of a stretch, in order, those that were a batch of `size` records.

    Where that cannot be told, all that may have been.
    """
    settings, deaggregates = batching
    accepts = record_filter(settings.patterns)
    inner = {
        taken.sequence_number: deaggregated(_kept(taken), _AnyKey()) if deaggregates else [_kept(taken)]
        for taken in stretch
    }
    passing = [taken for taken in stretch if any(map(accepts, inner[taken.sequence_number]))]

    def counted(records: Sequence[StreamRecord]) -> int:
        return sum(sum(map(accepts, inner[taken.sequence_number])) for taken in records)

    if settings.factor > 1 and passing and counted(passing) > size:
        lanes = {
            number: {lane_of(one.partition_key, settings.factor) for one in inner[number]} for number in inner
        }
        of_first = lanes[passing[0].sequence_number]
        same = [taken for taken in passing if lanes[taken.sequence_number] & of_first]
        if counted(same) == size:
            passing = same
    delivered = counted(passing)
    return Members(passing, delivered, delivered == size)


def _kept(taken: StreamRecord) -> Record:
    return Record(taken.sequence_number, taken.partition_key, b64encode(taken.data).decode(), taken.arrival)
