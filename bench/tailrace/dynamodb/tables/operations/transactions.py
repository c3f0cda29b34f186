"""TransactWriteItems. Pure.

A token is remembered for ten minutes: the same request is not written again then, and another one is refused.

Capacity is AWS's: an action takes twice what it takes by itself, and all are added. DynamoDB Local counts
four times that of a write, and only those actions of a table that take different amounts.
"""

from itertools import takewhile
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.json import Decoder

from tailrace.dynamodb.tables import forms
from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import (
    CONDITION_FAILED,
    RefusedRequestError,
    answer_of_many,
)
from tailrace.dynamodb.tables.capacity import READ, Consumed, added
from tailrace.dynamodb.tables.indexes import KeptItem
from tailrace.dynamodb.tables.keys import Key
from tailrace.dynamodb.tables.schema import MISMATCH
from tailrace.dynamodb.tables.space import Done, Space, TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item
from tailrace.dynamodb.tables.wire import decoded, read, read_item, sorted_text

from .batches import are_different
from .items import Action, condition_of, keyed, putting, written

REMEMBERED = 600.0  # seconds
MOST_BYTES = 4_000_000
"""Of a transaction: a little less than DynamoDB's 4 MB."""
SMALL = 16 * 1024
"""Bytes up to which two requests with one token are compared by what they say; larger ones by their bytes."""
LONGEST_TOKEN = 36
TWICE = 2.0
"""How much more an action of a transaction takes than one by itself."""
TRANSACTION = Decoder(forms.TransactWriteItems)
NOTHING: Item = {}
type Part = forms.PutAction | forms.UpdateAction | forms.DeleteAction | forms.ConditionCheck


class TransactionStep(msgspec.Struct, gc=False):
    """What an action comes to: the change, and whether its condition fails for what is there."""

    table: Table
    key: Key
    change: ItemChange | None  # of a ConditionCheck there is none
    old: Item  # what the condition was asked of
    fails: bool
    writes: bool  # as all do but a ConditionCheck
    tells: bool  # what is there, if its condition fails


def transact_write_items(call: TableCall) -> Answer:
    """Write items together, if each condition holds."""
    space, request = call.space, read(TRANSACTION, call.body)
    token = None if request.client_request_token is UNSET else request.client_request_token
    fingerprint = 0 if token is None else _fingerprint(call.body)
    done = None if token is None else _remembered(space, token, call.now)
    if done is not None and done.fingerprint == fingerprint:
        return _again(done, request.return_consumed_capacity)
    if len(call.body) > MOST_BYTES:
        raise UnsureError("more than a transaction may write")
    parts = [_part(entry) for entry in request.transact_items]
    if done is not None:
        _actions(space, parts)
        raise RefusedRequestError("IdempotentParameterMismatchException", "")
    tables = _tables(space, parts)
    if request.return_item_collection_metrics == "SIZE" and any(
        not index.world for table in tables.values() for index in table.indexes
    ):
        raise UnsureError("sizes of item collections")
    steps = _steps(space, parts, tables)
    if any(step.fails for step in steps):
        raise _cancelled(steps)
    consumed = _costs(steps)
    if token is not None:
        space.done[token] = Done(call.now, fingerprint, _reads(steps))
    for step in steps:
        if step.change is not None:
            step.table.write(step.change)
    return answer_of_many({}, consumed, request.return_consumed_capacity, "Write", "Write")


def _part(entry: forms.TransactWriteItem) -> Part:
    put, update, delete, check = entry.put, entry.update, entry.delete, entry.condition_check
    if put is not UNSET and update is delete is check is UNSET:
        return put
    given = [part for part in (put, update, delete, check) if part is not UNSET]
    if len(given) != 1:
        raise UnsureError("an action of another form")
    return given[0]


def _tables(space: Space, parts: list[Part]) -> dict[str, Table]:
    """Return the tables of the actions by name."""
    try:
        return {table.name: table for table in space.all({part.table_name for part in parts})}
    except RefusedRequestError:
        _actions(space, parts)  # one whose form is not right comes first
        raise


def _actions(space: Space, parts: list[Part]) -> list[Action]:
    return [putting(part) if isinstance(part, forms.PutAction) else keyed(space, part) for part in parts]


def _steps(space: Space, parts: list[Part], tables: dict[str, Table]) -> list[TransactionStep]:
    """Return what the actions come to: one after the other, so that no more than one is in hand at a time."""
    steps: list[TransactionStep] = []
    refusals: list[RefusedRequestError] = []
    for part in parts:
        table = tables[part.table_name]
        try:
            if isinstance(part, forms.PutAction):
                steps.append(_put(table, part))
            else:
                steps.append(_step(keyed(space, part), table))
        except RefusedRequestError as refused:
            refusals.append(refused)
    if refusals:
        raise _refusal(refusals, [(tables[each.table], each.item) for each in _actions(space, parts)])
    if len({(step.table.name, step.key) for step in steps}) != len(steps):
        raise UnsureError("one item twice")
    return steps


def _refusal(
    refusals: list[RefusedRequestError], items: list[tuple[Table, Item]]
) -> RefusedRequestError | UnsureError:
    """Return the error of a transaction with a key that is not valid."""
    if len(refusals) > 1:
        return UnsureError("several things wrong")
    (refused,) = refusals
    if str(refused) == MISMATCH or not are_different(items):  # DynamoDB Local cancels it for the former
        return UnsureError(str(refused))
    return refused


def _put(table: Table, part: forms.PutAction) -> TransactionStep:
    item, of_bytes, text = read_item(part.item)
    condition = condition_of(part)
    change = table.put(item, of_bytes, text)
    tells = part.return_values_on_condition_check_failure == "ALL_OLD"
    if condition is None:
        return TransactionStep(table, change.key, change, NOTHING, False, True, tells)
    old = NOTHING if change.old is None else change.old.item
    return TransactionStep(table, change.key, change, old, not condition.holds(old), True, tells)


def _step(asked: Action, table: Table) -> TransactionStep:
    """Return what another action than a put comes to."""
    key = asked.key(table)
    old = asked.old(table, key)
    fails = asked.fails(old)
    change = written(asked, table, key, old).change if asked.writes and not fails else None
    return TransactionStep(table, key, change, old, fails, asked.writes, asked.tells_item)


def _cancelled(steps: list[TransactionStep]) -> RefusedRequestError:
    """Return the error of a transaction with conditions that do not hold."""
    reasons = [_reason(step) for step in steps]
    codes = ", ".join(reason["Code"] for reason in reasons)
    return RefusedRequestError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        failed=tuple({step.table.name for step in steps if step.fails}),
        more={"CancellationReasons": reasons},
    )


def _reason(step: TransactionStep) -> dict[str, Any]:
    if not step.fails:
        return {"Code": "None"}
    stop = "" if step.writes else "."
    reason: dict[str, Any] = {"Item": step.old} if step.tells and step.old else {}
    code = CONDITION_FAILED.removesuffix("Exception")
    return {**reason, "Code": code, "Message": f"The conditional request failed{stop}"}


def _costs(steps: list[TransactionStep]) -> list[tuple[str, Consumed]]:
    sums = {step.table.name: 0.0 for step in steps}
    indexed: dict[str, list[Consumed]] = {}
    for step in steps:
        table, change = step.table, step.change
        if change is None:
            sums[table.name] += _read(table.get(step.key))
        elif table.indexes:
            indexed.setdefault(table.name, []).append(table.cost(change).times(TWICE))
        else:
            sums[table.name] += TWICE * table.units(change)
    if not indexed:
        return [(name, Consumed(units)) for name, units in sums.items()]
    return [(name, added((Consumed(units), *indexed.get(name, ())))) for name, units in sums.items()]


def _fingerprint(body: bytes) -> int:
    """Return what two requests that say the same have in common, for as long as this process runs."""
    return hash(sorted_text(decoded(body)["TransactItems"]) if len(body) <= SMALL else body)


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


def _reads(steps: list[TransactionStep]) -> tuple[tuple[str, float], ...]:
    """Return the units that reading what a transaction leaves takes, by table."""
    sums: dict[str, float] = {}
    for step in steps:
        units = _read(step.table.get(step.key) if step.change is None else step.change.new)
        sums[step.table.name] = sums.get(step.table.name, 0.0) + units
    return tuple(sums.items())


def _read(stored: KeptItem | None) -> float:
    return 2.0 * (-(-stored.size // READ) if stored and stored.size > READ else 1)
