"""The quarantine's messages become records, whole and each once. Pure.

They are the handler's (`handler/once/quarantine.py`): a large record is cut into several.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aftermath.failed_records import FailedRecord
from handler.once.records import Record


@dataclass
class QuarantineContents:
    """What the queue holds: whole records, and what is none."""

    records: list[FailedRecord]
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


def assemble(messages: Iterable[tuple[str, str]]) -> QuarantineContents:
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
    records = [_record(parts) for parts in whole.values()]
    return QuarantineContents(
        sorted(records, key=lambda failed: failed.order), sorted(gathered.keys() - whole.keys()), foreign
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


def _record(parts: _Parts) -> FailedRecord:
    first = parts.found[1]
    data = "".join(parts.found[part]["data"] for part in sorted(parts.found))
    record = Record(
        first["sequenceNumber"], first["shardId"], first["partitionKey"], float(first["arrival"]), data
    )
    return FailedRecord(record, first["reason"], first["detail"], first["eventId"], parts.messages)
