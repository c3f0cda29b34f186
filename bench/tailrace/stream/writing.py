"""A stream that is written: what it takes, and PutRecords."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from tailrace.stream.errors import NoSuchStreamError, StreamError
from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, Refused

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kinesis.type_defs import PutRecordsResultEntryTypeDef


def configuration(requests: int) -> dict[str, Any]:
    """Return botocore's settings of a client that sends; `requests` is how many it makes at the same time."""
    return {
        "retries": {"total_max_attempts": 1},  # retries are the rules' own: they keep the order
        "parameter_validation": False,  # they keep the limits too, and it is a fifth of the time
        "connect_timeout": 5,
        "read_timeout": 15,
        "max_pool_connections": requests,
        "tcp_keepalive": True,
    }


@dataclass(frozen=True)
class WritableStream:
    """A stream that is there."""

    name: str
    record_bytes: int
    """The largest record that it takes, with its key."""
    client: "KinesisClient"

    @classmethod
    def find(cls, client: "KinesisClient", name: str) -> "WritableStream":
        """Look at a stream, by a client made with `configuration`."""
        try:
            about = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        except client.exceptions.ResourceNotFoundException:
            raise NoSuchStreamError(f"There is no stream {name} here.") from None
        except ClientError as error:
            raise StreamError(f"The stream {name} does not answer: {error}") from error
        return cls(name, about.get("MaxRecordSizeInKiB", 1024) * 1024, client)

    def put(self, events: Sequence[Event]) -> list[Accepted | Refused]:
        """Make one PutRecords request; return what became of each entry, in their order."""
        return put_records(self.client, self.name, events)


class RequestEntry(Protocol):
    """What is put: an event of the sender's, a record of a test's."""

    @property
    def data(self) -> bytes:
        """The record's data."""

    @property
    def key(self) -> str:
        """Its partition key."""


def put_records(
    client: "KinesisClient", stream: str, entries: Sequence[RequestEntry]
) -> list[Accepted | Refused]:
    """Make one PutRecords request; return what became of each entry, in their order."""
    answer = client.put_records(
        StreamName=stream,
        Records=[{"Data": entry.data, "PartitionKey": entry.key} for entry in entries],
    )
    return [_result(entry) for entry in answer["Records"]]


def _result(entry: "PutRecordsResultEntryTypeDef") -> Accepted | Refused:
    if entry.get("ErrorCode"):
        return Refused(entry["ErrorCode"], entry.get("ErrorMessage", ""))
    return Accepted(entry["SequenceNumber"], entry["ShardId"])
