"""TransactWriteItems. Pure.

A token is remembered for ten minutes: the same request is not written again then, and another one is refused.

Capacity is AWS's: an action takes twice what it takes by itself, and all are added. DynamoDB Local counts
four times that of a write, and only those actions of a table that take different amounts.
"""

from hashlib import blake2b
from itertools import takewhile
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.json import Decoder

from tailrace.dynamodb.tables import forms
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
from tailrace.dynamodb.tables.schema import MISMATCH
from tailrace.dynamodb.tables.space import Done, Space, TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item
from tailrace.dynamodb.tables.wire import decoded, read, sorted_text

from .batches import are_different
from .items import Action, keyed, putting, written

REMEMBERED = 600.0  # seconds
MOST_BYTES = 4_000_000
"""Of a transaction: a little less than DynamoDB's 4 MB."""
SMALL = 16 * 1024
"""Bytes up to which two requests with one token are compared by what they say; larger ones by their bytes."""
LONGEST_TOKEN = 36
TWICE = 2.0
"""How much more an action of a transaction takes than one by itself."""
TRANSACTION = Decoder(forms.TransactWriteItems)


class TransactionStep(NamedTuple):
    """An action, the table and the key it is about."""

    action: Action
    table: Table
    key: Key


class Decision(NamedTuple):
    """What a put comes to, what is there, and whether the condition fails."""

    put: ItemChange | None
    old: Item
    fails: bool


def transact_write_items(call: TableCall) -> Answer:
    """Write items together, if each condition holds."""
    space, request = call.space, read(TRANSACTION, call.body)
    token = None if request.client_request_token is UNSET else request.client_request_token
    fingerprint = _fingerprint(call.body) if token is not None else b""
    done = None if token is None else _remembered(space, token, call.now)
    if done is not None and done.fingerprint == fingerprint:
        return _again(done, request.return_consumed_capacity)
    if len(call.body) > MOST_BYTES:
        raise UnsureError("more than a transaction may write")
    actions = [_action(space, each) for each in request.transact_items]
    if done is not None:
        raise RefusedRequestError("IdempotentParameterMismatchException", "")
    steps = _steps(space, actions)
    if request.return_item_collection_metrics == "SIZE" and any(
        not index.world for step in steps for index in step.table.indexes
    ):
        raise UnsureError("sizes of item collections")
    decided = [_decided(*step) for step in steps]
    if any(decision.fails for decision in decided):
        raise _cancelled(steps, decided)
    changes = [put or _change(step, old) for step, (put, old, _) in zip(steps, decided, strict=True)]
    consumed = _costs(steps, changes)
    if token is not None:
        space.done[token] = Done(call.now, fingerprint, _reads(steps, changes))
    for step, change in zip(steps, changes, strict=True):
        if change is not None:
            step.table.write(change)
    return answer_of_many({}, consumed, request.return_consumed_capacity, "Write", "Write")


def _action(space: Space, entry: forms.TransactWriteItem) -> Action:
    given = [
        part for part in (entry.put, entry.update, entry.delete, entry.condition_check) if part is not UNSET
    ]
    if len(given) != 1:
        raise UnsureError("an action of another form")
    part = given[0]
    return putting(part) if isinstance(part, forms.PutAction) else keyed(space, part)


def _steps(space: Space, actions: list[Action]) -> list[TransactionStep]:
    tables = {table.name: table for table in space.all({each.table for each in actions})}
    try:
        steps = one_refusal(lambda each: _step(each, tables[each.table]), actions)
    except RefusedRequestError as refused:
        different = are_different((tables[each.table], each.item) for each in actions)
        if str(refused) == MISMATCH or not different:  # DynamoDB Local cancels the transaction for the former
            raise UnsureError(str(refused)) from refused
        raise
    if len({(step.table.name, step.key) for step in steps}) != len(steps):
        raise UnsureError("one item twice")
    return steps


def _step(asked: Action, table: Table) -> TransactionStep:
    return TransactionStep(asked, table, asked.key(table))


def _decided(asked: Action, table: Table, key: Key) -> Decision:
    if not asked.text:
        old = asked.old(table, key)
        return Decision(None, old, asked.fails(old))
    change = written(asked, table, key, {}).change
    if asked.condition is None:
        return Decision(change, {}, fails=False)
    old = {} if change.old is None else change.old.item
    return Decision(change, old, not asked.condition.holds(old))


def _cancelled(steps: list[TransactionStep], decided: list[Decision]) -> RefusedRequestError:
    """Return the error of a transaction with conditions that do not hold."""
    reasons = [_reason(*each) for each in zip(steps, decided, strict=True)]
    codes = ", ".join(reason["Code"] for reason in reasons)
    return RefusedRequestError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        failed=tuple({step.table.name for step, each in zip(steps, decided, strict=True) if each.fails}),
        more={"CancellationReasons": reasons},
    )


def _reason(step: TransactionStep, decision: Decision) -> dict[str, Any]:
    if not decision.fails:
        return {"Code": "None"}
    asked, old = step.action, decision.old
    stop = "" if asked.writes else "."
    reason: dict[str, Any] = {"Item": old} if asked.tells_item and old else {}
    code = CONDITION_FAILED.removesuffix("Exception")
    return {**reason, "Code": code, "Message": f"The conditional request failed{stop}"}


def _change(step: TransactionStep, old: Item) -> ItemChange | None:
    return written(*step, old).change if step.action.writes else None


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


def _fingerprint(body: bytes) -> bytes:
    text = sorted_text(decoded(body)["TransactItems"]) if len(body) <= SMALL else body
    return blake2b(text, digest_size=16).digest()


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
