"""Records as Lambda delivers them."""

import json
from base64 import b64encode
from typing import Any

from handler.once.records import Record

FIRST = 49590338271490256608559692538361571095921575989136588898
ARRIVAL = 1_700_000_000.0


def number(index: int) -> str:
    """Return the sequence number of a shard's record, counted from 0."""
    return str(FIRST + index)


def record(index: int, data: bytes, partition_key: str = "user_1") -> Record:
    """Return a shard's record, counted from 0."""
    return Record(number(index), "shardId-000000000006", partition_key, ARRIVAL, b64encode(data).decode())


def event(index: int, event_id: str, partition_key: str = "user_1", **fields: Any) -> Record:  # noqa: ANN401  JSON
    """Return a record with an event."""
    body = {"eventId": event_id, "timestamp": "2026-01-01T00:00:00Z", "eventType": "click", **fields}
    return record(index, json.dumps(body).encode(), partition_key)
