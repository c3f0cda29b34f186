"""PutItem, GetItem, DeleteItem, UpdateItem. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import answer, condition_failed
from tailrace.dynamodb.tables.capacity import Consumed, read_units
from tailrace.dynamodb.tables.expressions import ItemCondition, Update
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
from tailrace.dynamodb.tables.space import Space, TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked

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
    """What an action on an item comes to: the change, and what an update touched, as it was and as it is."""

    change: ItemChange
    touched: tuple[Item, Item] = ({}, {})


class Action(NamedTuple):
    """One write as it is asked for, before a table is looked at."""

    kind: str  # Put, Delete, Update or ConditionCheck
    item: Item  # of a Put; the key of the others
    condition: ItemCondition | None
    update: Update | None
    tells_item: bool  # if its condition does not hold
    part: Request

    def key(self, table: Table) -> Key:
        """Return the key of the item."""
        return table.schema.key(self.item) if self.kind == "Put" else table.key(self.item)


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
        condition = compiled_condition(part["ConditionExpression"], {}, {})
    tells = choice(part, "ReturnValuesOnConditionCheckFailure", "NONE", "ALL_OLD") == "ALL_OLD"
    return Action(kind, checked(part[holder]), condition, update, tells, part)


def fails(asked: Action, table: Table, key: Key) -> Item | None:
    """Return the item that a condition does not hold for, {} for an absent one; None if it holds."""
    if asked.condition is None:
        return None
    old = table.items.get(key)
    item = {} if old is None else old.item
    return None if asked.condition.holds(item) else item


def written(asked: Action, table: Table, key: Key) -> Written:
    """Work out a write whose condition holds."""
    if asked.kind == "Put":
        return Written(table.change(key, asked.item))
    if asked.kind == "Delete":
        return Written(table.change(key, None))
    old = table.items.get(key)
    item = asked.item if old is None else old.item
    if asked.update is None:
        return Written(table.change(key, item))
    applied = asked.update.apply(item)
    if old is None and len(applied.item) == len(asked.item):
        raise UnsureError(
            "an update that leaves an item of its key alone"
        )  # AWS makes none, DynamoDB Local does
    return Written(table.change(key, applied.item), (applied.old, applied.new))


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
    against = fails(asked, table, key)
    if against is not None:
        raise condition_failed(table.name, against if asked.tells_item and against else None)
    change, touched = written(asked, table, key)
    consumed = table.cost(change)
    table.write(change)
    said: dict[str, Any] = {}
    if returned != "NONE" and (attributes := _returned(returned, change, touched)):
        said["Attributes"] = attributes
    return answer(said, table.name, consumed, capacity)


def _returned(returned: str, change: ItemChange, touched: tuple[Item, Item]) -> Item | None:
    if returned == "ALL_OLD":
        return change.old.item if change.old else None
    if returned == "ALL_NEW":
        return change.new.item if change.new else None
    return touched[returned == "UPDATED_NEW"]


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
        said["Item"] = stored.item if projection is None else projection.of(stored.item)
    return answer(said, table.name, Consumed(units), capacity)
