"""What Lambda hands over, and why a record can be refused."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

type Json = str | int | bool | Decimal | float | list[Json] | dict[str, Json] | None
"""A parsed JSON value; numbers with a fraction or exponent are Decimals, so nothing is rounded.
Only analytics may bring in a float; it is stored by its shortest text."""


LONGEST_DETAIL = 500


class Record(NamedTuple):
    """One record of a Kinesis shard."""

    sequence_number: str
    shard_id: str
    partition_key: str
    arrival: float
    """When the stream took it, epoch seconds."""
    data: str
    """The bytes as they were put, in base64."""

    @property
    def arrived(self) -> int:
        """When the stream took it, epoch milliseconds."""
        return round(self.arrival * 1000)

    @property
    def minute(self) -> int:
        """The minute of arrival, counted from the epoch."""
        return int(self.arrival // 60)


class Reason(StrEnum):
    """Why a record can never be stored. These are also the values of the metrics' dimension `Reason`."""

    NOT_JSON = "not-json"
    NOT_AN_EVENT = "not-an-event"
    NO_TIMESTAMP = "no-timestamp"
    BAD_TEXT = "bad-text"
    BAD_NUMBER = "bad-number"
    BAD_NAME = "bad-name"
    BAD_VALUE = "bad-value"
    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    ANALYTICS_FAILED = "analytics-failed"
    CONFLICTING_DUPLICATE = "conflicting-duplicate"
    REFUSED_BY_DYNAMODB = "refused-by-dynamodb"


class RejectedError(Exception):
    """This record can never succeed; it belongs in quarantine. `detail` says what is wrong, shortly."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail[:LONGEST_DETAIL].encode(errors="replace").decode()


def record_of(delivered: dict[str, Any]) -> Record:
    """Return the record in one entry of the event's `Records`."""
    kinesis = delivered["kinesis"]
    return Record(
        kinesis["sequenceNumber"],
        delivered["eventID"].partition(":")[0],
        kinesis["partitionKey"],
        kinesis["approximateArrivalTimestamp"],
        kinesis["data"],
    )
