"""What a subscription filter sends: log events in AWS's messages, as JSON and gzip. Pure.

Source: the CloudWatch Logs user guide, "Log group-level subscription filters".
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

BY_LOG_STREAM, RANDOM = "ByLogStream", "Random"
"""How lines are spread over a stream's shards."""
_ID_DIGITS = 56


class StoredEvent(NamedTuple):
    """A stored log event; `timestamp` in epoch milliseconds."""

    number: int
    timestamp: int
    message: str


class LogSource(NamedTuple):
    """Where lines come from: a log stream."""

    account: str
    region: str
    group: str
    stream: str

    @property
    def partition_key(self) -> str:
        """Keep the lines of one log stream in order, as the distribution ByLogStream does."""
        return hashlib.md5(f"{self.group}:{self.stream}".encode(), usedforsecurity=False).hexdigest()


def data_message(source: LogSource, filter_name: str, lines: Sequence[StoredEvent]) -> bytes:
    """Word the message that carries lines to a destination, compressed."""
    events = [
        {"id": f"{line.number:0{_ID_DIGITS}d}", "timestamp": line.timestamp, "message": line.message}
        for line in lines
    ]
    return _compressed(
        {
            "messageType": "DATA_MESSAGE",
            "owner": source.account,
            "logGroup": source.group,
            "logStream": source.stream,
            "subscriptionFilters": [filter_name],
            "logEvents": events,
        }
    )


def control_message(service: str, now: int) -> bytes:
    """Word the message with which CloudWatch Logs tries a new destination; `now` in epoch milliseconds."""
    text = f"CWL CONTROL MESSAGE: Checking health of destination {service}."
    return _compressed(
        {
            "messageType": "CONTROL_MESSAGE",
            "owner": "CloudwatchLogs",
            "logGroup": "",
            "logStream": "",
            "subscriptionFilters": [],
            "logEvents": [{"id": "", "timestamp": now, "message": text}],
        }
    )


def _compressed(message: dict[str, object]) -> bytes:
    return gzip.compress(json.dumps(message, separators=(",", ":")).encode(), compresslevel=6)
