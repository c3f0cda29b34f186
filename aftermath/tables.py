"""Where a record stands: in the results, or in the handler's ledger; and what a replay has claimed.

A claim stands in the ledger table: `pk` is `replay#NUMBER` (the sequence number of the record that was set
aside), `sk` its shard, `state` is `begun` or `put`. It is what makes a replay apply an event once that has
no `eventId`: such an event's identity is its sequence number, and that is new with every put.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from handler.once.events import Key, parse
from handler.once.records import Record, RejectedError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

type Where = Literal["stored", "duplicate", "quarantined"]

KEPT = 60 * 86400
"""Seconds for which a claim is kept: longer than any queue keeps a message."""
MOST_READS = 100
MOST_WRITES = 25


class Settled(NamedTuple):
    """What became of a record; for quarantined ones the reason and the detail."""

    where: Where
    reason: str = ""
    detail: str = ""


class Claim(NamedTuple):
    """A replay's claim of a record."""

    state: Literal["begun", "put"]
    at: float
    """Epoch seconds."""


def key_of(record: Record) -> Key | None:
    """Return the key under which a record's event would be stored; None if it is no event."""
    try:
        return parse(record).key
    except RejectedError:
        return None


def has_own_identity(record: Record) -> bool:
    """Tell whether the event says itself who it is: then it is stored once, however often it is put."""
    key = key_of(record)
    return key is not None and key.event_id != record.sequence_number


class Tables:
    """The two tables of a stack."""

    def __init__(self, dynamodb: "DynamoDBClient", results: str, ledger: str) -> None:
        self._dynamodb = dynamodb
        self._results = results
        self._ledger = ledger

    def settled(self, records: Sequence[Record]) -> dict[str, Settled]:
        """Return what became of those of these records that are settled, by sequence number."""
        found: dict[str, Settled] = {}
        keys = {record.sequence_number: key_of(record) for record in records}
        items = self._get(self._results, [_item_key(key) for key in {*keys.values()} if key])
        stored = {item["sequenceNumber"]["S"] for item in items}
        for number in keys.keys() & stored:
            found[number] = Settled("stored")
        left = [record for record in records if record.sequence_number not in found]
        for marker in self._get(self._ledger, [_marker_key("record", record) for record in left]):
            found[marker["pk"]["S"].partition("#")[2]] = _settled(marker)
        return found

    def items_of(self, event_id: str) -> list[dict[str, Any]]:
        """Return the items of an event id, as DynamoDB types them: one, or one for each of its timestamps."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._results,
            KeyConditionExpression="eventId = :id",
            ExpressionAttributeValues={":id": {"S": event_id}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def item_at(self, key: Key) -> dict[str, Any] | None:
        """Return the item of a key, as DynamoDB types it."""
        return next(iter(self._get(self._results, [_item_key(key)])), None)

    def marker(self, shard_id: str, sequence_number: str) -> Settled | None:
        """Return what the handler's ledger says of a record that has no item."""
        found = self._note("record", shard_id, sequence_number)
        return _settled(found) if found else None

    def put_as(self, shard_id: str, sequence_number: str) -> str:
        """Return the sequence number that a replay gave a record, if one did and noted it."""
        found = self._note("replay", shard_id, sequence_number)
        number: str = found["putAs"]["S"] if found and "putAs" in found else ""
        return number

    def _note(self, kind: str, shard_id: str, sequence_number: str) -> dict[str, Any] | None:
        key = {"pk": {"S": f"{kind}#{sequence_number}"}, "sk": {"S": shard_id}}
        return next(iter(self._get(self._ledger, [key])), None)

    def claim(self, record: Record) -> Claim | None:
        """Claim a record for this replay; return the claim that an earlier one left, if there is one."""
        item = _claim(record, "begun")
        try:
            self._dynamodb.put_item(
                TableName=self._ledger,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            existing: Any = error.response.get("Item", {})
            state = "put" if existing["state"]["S"] == "put" else "begun"
            return Claim("put" if state == "put" else "begun", int(existing["at"]["N"]) / 1000)
        return None

    def note_put(self, put: Sequence[tuple[Record, str]]) -> None:
        """Note that claimed records were put, and under which sequence numbers they stand now."""
        for group in batched(put, MOST_WRITES):
            items = [{**_claim(record, "put"), "putAs": {"S": number}} for record, number in group]
            left: Any = {self._ledger: [{"PutRequest": {"Item": item}} for item in items]}
            while left:
                left = self._dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")

    def _get(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for group in batched(keys, MOST_READS):
            wanted: Any = {table: {"Keys": list(group), "ConsistentRead": True}}
            while wanted:
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
                found += answer["Responses"].get(table, [])
                wanted = answer.get("UnprocessedKeys")
        return found


def _item_key(key: Key) -> dict[str, Any]:
    return {"eventId": {"S": key.event_id}, "timestamp": {"N": str(key.timestamp)}}


def _marker_key(kind: str, record: Record) -> dict[str, Any]:
    return {"pk": {"S": f"{kind}#{record.sequence_number}"}, "sk": {"S": record.shard_id}}


def _settled(marker: Mapping[str, Any]) -> Settled:
    if marker["state"]["S"] == "duplicate":
        return Settled("duplicate")
    return Settled("quarantined", marker["reason"]["S"], marker["detail"]["S"])


def _claim(record: Record, state: str) -> dict[str, Any]:
    now = time.time()
    return {
        **_marker_key("replay", record),
        "state": {"S": state},
        "at": {"N": str(round(now * 1000))},
        "expiresAt": {"N": str(round(now) + KEPT)},
    }
