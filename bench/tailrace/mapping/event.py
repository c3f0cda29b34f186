"""The event that Lambda hands to the function for a Kinesis source, key for key in AWS's order.

A record's data is base64 from put to event, so an event is joined from strings and never encoded again.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from tailrace.mapping.rules.windows import WindowView

LIMIT = 6 * 1024 * 1024
"""Bytes of the largest event that a synchronous invocation takes."""

_FRAME = len(b'{"Records":[]}')
_quoted = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` makes one for each text


class Record(Protocol):
    """One record as the Kinesis engine keeps it."""

    @property
    def sequence_number(self) -> str: ...  # noqa: D102  56 digits
    @property
    def partition_key(self) -> str: ...  # noqa: D102  1 to 256 characters
    @property
    def data(self) -> str: ...  # noqa: D102  standard base64
    @property
    def arrival(self) -> float: ...  # noqa: D102  epoch seconds, to the millisecond


class Source(NamedTuple):
    """Where records come from and on whose behalf: what every record of a shard repeats in the event."""

    stream_arn: str
    region: str
    shard_id: str
    role_arn: str
    """The function's execution role (not the session of it)."""


def render(source: Source, record: Record) -> str:
    """Write one member of `Records`, compact."""
    number = record.sequence_number
    key = _quoted(record.partition_key)
    return (
        f'{{"kinesis":{{"kinesisSchemaVersion":"1.0","partitionKey":{key},"sequenceNumber":"{number}",'
        f'"data":"{record.data}","approximateArrivalTimestamp":{record.arrival:.3f}}},'
        f'"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"{source.shard_id}:{number}",'
        f'"eventName":"aws:kinesis:record","invokeIdentityArn":"{source.role_arn}",'
        f'"awsRegion":"{source.region}","eventSourceARN":"{source.stream_arn}"}}'
    )


def event(source: Source, records: Iterable[Record], window: WindowView | None = None) -> bytes:
    """Write the whole event, as UTF-8; under a tumbling window, with what the event says of it.

    Half a surrogate pair in a key, which JSON can say and UTF-8 cannot, becomes `?` as in Java.
    """
    rendered = ",".join([render(source, record) for record in records])
    written = f'{{"Records":[{rendered}]{_window(source, window) if window else ""}}}'
    return written.encode(errors="replace")


def _window(source: Source, view: WindowView) -> str:
    start, end = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in view.window)
    return (
        f',"window":{{"start":"{start}","end":"{end}"}},"state":{view.state},"shardId":"{source.shard_id}",'
        f'"eventSourceARN":"{source.stream_arn}","isFinalInvokeForWindow":{json.dumps(view.final)},'
        f'"isWindowTerminatedEarly":{json.dumps(view.early)}'
    )


class EventScale:
    """Weighs records before the event is written: how many bytes each adds to it.

    >>> source = Source("arn:…", "us-east-1", "shardId-000000000000", "arn:…")
    >>> weigh = EventScale(source)
    """

    def __init__(self, source: Source) -> None:
        self._fixed = len(render(source, _Nothing()).encode()) - len('""') + len(",")

    def __call__(self, record: Record) -> int:
        """Bytes that this record adds to an event, its comma included."""
        key = _quoted(record.partition_key)
        written = len(key) if key.isascii() else len(key.encode(errors="replace"))
        return self._fixed + written + 2 * len(record.sequence_number) + len(record.data)


def fits(weight: int) -> bool:
    """Whether records that weigh so much make an event that Lambda takes."""
    return weight - len(",") + _FRAME <= LIMIT


class _Nothing(NamedTuple):
    """A record of no length but its timestamp's, which has 14 characters until the year 2286."""

    sequence_number: str = ""
    partition_key: str = ""
    data: str = ""
    arrival: float = 1_700_000_000.0
