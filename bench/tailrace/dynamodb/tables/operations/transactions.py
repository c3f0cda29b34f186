"""TransactWriteItems and TransactGetItems. Pure.

A token is remembered for ten minutes: the same request is not written again then, and another one is refused.

Capacity is AWS's: an action takes twice what it takes by itself, and all are added. DynamoDB Local counts
four times that of a write, and only those actions of a table that take different amounts.
"""

import json
from hashlib import blake2b
from itertools import takewhile
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import (
    CONDITION_FAILED,
    RefusedRequestError,
    answer_of_many,
    one_refusal,
)
from tailrace.dynamodb.tables.capacity import READ, Consumed, added
from tailrace.dynamodb.tables.indexes import KeptItem
from tailrace.dynamodb.tables.keys import Key
from tailrace.dynamodb.tables.requests import (
    ASKED,
    CAPACITY,
    CONDITIONED,
    MEASURED,
    Expressions,
    Request,
    check,
    choice,
)
from tailrace.dynamodb.tables.schema import MISMATCH
from tailrace.dynamodb.tables.space import Done, Space, TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked

from .batches import are_different, valid_keys
from .items import ON_FAILURE, Action, action, written

MOST = 100
REMEMBERED = 600.0  # seconds
MOST_BYTES = 4_000_000
"""Of a transaction: a little less than DynamoDB's 4 MB."""
SMALL = 16 * 1024
"""Bytes up to which two requests with one token are compared by what they say; larger ones by their bytes."""
LONGEST_TOKEN = 36
TWICE = 2.0
"""How much more an action of a transaction takes than one by itself."""
ACTION = {"TableName": str, **CONDITIONED, **ON_FAILURE}
KINDS: dict[str, tuple[dict[str, type], tuple[str, ...]]] = {
    "Put": ({"Item": dict, **ACTION}, ()),
    "Update": ({"Key": dict, "UpdateExpression": str, **ACTION}, ("UpdateExpression",)),
    "Delete": ({"Key": dict, **ACTION}, ()),
    "ConditionCheck": ({"Key": dict, **ACTION}, ("ConditionExpression",)),
}
GET = {
    "TableName": str, "Key": dict, "ProjectionExpression": str, "ExpressionAttributeNames": dict,
}  # fmt: skip
WRITE = {"TransactItems": list, "ClientRequestToken": str, **MEASURED}


class TransactionStep(NamedTuple):
    """An action, the table and the key it is about."""

    action: Action
    table: Table
    key: Key


def transact_write_items(call: TableCall) -> Answer:
    """Write items together, if each condition holds."""
    space, request = call.space, check(call.request, WRITE, "TransactItems")
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    sizes = choice(request, "ReturnItemCollectionMetrics", "NONE", "SIZE")
    token = request.get("ClientRequestToken")
    fingerprint = _fingerprint(call) if token is not None else b""
    done = None if token is None else _remembered(space, token, call.now)
    if done is not None and done.fingerprint == fingerprint:
        return _again(done, capacity)
    if len(call.body) > MOST_BYTES:
        raise UnsureError("more than a transaction may write")
    actions = [_action(space, each) for each in _some(request["TransactItems"])]
    if done is not None:
        raise RefusedRequestError("IdempotentParameterMismatchException", "")
    steps = _steps(space, actions)
    if sizes == "SIZE" and any(not index.world for step in steps for index in step.table.indexes):
        raise UnsureError("sizes of item collections")
    decided = [_decided(*step) for step in steps]
    _check_conditions(steps, decided)
    changes = [put or _change(step, old) for step, (put, old, _) in zip(steps, decided, strict=True)]
    consumed = _costs(steps, changes)
    if token is not None:
        space.done[token] = Done(call.now, fingerprint, _reads(steps, changes))
    for step, change in zip(steps, changes, strict=True):
        if change is not None:
            step.table.write(change)
    return answer_of_many({}, consumed, capacity, "Write", "Write")


def _decided(asked: Action, table: Table, key: Key) -> tuple[ItemChange | None, Item, bool]:
    """Return what a Put comes to, what is there, and whether the condition fails."""
    if asked.kind != "Put":
        old = asked.old(table, key)
        return None, old, asked.fails(old)
    change = table.change(key, asked.item, asked.size)
    if asked.condition is None:
        return change, {}, False
    old = {} if change.old is None else change.old.item
    return change, old, not asked.condition.holds(old)


def _some(entries: list[Any]) -> list[Any]:
    if not 0 < len(entries) <= MOST:
        raise UnsureError("a transaction of none or too many")
    return entries


def _action(space: Space, entry: object) -> Action:
    if type(entry) is dict and len(entry) == 1:
        ((kind, part),) = entry.items()
        if kind in KINDS:
            known, needed = KINDS[kind]
            return action(space, kind, part, known, *needed)
    raise UnsureError("an action of another form")


def _steps(space: Space, actions: list[Action]) -> list[TransactionStep]:
    names = {each.part["TableName"] for each in actions}
    tables = {table.name: table for table in space.all(names)}
    try:
        steps = one_refusal(lambda each: _step(each, tables[each.part["TableName"]]), actions)
    except RefusedRequestError as refused:
        different = are_different((tables[each.part["TableName"]], each.item) for each in actions)
        if str(refused) == MISMATCH or not different:  # DynamoDB Local cancels the transaction for the former
            raise UnsureError(str(refused)) from refused
        raise
    if len({(step.table.name, step.key) for step in steps}) != len(steps):
        raise UnsureError("one item twice")
    return steps


def _step(asked: Action, table: Table) -> TransactionStep:
    return TransactionStep(asked, table, asked.key(table))


def _check_conditions(
    steps: list[TransactionStep], decided: list[tuple[ItemChange | None, Item, bool]]
) -> None:
    failed = [fails for _, _, fails in decided]
    if not any(failed):
        return
    olds = [old for _, old, _ in decided]
    reasons = [_reason(*each) for each in zip(steps, olds, failed, strict=True)]
    codes = ", ".join(reason["Code"] for reason in reasons)
    raise RefusedRequestError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        failed=tuple({step.table.name for step, fails in zip(steps, failed, strict=True) if fails}),
        more={"CancellationReasons": reasons},
    )


def _reason(step: TransactionStep, old: Item, failed: bool) -> dict[str, Any]:  # noqa: FBT001  zipped
    if not failed:
        return {"Code": "None"}
    stop = "." if step.action.kind == "ConditionCheck" else ""
    reason: dict[str, Any] = {"Item": old} if step.action.tells_item and old else {}
    code = CONDITION_FAILED.removesuffix("Exception")
    return {**reason, "Code": code, "Message": f"The conditional request failed{stop}"}


def _change(step: TransactionStep, old: Item) -> ItemChange | None:
    return None if step.action.kind == "ConditionCheck" else written(*step, old).change


def _costs(steps: list[TransactionStep], changes: list[ItemChange | None]) -> list[tuple[str, Consumed]]:
    sums: dict[str, float] = {}
    indexed: dict[str, list[Consumed]] = {}
    for step, change in zip(steps, changes, strict=True):
        table = step.table
        if change is not None and table.indexes:
            indexed.setdefault(table.name, []).append(table.cost(change).times(TWICE))
        else:
            units = TWICE * table.units(change) if change is not None else _read(table.get(step.key))
            sums[table.name] = sums.get(table.name, 0.0) + units
    return [
        (name, added((Consumed(sums.get(name, 0.0)), *indexed.get(name, ()))))
        for name in {step.table.name for step in steps}
    ]


def _fingerprint(call: TableCall) -> bytes:
    body = call.body
    if len(body) <= SMALL:
        body = json.dumps(call.request["TransactItems"], sort_keys=True).encode()
    return blake2b(body, digest_size=16).digest()


def _remembered(space: Space, token: str, now: float) -> Done | None:
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise UnsureError("a token that may be too long")
    over = list(takewhile(lambda each: space.done[each].when <= now - REMEMBERED, space.done))
    for each in over:
        del space.done[each]
    return space.done.get(token)


def _again(done: Done, capacity: str) -> Answer:
    """Answer a transaction that was written before: DynamoDB Local counts it as reads."""
    consumed = [(name, Consumed(units)) for name, units in done.units]
    return answer_of_many({}, consumed, capacity, "Read", "Read")


def _reads(steps: list[TransactionStep], changes: list[ItemChange | None]) -> tuple[tuple[str, float], ...]:
    """Return the units that reading what a transaction leaves takes, by table."""
    sums: dict[str, float] = {}
    for step, change in zip(steps, changes, strict=True):
        units = _read(step.table.get(step.key) if change is None else change.new)
        sums[step.table.name] = sums.get(step.table.name, 0.0) + units
    return tuple(sums.items())


def _read(stored: KeptItem | None) -> float:
    return 2.0 * (-(-stored.size // READ) if stored and stored.size > READ else 1)


def transact_get_items(call: TableCall) -> Answer:
    """Read items together."""
    request = check(call.request, {"TransactItems": list, **ASKED}, "TransactItems")
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    asked = [_get(each) for each in _some(request["TransactItems"])]
    tables = {table.name: table for table in call.space.all({part["TableName"] for part, *_ in asked})}
    read: set[tuple[str, Key]] = set()
    responses: list[dict[str, Item]] = []
    reads: dict[str, list[Consumed]] = {}
    of_bytes = 0
    for part, attributes, projection in asked:
        table = tables[part["TableName"]]
        key = valid_keys(table, [attributes])[0]
        stored = table.get(key)
        read.add((table.name, key))
        of_bytes += stored.size if stored else 0
        reads.setdefault(table.name, []).append(Consumed(_read(stored)))
        item = projection.of(stored.item) if stored and projection else stored.item if stored else None
        responses.append({} if item is None else {"Item": item})
    if len(read) != len(asked) or of_bytes > MOST_BYTES:
        raise UnsureError("one item twice, or more than a transaction may read")
    consumed = [(name, added(parts)) for name, parts in reads.items()]
    return answer_of_many({"Responses": responses}, consumed, capacity, "Read", "")


def _get(entry: object) -> tuple[Request, Item, Any]:
    match entry:
        case {"Get": part, **rest} if not rest:
            check(part, GET, "TableName", "Key")
            expressions = Expressions(part)
            projection = expressions.projection()
            expressions.close()
            return part, checked(part["Key"]), projection
    raise UnsureError("an action of another form")
