"""Dead letters: what Lambda sends to a mapping's on-failure destination for a batch that it gave up.

They hold no records, but say where those stand: they are read back from the stream. Into a bucket Lambda puts
the whole event beside the message: then the records are taken from there.
"""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from tailrace.story.membership import Batching, Members, members
from tailrace.stream.reading import Clock, Cursor, Start, StreamRecord, between

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

GONE = {"ResourceNotFoundException", "InvalidArgumentException"}
"""No such shard any more, or no such place in it: the stream was made anew."""


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
    stream_arn: str = ""
    event: tuple[StreamRecord, ...] = ()
    """The records that the function was given, where the message has them."""

    def holds(self, shard_id: str, sequence_number: str) -> bool:
        """Tell whether a record is one of the batch, or stands between two that are."""
        return self.shard_id == shard_id and int(self.first) <= int(sequence_number) <= int(self.last)


def parsed(messages: Iterable[tuple[str, str]]) -> Iterator[DeadLetter]:
    """Give the dead letters among messages (id, body); what is none is passed over."""
    for message_id, text in messages:
        try:
            yield _letter(message_id, json.loads(text))
        except (ValueError, KeyError, TypeError):
            continue


def _letter(message_id: str, body: Mapping[str, Any]) -> DeadLetter:
    batch, request = body["KinesisBatchInfo"], body["requestContext"]
    return DeadLetter(
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
        stream_arn=batch.get("streamArn", ""),
        event=_event(body.get("payload")),
    )


def _event(payload: str | None) -> tuple[StreamRecord, ...]:
    delivered = json.loads(payload)["Records"] if payload else []
    return tuple(
        StreamRecord(
            one["kinesis"]["sequenceNumber"],
            one["kinesis"]["partitionKey"],
            b64decode(one["kinesis"]["data"]),
            one["kinesis"]["approximateArrivalTimestamp"],
        )
        for one in delivered
    )


class ReadBack(NamedTuple):
    """A dead letter and those of its records that could be read."""

    letter: DeadLetter
    members: Members

    @property
    def gone(self) -> int:
        """How many of its records the stream does not hold any more."""
        return max(0, self.letter.size - self.members.delivered)

    @property
    def whole(self) -> bool:
        """Whether its records are there, all of them and no others."""
        return self.members.exact


def read_back(
    kinesis: "KinesisClient",
    stream: str,
    letters: Iterable[DeadLetter],
    batching: Batching,
    clock: Clock | None = None,
) -> Iterator[ReadBack]:
    """Read the records of each letter of a mapping that makes batches so.

    A shard that is gone with its records gives none.
    """
    for letter in letters:
        if letter.event:
            yield ReadBack(letter, Members(list(letter.event), len(letter.event), exact=True))
            continue
        stretch: list[StreamRecord] = []
        try:
            stretch += between(
                Cursor(kinesis, stream, letter.shard_id, Start.record(letter.first), clock), letter.last
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
        yield ReadBack(letter, members(stretch, letter.size, batching))
