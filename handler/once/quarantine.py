"""Quarantine: a queue of messages that hold the refused record's original bytes and the reason.

    {"version": 1, "reason": "not-json", "detail": "…", "shardId": "…", "sequenceNumber": "…",
     "partitionKey": "…", "arrival": 1545084650.987, "eventId": null, "data": "<base64>"}

A record too large for one message is cut: `part` of `parts` (from 1); their `data` together are its own.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from handler.once.batches import Rejected

MOST_MESSAGES = 10
"""Messages in one SendMessageBatch call."""
MOST_BYTES = 256 * 1024
"""Bytes of all messages of one call. SQS takes 1 MiB by now; queues and emulators of before take this."""
PART = 180_000
"""Characters of base64 in one message, divisible by four: each part can be decoded by itself."""
LONGEST_ID = 2048


class QuarantineQueue(Protocol):
    """SQS, with errors as botocore raises them."""

    def __call__(self, messages: Sequence[tuple[str, str]]) -> set[str]:
        """Send messages (id, body) in one call; return the ids of those that failed."""
        ...


class Message(NamedTuple):
    """One message of a refused record."""

    sequence_number: str
    body: str


def messages(refused: Rejected) -> Iterator[Message]:
    """Give the messages of a refused record: one, or its parts."""
    record = refused.record
    event_id = refused.event_id
    fields: dict[str, Any] = {
        "version": 1,
        "reason": refused.reason,
        "detail": refused.detail,
        "shardId": record.shard_id,
        "sequenceNumber": record.sequence_number,
        "partitionKey": record.partition_key,
        "arrival": record.arrival,
        "eventId": event_id if event_id is None or len(event_id) <= LONGEST_ID else None,
    }
    parts = [record.data[start : start + PART] for start in range(0, len(record.data), PART)] or [""]
    for number, data in enumerate(parts, start=1):
        cut = {"part": number, "parts": len(parts)} if len(parts) > 1 else {}
        yield Message(record.sequence_number, json.dumps({**fields, **cut, "data": data}))


def calls(every: Sequence[Message]) -> Iterator[list[Message]]:
    """Cut messages into calls, within SQS's limits."""
    call: list[Message] = []
    size = 0
    for message in every:
        if call and (len(call) == MOST_MESSAGES or size + len(message.body) > MOST_BYTES):
            yield call
            call, size = [], 0
        call.append(message)
        size += len(message.body)
    if call:
        yield call


def send(queue: QuarantineQueue, refused: Sequence[Rejected]) -> set[str]:
    """Send the messages of refused records; return the sequence numbers of those not sent, or not in full."""
    unsent: set[str] = set()
    for call in calls([message for each in refused for message in messages(each)]):
        try:
            failed = queue([(str(index), message.body) for index, message in enumerate(call)])
        except (ClientError, BotoCoreError):
            failed = {str(index) for index in range(len(call))}
        unsent |= {call[int(index)].sequence_number for index in failed}
    return unsent
