"""BatchGetItem and BatchWriteItem. Pure."""

from collections.abc import Iterable
from typing import Any

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import RefusedRequestError, answer_of_many, one_refusal
from tailrace.dynamodb.tables.capacity import Consumed, added, read_units
from tailrace.dynamodb.tables.expressions import Projection
from tailrace.dynamodb.tables.keys import Key
from tailrace.dynamodb.tables.requests import ASKED, CAPACITY, MEASURED, Expressions, check, choice
from tailrace.dynamodb.tables.space import TableCall
from tailrace.dynamodb.tables.table import ItemChange, Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked, weighed

MOST_WRITTEN, MOST_READ = 25, 100
MOST_BYTES = 16_000_000
"""Of one BatchGetItem: a little less than DynamoDB's 16 MB, beyond which keys stay unprocessed."""
NOTHING_DELETED = Consumed(2.0)
"""What DynamoDB Local counts for an item of a batch or transaction that was not there to be deleted."""
KEYS = {"Keys": list, "ProjectionExpression": str, "ExpressionAttributeNames": dict, "ConsistentRead": bool}


def batch_write_item(call: TableCall) -> Answer:
    """Put and delete items, each by itself."""
    request = check(call.request, {"RequestItems": dict, **MEASURED}, "RequestItems")
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    sizes = choice(request, "ReturnItemCollectionMetrics", "NONE", "SIZE")
    asked = {
        name: [_asked(each) for each in _list(writes)] for name, writes in request["RequestItems"].items()
    }
    if not 0 < sum(map(len, asked.values())) <= MOST_WRITTEN:
        raise UnsureError("a batch of none or too many")
    changes: list[tuple[Table, list[ItemChange]]] = []
    for table, writes in zip(call.space.all(asked), asked.values(), strict=True):
        if sizes == "SIZE" and any(not index.world for index in table.indexes):
            raise UnsureError("sizes of item collections")
        found = _changes(table, writes, only=len(asked) == 1)
        if len({change.key for change in found}) != len(found):
            raise UnsureError("one item twice")
        changes.append((table, found))
    consumed = [(table.name, added(_cost(table, each) for each in found)) for table, found in changes]
    for table, found in changes:
        for change in found:
            table.write(change)
    return answer_of_many({"UnprocessedItems": {}}, consumed, capacity)


def _list(value: object) -> list[Any]:
    if type(value) is not list or not value:
        raise UnsureError("no list of requests")
    return value


def _asked(one: object) -> tuple[bool, Item, int]:
    match one:
        case {"PutRequest": {"Item": item, **inner}, **outer} if not inner and not outer:
            return True, *weighed(item)
        case {"DeleteRequest": {"Key": key, **inner}, **outer} if not inner and not outer:
            return False, *weighed(key)
    raise UnsureError("neither a put nor a delete")


def _changes(table: Table, writes: list[tuple[bool, Item, int]], *, only: bool) -> list[ItemChange]:
    try:
        return one_refusal(lambda write: _change(table, *write), writes)
    except RefusedRequestError as refused:
        if only and are_different((table, item) for _, item, _ in writes):
            raise
        raise UnsureError(str(refused)) from refused


def _change(table: Table, put: bool, item: Item, of_bytes: int) -> ItemChange:  # noqa: FBT001  as it is asked
    if put:
        return table.change(table.key_of(item), item, of_bytes)
    return table.deletion(table.key(item))


def _cost(table: Table, change: ItemChange) -> Consumed:
    return table.cost(change) if change.old or change.new else NOTHING_DELETED


def batch_get_item(call: TableCall) -> Answer:
    """Read items by their keys."""
    request = check(call.request, {"RequestItems": dict, **ASKED}, "RequestItems")
    capacity = choice(request, "ReturnConsumedCapacity", *CAPACITY)
    asked = {name: _keys(part) for name, part in request["RequestItems"].items()}
    if not 0 < sum(len(keys) for keys, _ in asked.values()) <= MOST_READ:
        raise UnsureError("a batch of none or too many")
    tables = call.space.all(asked)
    responses: dict[str, list[Item]] = {}
    consumed: list[tuple[str, Consumed]] = []
    of_bytes = 0
    for table, (attributes, projection) in zip(tables, asked.values(), strict=True):
        keys = valid_keys(table, attributes)
        found = [stored for key in keys if (stored := table.get(key))]
        of_bytes += sum(stored.size for stored in found)
        consistent = request["RequestItems"][table.name].get("ConsistentRead", False)
        units = sum(read_units(stored.size, consistent=consistent) for stored in found)
        consumed.append((table.name, Consumed(float(units))))
        responses[table.name] = [projection.of(each.item) if projection else each.item for each in found]
    if of_bytes > MOST_BYTES:
        raise UnsureError("more than a batch may read")
    return answer_of_many({"Responses": responses, "UnprocessedKeys": {}}, consumed, capacity)


def _keys(part: object) -> tuple[list[Item], Projection | None]:
    asked = check(part, KEYS, "Keys")
    expressions = Expressions(asked)
    projection = expressions.projection()
    expressions.close()
    keys = [checked(key) for key in _list(asked["Keys"])]
    if len({repr(sorted(key.items())) for key in keys}) != len(keys):
        raise UnsureError("one key twice")
    return keys, projection


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
