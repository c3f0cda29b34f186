"""The metrics that DynamoDB publishes of requests for items: namespace AWS/DynamoDB. Pure.

DynamoDB Local tells what a request consumed if it is asked to: every request is made to ask, and an answer to
one that did not is given without it. PartiQL's statements are not measured.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .tables.answer import Answer

WRITES = {"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"}
READS = {"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"}
UNPROCESSED = {"BatchWriteItem": "UnprocessedItems", "BatchGetItem": "UnprocessedKeys"}
THROTTLED = "ProvisionedThroughputExceededException"
CONDITION = "ConditionalCheckFailedException"
CONSUMED_WRITE, CONSUMED_READ = "ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits"
LATENCY = "SuccessfulRequestLatency"

_ASK = b'"ReturnConsumedCapacity"'
_ASK_TOTAL = _ASK + b':"TOTAL",'
_ASK_NONE = re.compile(_ASK + rb'\s*:\s*"NONE"')
_TOTAL = rb'\{\s*"(?:TableName|CapacityUnits|ReadCapacityUnits|WriteCapacityUnits)"[^{}]*\}'
_CONSUMED = re.compile(
    rb'"ConsumedCapacity"\s*:\s*(' + _TOTAL + rb"|\[\s*(?:" + _TOTAL + rb"[\s,]*)*\])(\s*,)?"
)
"""No item's attribute looks so: the value of one is an object of one type, such as {"N": "1"}."""


class RequestSample(NamedTuple):
    """One value; without a table it is the account's."""

    name: str
    value: float
    unit: str = "Count"
    table: str | None = None
    operation: str | None = None


def asking(body: bytes) -> tuple[bytes, bool]:
    """Give a request that asks what it consumes, and whether it did so already.

    >>> asking(b'{"TableName":"t"}')
    (b'{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}', False)
    """
    if _ASK in body:
        asked = _ASK_NONE.sub(_ASK + b':"TOTAL"', body, count=1)
        return asked, asked == body
    start = body.find(b"{") + 1
    if not start or body[:start].strip() != b"{" or body[start:].lstrip()[:1] == b"}":
        return body, True
    return body[:start] + _ASK_TOTAL + body[start:], False


def consumed(answer: bytes) -> tuple[bytes, dict[str, float]]:
    """Take what a request consumed out of its answer: give the rest, and the units of each table.

    >>> consumed(b'{"Count":1,"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}')
    (b'{"Count":1}', {'t': 0.5})
    """
    found = _CONSUMED.search(answer)
    if found is None:
        return answer, {}
    before = answer[: found.start()]
    if found[2] is None and before.rstrip().endswith(b","):  # it was the last member
        before = before.rstrip()[:-1]
    consumed = json.loads(found[1])
    units = {
        one["TableName"]: one["CapacityUnits"]
        for one in (consumed if isinstance(consumed, list) else [consumed])
    }
    return before + answer[found.end() :], units


def samples(
    operation: str, request: bytes, answer: bytes, units: Mapping[str, float], milliseconds: float
) -> Iterator[RequestSample]:
    """Give the samples of a request, by its answer and what it consumed of each table."""
    kind = "Write" if operation in WRITES else "Read"
    error = _error(answer)
    if error is None:
        for table, amount in units.items():
            yield RequestSample(CONSUMED_WRITE if kind == "Write" else CONSUMED_READ, amount, table=table)
            yield RequestSample(LATENCY, milliseconds, "Milliseconds", table, operation)
        yield from _unprocessed(operation, answer, kind)
    elif error == THROTTLED:
        for table, items in _items(operation, _parsed(request)).items():
            yield RequestSample("ThrottledRequests", 1, table=table, operation=operation)
            yield RequestSample(f"{kind}ThrottleEvents", items, table=table)
    elif error == CONDITION:
        for table in _items(operation, _parsed(request)):
            yield RequestSample("ConditionalCheckFailedRequests", 1, table=table)
    elif error.startswith("Internal"):
        for table in _items(operation, _parsed(request)):
            yield RequestSample("SystemErrors", 1, table=table, operation=operation)
    else:
        yield RequestSample("UserErrors", 1)


def counted(operation: str, answer: Answer, milliseconds: float) -> Iterator[RequestSample]:
    """Give the samples of a request that was answered in memory: there nothing is throttled."""
    if not answer.error:
        consumed = CONSUMED_WRITE if operation in WRITES else CONSUMED_READ
        for table, amount in answer.units.items():
            yield RequestSample(consumed, amount, table=table)
            yield RequestSample(LATENCY, milliseconds, "Milliseconds", table, operation)
    elif answer.error == CONDITION:
        for table in answer.failed:
            yield RequestSample("ConditionalCheckFailedRequests", 1, table=table)
    else:
        yield RequestSample("UserErrors", 1)


def _unprocessed(operation: str, answer: bytes, kind: str) -> Iterator[RequestSample]:
    """Count the items of a batch that were throttled one by one."""
    name = UNPROCESSED.get(operation)
    if name and f'"{name}"'.encode() in answer and (left := _parsed(answer).get(name)):
        for table, items in left.items():
            yield RequestSample(f"{kind}ThrottleEvents", _count(items), table=table)


def _error(answer: bytes) -> str | None:
    """Give the code of an error; None for an answer that is none."""
    found = re.match(rb'\s*\{\s*"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"', answer)
    return found[1].decode() if found else None


def _items(operation: str, request: dict[str, Any]) -> dict[str, int]:
    """Count the items of each table that a request names."""
    if operation in UNPROCESSED:
        return {table: _count(items) for table, items in request.get("RequestItems", {}).items()}
    if "TransactItems" in request:
        tables = [one["TableName"] for each in request["TransactItems"] for one in each.values()]
        return {table: tables.count(table) for table in tables}
    return {request["TableName"]: 1} if "TableName" in request else {}


def _count(items: Any) -> int:  # noqa: ANN401  a list of requests, or an object with keys
    return len(items.get("Keys", ()) if isinstance(items, dict) else items)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
