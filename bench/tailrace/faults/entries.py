"""Single entries of a batch that fail: what is left of the request, and what is put into the answer. Pure.

A request and an answer are as JSON has them. Entries are numbered in the order of the request; those of a
DynamoDB batch table by table.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

type Fields = dict[str, Any]


class BatchShape(NamedTuple):
    """Where a request lists its entries, where the answer does, and what the answer calls their failures."""

    entries: str
    answers: str
    failed: str
    code: str
    message: str


BATCHES: Mapping[str, BatchShape] = {
    "kinesis.PutRecords": BatchShape(
        "Records", "Records", "FailedRecordCount",
        "ProvisionedThroughputExceededException",
        "Rate exceeded for shard shardId-000000000000 in stream {resource} under account {account}.",
    ),
    "firehose.PutRecordBatch": BatchShape(
        "Records", "RequestResponses", "FailedPutCount", "ServiceUnavailableException", "Slow down."
    ),
    "events.PutEvents": BatchShape(
        "Entries", "Entries", "FailedEntryCount", "InternalFailure", "Internal service failure"
    ),
}  # fmt: skip
TABLES = {
    "dynamodb.BatchWriteItem": "UnprocessedItems",
    "dynamodb.BatchGetItem": "UnprocessedKeys",
}
"""Where the answer to a DynamoDB batch has what was not processed."""
QUEUES = {"sqs.SendMessageBatch", "sqs.DeleteMessageBatch"}
CANCELLED = {"dynamodb.TransactWriteItems", "dynamodb.TransactGetItems"}
"""A transaction is cancelled whole; its reasons name the entries."""
HAVE_ENTRIES = (*BATCHES, *TABLES, *sorted(QUEUES), *sorted(CANCELLED))


def contents(call: str, request: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return each entry of a request as JSON, with the bytes of a record behind it.

    >>> contents("kinesis.PutRecords", {"Records": [{"Data": "cjE=", "PartitionKey": "k"}]})
    (b'{"Data": "cjE=", "PartitionKey": "k"} r1',)
    """
    return tuple(_content(entry) for entry in _every(call, request))


def _every(call: str, request: Mapping[str, Any]) -> list[Any]:
    """Return the entries of a request, those of DynamoDB's batches table by table."""
    if call in TABLES:
        return [one for entries in request.get("RequestItems", {}).values() for one in _listed(entries)]
    if call in CANCELLED:
        return list(request.get("TransactItems", ()))
    if call in QUEUES:
        return list(request.get("Entries", ()))
    return list(request.get(BATCHES[call].entries, ())) if call in BATCHES else []


def _content(entry: Any) -> bytes:  # noqa: ANN401  as JSON or CBOR has it
    data = entry.get("Data") if isinstance(entry, Mapping) else None
    with suppress(ValueError):
        data = b64decode(data) if isinstance(data, str) else data
    text = json.dumps(entry, default=lambda other: b64encode(other).decode(), ensure_ascii=False)
    return text.encode(errors="replace") + (b" " + data if isinstance(data, bytes) else b"")


def left(call: str, request: Fields, failed: Collection[int]) -> Fields | None:
    """Return the request without the entries that fail; None if none is left."""
    if call in TABLES:
        tables = _divided(request, failed, keep=False)
        return {**request, "RequestItems": tables} if tables else None
    name = "Entries" if call in QUEUES else BATCHES[call].entries
    kept = [entry for number, entry in enumerate(request[name]) if number not in failed]
    return {**request, name: kept} if kept else None


def with_failures(  # noqa: PLR0913, PLR0917  what an entry's failure is worded with
    call: str,
    request: Fields,
    failed: Collection[int],
    answer: Fields | None,
    code: str,
    words: Mapping[str, str],
) -> Fields:
    """Return the answer with the failures in it; without one, nothing was left to be asked."""
    if call in TABLES:
        return _unprocessed(call, request, failed, answer)
    if call in QUEUES:
        return _refused_by_queue(request, failed, answer or {}, code)
    batch = BATCHES[call]
    failure = {"ErrorCode": code or batch.code, "ErrorMessage": batch.message.format(**words)}
    if code == "InternalFailure":
        failure["ErrorMessage"] = "Internal service failure."
    rest = iter((answer or {}).get(batch.answers, ()))
    every = [failure if n in failed else next(rest) for n in range(len(request[batch.entries]))]
    return {**(answer or {}), batch.failed: sum("ErrorCode" in one for one in every), batch.answers: every}


def _unprocessed(call: str, request: Fields, failed: Collection[int], answer: Fields | None) -> Fields:
    empty: Fields = {"Responses": {table: [] for table in request["RequestItems"]}}
    answer = answer if answer is not None else (empty if call == "dynamodb.BatchGetItem" else {})
    unprocessed = dict(answer.get(TABLES[call]) or {})
    for table, entries in _divided(request, failed, keep=True).items():
        before = unprocessed.get(table)
        if isinstance(entries, Mapping):
            unprocessed[table] = {**entries, "Keys": [*_listed(before or {"Keys": []}), *entries["Keys"]]}
        else:
            unprocessed[table] = [*(before or []), *entries]
    return {**answer, TABLES[call]: unprocessed}


def _divided(request: Fields, failed: Collection[int], *, keep: bool) -> Fields:
    """Return the entries that fail (`keep`), or the others, by table; not tables without any."""
    found, number = {}, 0
    for table, entries in request["RequestItems"].items():
        listed = _listed(entries)
        mine = [one for at, one in enumerate(listed, number) if (at in failed) == keep]
        number += len(listed)
        if mine:
            found[table] = {**entries, "Keys": mine} if isinstance(entries, Mapping) else mine
    return found


def _listed(entries: Any) -> Sequence[Any]:  # noqa: ANN401  as JSON has them
    listed: Sequence[Any] = entries["Keys"] if isinstance(entries, Mapping) else entries
    return listed


def _refused_by_queue(request: Fields, failed: Collection[int], answer: Fields, code: str) -> Fields:
    mine = [
        {
            "Id": entry["Id"],
            "SenderFault": False,
            "Code": code or "InternalError",
            "Message": "Internal error",
        }
        for number, entry in enumerate(request["Entries"])
        if number in failed
    ]
    return {"Successful": [], **answer, "Failed": [*answer.get("Failed", ()), *mine]}
