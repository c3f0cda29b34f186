"""PutItem, GetItem, DeleteItem, UpdateItem. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import RefusedRequestError, answer, condition_failed
from tailrace.dynamodb.tables.capacity import Consumed, read_units
from tailrace.dynamodb.tables.expressions import Applied, ItemCondition, Update
from tailrace.dynamodb.tables.expressions import condition as compiled_condition
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
from tailrace.dynamodb.tables.sizes import size
from tailrace.dynamodb.tables.space import Space, TableCall
from tailrace.dynamodb.tables.table import LARGEST, ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked, weighed

ON_FAILURE = {"ReturnValuesOnConditionCheckFailure": str}
WRITE = {"TableName": str, "ReturnValues": str, **CONDITIONED, **ON_FAILURE, **MEASURED}
PUT = {"Item": dict, **WRITE}
DELETE = {"Key": dict, **WRITE}
UPDATE = {"Key": dict, "UpdateExpression": str, **WRITE}
GET = {
    "TableName": str, "Key": dict, "ConsistentRead": bool, "ProjectionExpression": str, **ASKED,
    "ExpressionAttributeNames": dict,
}  # fmt: skip


class Written(NamedTuple):
    """What an action on an item comes to: the change, and what an update did."""

    change: ItemChange
    applied: Applied | None = None


class Action(NamedTuple):
    """One write as it is asked for, before a table is looked at."""

    kind: str  # Put, Delete, Update or ConditionCheck
    item: Item  # of a Put; the key of the others
    size: int  # of that, in bytes
    condition: ItemCondition | None
    update: Update | None
    tells_item: bool  # if its condition does not hold
    part: Request

    def key(self, table: Table) -> Key:
        """Return the key of the item."""
        return table.key_of(self.item) if self.kind == "Put" else table.key(self.item)

    def old(self, table: Table, key: Key) -> Item:
        """Return what is there, if it matters; {} for nothing."""
        kept = table.items.get(key) if self.condition is not None or self.update is not None else None
        return {} if kept is None else kept.item

    def fails(self, old: Item) -> bool:
        """Tell whether its condition does not hold for what is there."""
        return self.condition is not None and not self.condition.holds(old)


def action(space: Space, kind: str, part: Request, known: Mapping[str, type], *needed: str) -> Action:
    """Take a write as it is asked for. Raises UnsureError if its form is not plainly right."""
    holder = "Item" if kind == "Put" else "Key"
    check(part, known, "TableName", holder, *needed)
    condition, update = None, None
    if "ExpressionAttributeNames" in part or "ExpressionAttributeValues" in part or kind == "Update":
        table = space.tables.get(part["TableName"])
        expressions = Expressions(part, table.schema.names if table else ())
        condition, update = expressions.condition("ConditionExpression"), expressions.update()
        expressions.close()
    elif "ConditionExpression" in part:
        condition = _bare_condition(part["ConditionExpression"])
    tells = "ReturnValuesOnConditionCheckFailure" in part and _tells(part)
    return Action(kind, *weighed(part[holder]), condition, update, tells, part)


@lru_cache(256)
def _bare_condition(text: str) -> ItemCondition:
    """Return a condition without placeholders."""
    return compiled_condition(text, {}, {})


def _tells(part: Request) -> bool:
    return choice(part, "ReturnValuesOnConditionCheckFailure", "NONE", "ALL_OLD") == "ALL_OLD"


def prepared(asked: Action, table: Table, key: Key) -> Written | None:
    """Work out a Put, which may be refused before its condition is looked at; None for the other kinds."""
    return Written(table.change(key, asked.item, asked.size)) if asked.kind == "Put" else None


def written(asked: Action, table: Table, key: Key, old: Item) -> Written:
    """Work out an Update or a Delete whose condition holds for what is there."""
    if asked.kind == "Delete":
        return Written(table.deletion(key))
    if asked.update is None:
        kept = table.items.get(key)
        return Written(ItemChange(key, kept, kept) if kept else table.change(key, asked.item, asked.size))
    applied = asked.update.apply(old or asked.item)
    if not old and len(applied.item) == len(asked.item):
        # AWS makes no item then, DynamoDB Local does.
        raise UnsureError("an update that leaves an item of its key alone")
    return Written(table.change(key, applied.item, size(applied.item)), applied)


def put_item(call: TableCall) -> Answer:
    """Put an item in place of whatever has its key."""
    asked = action(call.space, "Put", call.request, PUT)
    return _write(call.space, asked, choice(call.request, "ReturnValues", "NONE", "ALL_OLD"))


def delete_item(call: TableCall) -> Answer:
    """Delete an item, if it is there."""
    asked = action(call.space, "Delete", call.request, DELETE)
    return _write(call.space, asked, choice(call.request, "ReturnValues", "NONE", "ALL_OLD"))


def update_item(call: TableCall) -> Answer:
    """Change attributes of an item, and make it if it is not there."""
    asked = action(call.space, "Update", call.request, UPDATE)
    returned = choice(
        call.request, "ReturnValues", "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"
    )
    if returned.startswith("UPDATED") and "UpdateExpression" not in call.request:
        raise UnsureError("what was updated of an item without an update")
    return _write(call.space, asked, returned)


def _write(space: Space, asked: Action, returned: str) -> Answer:
    request = asked.part
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    sizes = choice(request, "ReturnItemCollectionMetrics", "NONE", "SIZE")
    table = space.table(request["TableName"])
    if sizes == "SIZE" and any(not index.world for index in table.indexes):
        raise UnsureError("sizes of item collections")
    key = asked.key(table)
    if asked.kind == "Put" and asked.size > LARGEST:
        raise RefusedRequestError("ValidationException", "Item size has exceeded the maximum allowed size")
    put, old = prepared(asked, table, key), asked.old(table, key)
    if asked.fails(old):
        raise condition_failed(table.name, old if asked.tells_item and old else None)
    change, applied = put or written(asked, table, key, old)
    consumed = table.cost(change)
    table.write(change)
    said: dict[str, Any] = {}
    if returned != "NONE" and (attributes := _returned(returned, change, applied)):
        said["Attributes"] = attributes
    return answer(said, table.name, consumed, capacity)


def _returned(returned: str, change: ItemChange, applied: Applied | None) -> Item | None:
    if returned == "ALL_OLD":
        return change.old.item if change.old else None
    if returned == "ALL_NEW":
        return change.new.item if change.new else None
    if applied is None:
        return None
    return applied.new if returned == "UPDATED_NEW" else applied.old


def get_item(call: TableCall) -> Answer:
    """Read an item."""
    request = check(call.request, GET, "TableName", "Key")
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    expressions = Expressions(request)
    projection = expressions.projection()
    expressions.close()
    key = checked(request["Key"])
    table = call.space.table(request["TableName"])
    stored = table.get(table.key(key))
    units = read_units(max(1, stored.size if stored else 0), consistent=request.get("ConsistentRead", False))
    said: dict[str, Any] = {}
    if stored is not None:
        item = stored.item
        said["Item"] = item if projection is None else projection.of(item)
    return answer(said, table.name, Consumed(units), capacity)
