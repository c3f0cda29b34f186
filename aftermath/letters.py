"""Dead letters hold no records, but say where they stand: they are read back from the stream."""

from base64 import b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from aftermath.apart import Apart, Letter
from handler.once.records import Record
from tailrace.stream.reading import Clock, Cursor, Start, Taken, between

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class ReadBack(NamedTuple):
    """A dead letter and those of its records that the stream still holds."""

    letter: Letter
    records: list[Apart]

    @property
    def expired(self) -> int:
        """How many of its records the stream does not hold any more."""
        return self.letter.size - len(self.records)


def record_of(shard_id: str, taken: Taken) -> Record:
    """Return a record read from the stream as Lambda would deliver it."""
    data = b64encode(taken.data).decode()
    return Record(taken.sequence_number, shard_id, taken.partition_key, taken.arrival, data)


def read_back(
    kinesis: "KinesisClient", stream: str, letters: Iterable[Letter], clock: Clock | None = None
) -> list[ReadBack]:
    """Read the records of each letter; a shard that is gone with its records gives none."""
    found = []
    for letter in letters:
        cursor = Cursor(kinesis, stream, letter.shard_id, Start.record(letter.first), clock)
        records = []
        try:
            for taken in between(cursor, letter.last, letter.size):
                record = record_of(letter.shard_id, taken)
                detail = f"failed {letter.invoked} times"
                records.append(
                    Apart(record, letter.condition, detail, None, [letter.message], "dead letters")
                )
        except ClientError as error:
            # No such shard any more, or no such place in it: the stream was made anew.
            if error.response["Error"]["Code"] not in {
                "ResourceNotFoundException",
                "InvalidArgumentException",
            }:
                raise
        found.append(ReadBack(letter, records))
    return found
