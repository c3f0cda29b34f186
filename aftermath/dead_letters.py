"""Dead letters of this pipeline: their records, read back from the stream as Lambda would deliver them."""

from base64 import b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from aftermath.failed_records import FailedRecord
from handler.once.records import Record
from tailrace.story import letters as any_letters
from tailrace.story.letters import DeadLetter
from tailrace.story.membership import Batching
from tailrace.stream.reading import Clock, StreamRecord

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class LetterRecords(NamedTuple):
    """A dead letter and those of its records that the stream still holds."""

    letter: DeadLetter
    records: list[FailedRecord]

    @property
    def expired(self) -> int:
        """How many of its records the stream does not hold any more."""
        return self.letter.size - len(self.records)


def record_of(shard_id: str, taken: StreamRecord) -> Record:
    """Return a record read from the stream as Lambda would deliver it."""
    data = b64encode(taken.data).decode()
    return Record(taken.sequence_number, shard_id, taken.partition_key, taken.arrival, data)


def read_back(
    kinesis: "KinesisClient", stream: str, letters: Iterable[DeadLetter], clock: Clock | None = None
) -> list[LetterRecords]:
    """Read the records of each letter; a shard that is gone with its records gives none."""
    return [
        LetterRecords(read.letter, [_failed(read.letter, taken) for taken in read.members.records])
        for read in any_letters.read_back(kinesis, stream, letters, Batching(), clock)
    ]


def _failed(letter: DeadLetter, taken: StreamRecord) -> FailedRecord:
    record = record_of(letter.shard_id, taken)
    detail = f"failed {letter.invoked} times"
    return FailedRecord(record, letter.condition, detail, None, [letter.message], "dead letters")
