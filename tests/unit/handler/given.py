"""Records as Lambda delivers them, and a handler of the tests' own: a shop."""

import json
from base64 import b64encode
from decimal import Decimal
from typing import Any

from handler.once import Analysis, Body, Dimension, Measure, Reason, RejectedError, Total
from handler.once import batches as layer
from handler.once.batches import Entry
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


EVENT_TYPE = Dimension("EventType", "purchase", "page_view", "click")
DEVICE_TYPE = Dimension("DeviceType", "mobile", "unknown")


def analyse(event: Body) -> Analysis:
    """Store and count what a shop would: amounts of purchases, pages of views."""
    dimensions = (EVENT_TYPE.of(event.get("eventType")), DEVICE_TYPE.of(event.get("deviceType", "unknown")))
    match event:
        case {"eventType": "purchase", "amount": int() | Decimal() as amount}:
            measures = (Measure("PurchaseAmount", amount, "None"),)
            totals: tuple[Total, ...] = (Total("revenue", amount, squares=True),)
            return Analysis({"amount": amount}, measures, totals, dimensions)
        case {"eventType": "purchase"}:
            raise RejectedError(Reason.BAD_VALUE, "its amount is not a number")
        case {"pageUrl": str(page)}:
            return Analysis({}, totals=(Total("page", key=page),), dimensions=dimensions)
    return Analysis({}, dimensions=dimensions)


def read(at: Record) -> Entry:
    """Return what can be done with a record, with the handler above."""
    return layer.read(at, analyse)
