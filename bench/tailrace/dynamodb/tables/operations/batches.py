"""BatchWriteItem. Pure."""

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.json import Decoder

from tailrace.dynamodb.tables import forms
from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import RefusedRequestError, answer_of_many, one_refusal
from tailrace.dynamodb.tables.capacity import Consumed, added
from tailrace.dynamodb.tables.keys import Key
from tailrace.dynamodb.tables.space import TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, weighed
from tailrace.dynamodb.tables.wire import read, read_item

MOST_WRITTEN = 25
NOTHING_DELETED = Consumed(2.0)
"""What DynamoDB Local counts for an item of a batch or transaction that was not there to be deleted."""
BATCH = Decoder(forms.BatchWriteItem)
type Asked = tuple[Item, int, bytes]
"""An item to be put; or a key to be deleted: without a text."""


def batch_write_item(call: TableCall) -> Answer:
    """Put and delete items, each by itself."""
    request = read(BATCH, call.body)
    asked = {name: [_asked(each) for each in writes] for name, writes in request.request_items.items()}
    if not 0 < sum(map(len, asked.values())) <= MOST_WRITTEN:
        raise UnsureError("a batch of none or too many")
    changes: list[tuple[Table, list[ItemChange]]] = []
    for table, writes in zip(call.space.all(asked), asked.values(), strict=True):
        if request.return_item_collection_metrics == "SIZE" and any(not each.world for each in table.indexes):
            raise UnsureError("sizes of item collections")
        found = _changes(table, writes, only=len(asked) == 1)
        if len({change.key for change in found}) != len(found):
            raise UnsureError("one item twice")
        changes.append((table, found))
    consumed = [(table.name, added(_cost(table, each) for each in found)) for table, found in changes]
    for table, found in changes:
        for change in found:
            table.write(change)
    return answer_of_many({"UnprocessedItems": {}}, consumed, request.return_consumed_capacity)


def _asked(one: forms.WriteRequest) -> Asked:
    if (put := one.put_request) is not UNSET:
        if one.delete_request is UNSET:
            return read_item(put.item)
    elif (deletion := one.delete_request) is not UNSET:
        return *weighed(deletion.key), b""
    raise UnsureError("neither a put nor a delete")


def _changes(table: Table, writes: list[Asked], *, only: bool) -> list[ItemChange]:
    try:
        return one_refusal(lambda write: _change(table, *write), writes)
    except RefusedRequestError as refused:
        if only and are_different((table, item) for item, *_ in writes):
            raise
        raise UnsureError(str(refused)) from refused


def _change(table: Table, item: Item, of_bytes: int, text: bytes) -> ItemChange:
    if text:
        return table.put(item, of_bytes, text)
    return table.deletion(table.key(item))


def _cost(table: Table, change: ItemChange) -> Consumed:
    return table.cost(change) if change.old or change.new else NOTHING_DELETED


def are_different(items: Iterable[tuple[Table, Item]]) -> bool:
    """Tell whether no two items have one key, valid or not."""
    keys = [repr((table.name, [item.get(name) for name in table.schema.names])) for table, item in items]
    return len(set(keys)) == len(keys)


def valid_keys(table: Table, keys: list[Item]) -> list[Key]:
    """Return the keys of a read of many. Raises UnsureError if one is not valid."""
    try:
        return [table.key(key) for key in keys]
    except RefusedRequestError as refused:
        raise UnsureError(str(refused)) from refused
