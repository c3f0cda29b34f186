"""Records that failed, as the tests give them."""

import json
from base64 import b64encode
from typing import Any

from aftermath.failed_records import FailedRecord
from aftermath.settings import AftermathSettings
from handler.once.batches import Rejected
from handler.once.quarantine import messages
from handler.once.records import Reason, Record
from tailrace.story.letters import DeadLetter, parsed

FIRST = 49590338271490256608559692538361571095921575989136588898
SHARD = "shardId-000000000006"
ARRIVAL = 1_767_323_045.0


def settings(**named: str) -> AftermathSettings:
    """Return the settings that these give."""
    return AftermathSettings.from_environment(named)


def record(n: int, data: bytes = b"bad", key: str = "k") -> Record:
    """Return the n-th record of a shard; it arrived n seconds after the first."""
    return Record(str(FIRST + n), SHARD, key, ARRIVAL + n, b64encode(data).decode())


def event(n: int, event_id: str | None = None, key: str = "k") -> Record:
    """Return the n-th record with an event."""
    body: dict[str, Any] = {"n": 0, "timestamp": "2026-01-02T03:04:05Z"}
    return record(n, json.dumps(body | ({"eventId": event_id} if event_id else {})).encode(), key)


def quarantined(given: Record, reason: Reason = Reason.NOT_JSON) -> list[str]:
    """Return the messages that the handler would send of a record."""
    return [message.body for message in messages(Rejected(given, reason, "why", None))]


def failed(given: Record, reason: str = "not-json", message: str = "m") -> FailedRecord:
    """Return a record that is in quarantine."""
    return FailedRecord(given, reason, "why", None, [message])


def letter(first: int, last: int, size: int, message: str = "d") -> DeadLetter:
    """Return a dead letter about the shard's records from `first` to `last`."""
    body = {
        "requestContext": {
            "requestId": "r-1",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "timestamp": "2026-01-02T03:14:05.000Z",
        "KinesisBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": str(FIRST + first),
            "endSequenceNumber": str(FIRST + last),
            "approximateArrivalOfFirstRecord": "2026-01-02T03:04:05.000Z",
            "approximateArrivalOfLastRecord": "2026-01-02T03:04:06.000Z",
            "batchSize": size,
        },
    }
    (found,) = parsed([(message, json.dumps(body))])
    return found
