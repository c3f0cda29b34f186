"""GetItem, BatchGetItem and TransactGetItems. Pure."""

from typing import Any

from msgspec import UNSET, Raw
from msgspec.json import Decoder

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import answer, answer_of_many
from tailrace.dynamodb.tables.capacity import Consumed, added, read_units
from tailrace.dynamodb.tables.expressions import Projection
from tailrace.dynamodb.tables.forms import (
    BatchGetItem,
    GetItem,
    KeysAndAttributes,
    Projected,
    TransactGetItems,
)
from tailrace.dynamodb.tables.indexes import KeptItem
from tailrace.dynamodb.tables.requests import Expressions
from tailrace.dynamodb.tables.space import TableCall
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked
from tailrace.dynamodb.tables.wire import read

from .batches import valid_keys

MOST_READ = 100
MOST_BYTES_OF_BATCH = 16_000_000
"""A little less than DynamoDB's 16 MB, beyond which keys stay unprocessed."""
MOST_BYTES = 4_000_000
"""Of a transaction: a little less than DynamoDB's 4 MB."""
GET, BATCH, TRANSACTION = Decoder(GetItem), Decoder(BatchGetItem), Decoder(TransactGetItems)


def get_item(call: TableCall) -> Answer:
    """Read an item."""
    request = read(GET, call.body)
    projection = _projection(request)
    key = checked(request.key)
    table = call.space.table(request.table_name)
    stored = table.get(table.key(key))
    units = read_units(max(1, stored.size if stored else 0), consistent=request.consistent_read)
    said = {} if stored is None else {"Item": _part(stored, projection)}
    return answer(said, table.name, Consumed(units), request.return_consumed_capacity)


def _projection(asked: Projected) -> Projection | None:
    """Return a projection, if there is one; each name that is given has to be used."""
    text, names = asked.projection_expression, asked.expression_attribute_names
    if text is UNSET and names is UNSET:
        return None
    expressions = Expressions(names)
    projection = expressions.projection(None if text is UNSET else text)
    expressions.close()
    return projection


def _part(stored: KeptItem, projection: Projection | None) -> Item | Raw:
    return stored.raw if projection is None else projection.of(stored.item)


def batch_get_item(call: TableCall) -> Answer:
    """Read items by their keys."""
    request = read(BATCH, call.body)
    asked = {name: _keys(part) for name, part in request.request_items.items()}
    if not 0 < sum(len(keys) for keys, _ in asked.values()) <= MOST_READ:
        raise UnsureError("a batch of none or too many")
    tables = call.space.all(asked)
    responses: dict[str, list[Item | Raw]] = {}
    consumed: list[tuple[str, Consumed]] = []
    of_bytes = 0
    for table, (attributes, projection) in zip(tables, asked.values(), strict=True):
        keys = valid_keys(table, attributes)
        found = [stored for key in keys if (stored := table.get(key))]
        of_bytes += sum(stored.size for stored in found)
        consistent = request.request_items[table.name].consistent_read
        units = sum(read_units(stored.size, consistent=consistent) for stored in found)
        consumed.append((table.name, Consumed(float(units))))
        responses[table.name] = [_part(each, projection) for each in found]
    if of_bytes > MOST_BYTES_OF_BATCH:
        raise UnsureError("more than a batch may read")
    said = {"Responses": responses, "UnprocessedKeys": {}}
    return answer_of_many(said, consumed, request.return_consumed_capacity)


def _keys(asked: KeysAndAttributes) -> tuple[list[Item], Projection | None]:
    projection = _projection(asked)
    keys = [checked(key) for key in asked.keys]
    if len({repr(sorted(key.items())) for key in keys}) != len(keys):
        raise UnsureError("one key twice")
    return keys, projection


def transact_get_items(call: TableCall) -> Answer:
    """Read items together."""
    request = read(TRANSACTION, call.body)
    asked = [
        (part.table_name, checked(part.key), _projection(part))
        for part in (entry.get for entry in request.transact_items)
    ]
    tables = {table.name: table for table in call.space.all({name for name, *_ in asked})}
    found = set[tuple[str, tuple[str, str]]]()
    responses: list[dict[str, Any]] = []
    reads: dict[str, list[Consumed]] = {}
    of_bytes = 0
    for name, attributes, projection in asked:
        table = tables[name]
        key = valid_keys(table, [attributes])[0]
        stored = table.get(key)
        found.add((name, key))
        of_bytes += stored.size if stored else 0
        reads.setdefault(name, []).append(
            Consumed(2.0 * read_units(max(1, stored.size if stored else 0), consistent=True))
        )
        responses.append({} if stored is None else {"Item": _part(stored, projection)})
    if len(found) != len(asked) or of_bytes > MOST_BYTES:
        raise UnsureError("one item twice, or more than a transaction may read")
    consumed = [(name, added(parts)) for name, parts in reads.items()]
    return answer_of_many({"Responses": responses}, consumed, request.return_consumed_capacity, "Read", "")
