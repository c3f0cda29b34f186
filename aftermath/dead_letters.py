"""Dead letters: batches that failed until their retries were used up.

They are Lambda's, and hold no records, but say where those stand: they are read back from the stream.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from aftermath.failed_records import FailedRecord
from handler.once.records import Record
from tailrace.stream.reading import Clock, Cursor, Start, StreamRecord, between

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter: a batch that failed until the retries were used up."""

    message: str
    condition: str
    invoked: int
    """How often the function got it, approximately."""
    shard_id: str
    first: str
    last: str
    """Sequence numbers of the batch's first and last record."""
    size: int
    """Records in it."""
    arrived: tuple[datetime, datetime]
    """When its first and last record came into the stream."""
    sent: datetime
    request_id: str

    def holds(self, shard_id: str, sequence_number: str) -> bool:
        """Tell whether a record is one of the batch."""
        return self.shard_id == shard_id and int(self.first) <= int(sequence_number) <= int(self.last)


def parsed(messages: Iterable[tuple[str, str]]) -> Iterator[DeadLetter]:
    """Give the dead letters among messages (id, body); what is none is passed over."""
    for message_id, text in messages:
        try:
            body = json.loads(text)
            batch, request = body["KinesisBatchInfo"], body["requestContext"]
            yield DeadLetter(
                message=message_id,
                condition=request["condition"],
                invoked=request["approximateInvokeCount"],
                shard_id=batch["shardId"],
                first=batch["startSequenceNumber"],
                last=batch["endSequenceNumber"],
                size=batch["batchSize"],
                arrived=(
                    datetime.fromisoformat(batch["approximateArrivalOfFirstRecord"]),
                    datetime.fromisoformat(batch["approximateArrivalOfLastRecord"]),
                ),
                sent=datetime.fromisoformat(body["timestamp"]),
                request_id=request["requestId"],
            )
        except (ValueError, KeyError, TypeError):
            continue


class ReadBack(NamedTuple):
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
                    FailedRecord(record, letter.condition, detail, None, [letter.message], "dead letters")
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
