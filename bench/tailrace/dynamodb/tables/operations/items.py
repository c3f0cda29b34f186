"""PutItem, DeleteItem, UpdateItem, and what they have in common with the actions of a transaction. Pure."""

from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.json import Decoder

from tailrace.dynamodb.tables import forms
from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import RefusedRequestError, answer, condition_failed
from tailrace.dynamodb.tables.expressions import Applied, ItemCondition, Update
from tailrace.dynamodb.tables.expressions import condition as compiled_condition
from tailrace.dynamodb.tables.keys import Key
from tailrace.dynamodb.tables.requests import Expressions
from tailrace.dynamodb.tables.sizes import size
from tailrace.dynamodb.tables.space import Space, TableCall
from tailrace.dynamodb.tables.table import LARGEST, ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, weighed
from tailrace.dynamodb.tables.wire import encoded, read, read_item

PUT, DELETE, UPDATE = Decoder(forms.PutItem), Decoder(forms.DeleteItem), Decoder(forms.UpdateItem)
type Keyed = (
    forms.DeleteAction | forms.UpdateAction | forms.ConditionCheck | forms.DeleteItem | forms.UpdateItem
)


class Written(NamedTuple):
    """What an action on an item comes to: the change, and what an update did."""

    change: ItemChange
    applied: Applied | None = None


class Action(NamedTuple):
    """One write as it is asked for, before a table is looked at."""

    table: str
    item: Item  # of a put; the key of the others
    size: int  # of that, in bytes
    text: bytes  # of an item that is put: its JSON
    condition: ItemCondition | None
    update: Update | None
    deletes: bool
    tells_item: bool  # if its condition does not hold

    @property
    def writes(self) -> bool:
        """Whether it is no ConditionCheck."""
        return bool(self.text) or self.update is not None or self.deletes

    def key(self, table: Table) -> Key:
        """Return the key of the item."""
        return table.key_of(self.item) if self.text else table.key(self.item)

    def old(self, table: Table, key: Key) -> Item:
        """Return what is there, if it matters; {} for nothing."""
        kept = table.items.get(key) if self.condition is not None or self.update is not None else None
        return {} if kept is None else kept.item

    def fails(self, old: Item) -> bool:
        """Tell whether its condition does not hold for what is there."""
        return self.condition is not None and not self.condition.holds(old)


def putting(part: forms.PutAction | forms.PutItem) -> Action:
    """Take a put as it is asked for. Raises UnsureError if its form is not plainly right."""
    item, of_bytes, text = read_item(part.item)
    return Action(
        part.table_name, item, of_bytes, text, condition_of(part), None, False,
        part.return_values_on_condition_check_failure == "ALL_OLD",
    )  # fmt: skip


def condition_of(part: forms.Write) -> ItemCondition | None:
    """Return the condition of a write that has no other expression."""
    text = part.condition_expression
    if part.expression_attribute_names is part.expression_attribute_values is UNSET:
        return None if text is UNSET else _bare_condition(text)
    expressions = Expressions(part.expression_attribute_names, part.expression_attribute_values)
    condition = expressions.condition(None if text is UNSET else text)
    expressions.close()
    return condition


@lru_cache(256)
def _bare_condition(text: str) -> ItemCondition:
    """Return a condition without placeholders."""
    return compiled_condition(text, {}, {})


def keyed(space: Space, part: Keyed) -> Action:
    """Take a write that names a key as it is asked for. Raises UnsureError as `putting` does."""
    tells = part.return_values_on_condition_check_failure == "ALL_OLD"
    if isinstance(part, forms.UpdateAction | forms.UpdateItem):
        condition, update = _expressions(space, part)
    else:
        condition, update = condition_of(part), None
    deletes = isinstance(part, forms.DeleteAction | forms.DeleteItem)
    return Action(part.table_name, *weighed(part.key), b"", condition, update, deletes, tells)


def _expressions(
    space: Space, part: forms.UpdateAction | forms.UpdateItem
) -> tuple[ItemCondition | None, Update | None]:
    table = space.tables.get(part.table_name)
    expressions = Expressions(
        part.expression_attribute_names,
        part.expression_attribute_values,
        table.schema.names if table else (),
    )
    condition, update = (
        None if text is UNSET else text for text in (part.condition_expression, part.update_expression)
    )
    found = expressions.condition(condition), expressions.update(update)
    expressions.close()
    return found


def written(asked: Action, table: Table, key: Key, old: Item) -> Written:
    """Work out what is asked for, if its condition holds for what is there."""
    if asked.text:
        return Written(table.change(key, asked.item, asked.size, asked.text))
    if asked.deletes:
        return Written(table.deletion(key))
    if asked.update is None:
        kept = table.items.get(key)
        if kept is not None:
            return Written(ItemChange(key, kept, kept))
        return Written(table.change(key, asked.item, asked.size, encoded(asked.item)))
    applied = asked.update.apply(old or asked.item)
    if not old and len(applied.item) == len(asked.item):
        # AWS makes no item then, DynamoDB Local does.
        raise UnsureError("an update that leaves an item of its key alone")
    return Written(table.change(key, applied.item, size(applied.item), encoded(applied.item)), applied)


def put_item(call: TableCall) -> Answer:
    """Put an item in place of whatever has its key."""
    request = read(PUT, call.body)
    return _write(call.space, putting(request), request)


def delete_item(call: TableCall) -> Answer:
    """Delete an item, if it is there."""
    request = read(DELETE, call.body)
    return _write(call.space, keyed(call.space, request), request)


def update_item(call: TableCall) -> Answer:
    """Change attributes of an item, and make it if it is not there."""
    request = read(UPDATE, call.body)
    asked = keyed(call.space, request)
    if request.return_values.startswith("UPDATED") and request.update_expression is UNSET:
        raise UnsureError("what was updated of an item without an update")
    return _write(call.space, asked, request)


def _write(
    space: Space, asked: Action, request: forms.PutItem | forms.DeleteItem | forms.UpdateItem
) -> Answer:
    table = space.table(asked.table)
    if request.return_item_collection_metrics == "SIZE" and any(not index.world for index in table.indexes):
        raise UnsureError("sizes of item collections")
    if asked.text and asked.size > LARGEST:  # said first, whatever is wrong with its key
        raise RefusedRequestError("ValidationException", "Item size has exceeded the maximum allowed size")
    key = asked.key(table)
    put, old = written(asked, table, key, {}) if asked.text else None, asked.old(table, key)
    if asked.fails(old):
        raise condition_failed(table.name, old if asked.tells_item and old else None)
    change, applied = put or written(asked, table, key, old)
    consumed = table.cost(change)
    table.write(change)
    said: dict[str, Any] = {}
    if request.return_values != "NONE" and (attributes := _returned(request.return_values, change, applied)):
        said["Attributes"] = attributes
    return answer(said, table.name, consumed, request.return_consumed_capacity)


def _returned(returned: str, change: ItemChange, applied: Applied | None) -> Item | None:
    if returned == "ALL_OLD":
        return change.old.item if change.old else None
    if returned == "ALL_NEW":
        return change.new.item if change.new else None
    if applied is None:
        return None
    return applied.new if returned == "UPDATED_NEW" else applied.old
