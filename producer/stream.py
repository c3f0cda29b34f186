"""The stream: which one, what it takes, and PutRecords."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bootstrap import stacks
from bootstrap.errors import OperationError, UsageError
from producer.event import Event
from producer.rules import Accepted, Refused

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient
    from types_boto3_kinesis.type_defs import PutRecordsResultEntryTypeDef

    from bootstrap.target import Target

CONNECT_SECONDS = 5
READ_SECONDS = 15


def stream_name(target: "Target", stack: str) -> str:
    """Return the name of the stack's stream, from the stack's outputs."""
    found = stacks.find(target.client("cloudformation"), stack)
    name = found.outputs.get("StreamName") if found else None
    if not name:
        raise UsageError(f"There is no stack {stack} here: `make up` deploys it, or STREAM= names a stream.")
    return name


@dataclass(frozen=True)
class Stream:
    """A stream that is there."""

    name: str
    record_bytes: int
    """The largest record that it takes, with its key."""
    client: "KinesisClient"

    @classmethod
    def find(cls, target: "Target", name: str, requests: int) -> "Stream":
        """Look at a stream; `requests` is how many will be made to it at the same time."""
        client = target.client(
            "kinesis",
            retries={"total_max_attempts": 1},  # retries are the rules' own: they keep the order
            parameter_validation=False,  # they keep the limits too, and it is a fifth of the time
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=requests,
            tcp_keepalive=True,
        )
        try:
            about = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        except client.exceptions.ResourceNotFoundException:
            raise UsageError(f"There is no stream {name} here: `make up` deploys one.") from None
        except ClientError as error:
            raise OperationError(f"The stream {name} does not answer: {error}") from error
        return cls(name, about.get("MaxRecordSizeInKiB", 1024) * 1024, client)

    def put(self, events: Sequence[Event]) -> list[Accepted | Refused]:
        """Make one PutRecords request; return what became of each entry, in their order."""
        answer = self.client.put_records(
            StreamName=self.name,
            Records=[{"Data": event.data, "PartitionKey": event.key} for event in events],
        )
        return [_result(entry) for entry in answer["Records"]]


def _result(entry: "PutRecordsResultEntryTypeDef") -> Accepted | Refused:
    if entry.get("ErrorCode"):
        return Refused(entry["ErrorCode"], entry.get("ErrorMessage", ""))
    return Accepted(entry["SequenceNumber"], entry["ShardId"])
