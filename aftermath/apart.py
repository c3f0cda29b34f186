"""What was set aside: messages become records, whole and each once. Pure.

The quarantine's messages are the handler's (`handler/once/quarantine.py`), the dead letters are Lambda's:
they do not hold the records, but say where in the stream they stand.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftermath.settings import Settings
from handler.once.records import Record


@dataclass
class Apart:
    """A record that was set aside."""

    record: Record
    reason: str
    detail: str
    event_id: str | None
    messages: list[str]
    """Ids of the messages that hold it, or of the dead letters that name it."""
    origin: str = "quarantine"

    @property
    def size(self) -> int:
        """How many bytes were put."""
        return len(self.record.data) * 3 // 4 - self.record.data.count("=", -2)

    @property
    def order(self) -> int:
        """Rises in the order in which a partition key's records were put."""
        return int(self.record.sequence_number)


@dataclass
class Held:
    """What a queue held: whole records, and what is none."""

    records: list[Apart]
    incomplete: list[str]
    """Sequence numbers of records of which parts are missing."""
    foreign: int
    """Messages that are none of the handler's."""


@dataclass
class _Parts:
    """The messages of one record, as they come."""

    parts: int
    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


def assemble(messages: Iterable[tuple[str, str]]) -> Held:
    """Put messages (id, body) together: each record once, from its parts, in the order of the stream.

    A record whose messages came twice (the handler was killed in between, or SQS delivered again) has the
    ids of all of them.
    """
    gathered: dict[str, _Parts] = {}
    foreign = 0
    for message_id, text in messages:
        body = _body(text)
        if body is None:
            foreign += 1
            continue
        parts = gathered.setdefault(body["sequenceNumber"], _Parts(body.get("parts", 1)))
        parts.found[body.get("part", 1)] = body
        parts.messages.append(message_id)
    whole = {number: parts for number, parts in gathered.items() if len(parts.found) == parts.parts}
    records = [_apart(parts) for parts in whole.values()]
    return Held(
        sorted(records, key=lambda apart: apart.order), sorted(gathered.keys() - whole.keys()), foreign
    )


def _body(text: str) -> dict[str, Any] | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    known = (
        isinstance(body, dict) and body.get("version") == 1 and "sequenceNumber" in body and "data" in body
    )
    return body if known else None


def _apart(parts: _Parts) -> Apart:
    first = parts.found[1]
    data = "".join(parts.found[part]["data"] for part in sorted(parts.found))
    record = Record(
        first["sequenceNumber"], first["shardId"], first["partitionKey"], float(first["arrival"]), data
    )
    return Apart(record, first["reason"], first["detail"], first["eventId"], parts.messages)


@dataclass(frozen=True)
class Letter:
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


def letters(messages: Iterable[tuple[str, str]]) -> Iterator[Letter]:
    """Give the dead letters among messages (id, body); what is none is passed over."""
    for message_id, text in messages:
        try:
            body = json.loads(text)
            batch, request = body["KinesisBatchInfo"], body["requestContext"]
            yield Letter(
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


def wanted(apart: Apart, settings: Settings) -> bool:
    """Tell whether the settings ask for this record: by reason, key and time of arrival."""
    since, until = settings.since, settings.until
    return (
        settings.reason in {"", apart.reason}
        and settings.key in {"", apart.record.partition_key}
        and (since is None or apart.record.arrival >= since.timestamp())
        and (until is None or apart.record.arrival < until.timestamp())
    )
