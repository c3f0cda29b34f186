"""The pages of a Query or Scan. Pure.

A page ends after `Limit` items, or with the item that makes it 1 MB if there are more. A Query of an index
takes units for what the index has of its items, a Scan for the whole of them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import Raw

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.answers import answer
from tailrace.dynamodb.tables.capacity import Consumed, read_units
from tailrace.dynamodb.tables.expressions import ItemCondition, Projection
from tailrace.dynamodb.tables.indexes import Index
from tailrace.dynamodb.tables.keys import Entry, Position, SortedKeys
from tailrace.dynamodb.tables.schema import Schema
from tailrace.dynamodb.tables.table import Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item

PAGE = 1 << 20
"""Bytes of the items of a page, as the table has them."""


class ReadSource(NamedTuple):
    """A table, or an index of it."""

    table: Table
    secondary: Index | None

    @property
    def keys(self) -> SortedKeys:
        """Its keys."""
        return self.table.keys if self.secondary is None else self.secondary.keys

    @property
    def schema(self) -> Schema:
        """What its keys are."""
        return self.table.schema if self.secondary is None else self.secondary.schema

    @property
    def key_names(self) -> frozenset[str]:
        """Attributes that say where a page ended: its key's, and the table's."""
        return frozenset((*self.schema.names, *self.table.schema.names))

    def position(self, start: Item) -> Position:
        """Return where a page ended, by its `LastEvaluatedKey`."""
        if start.keys() != self.key_names:
            raise UnsureError("a starting key of other attributes")
        key = self.table.schema.key(start)
        hash_key, range_key = self.schema.key(start)
        entry = (
            self.table.schema.entry(key) if self.secondary is None else self.secondary.entry(range_key, key)
        )
        return Position(hash_key, entry)


class ReadPlan(NamedTuple):
    """What is asked of each item of a source, and of the page."""

    source: ReadSource
    limit: int | None
    filter: ItemCondition | None
    projection: Projection | None
    consistent: bool
    counts: bool  # and gives no items
    fetches: bool  # from the table what its local index does not have
    scans: bool
    capacity: str


class ItemPage(NamedTuple):
    """What was read."""

    items: list[Item | Raw]
    matched: int
    scanned: int
    last: Entry | None
    consumed: Consumed


def read_page(reading: ReadPlan, entries: Iterable[Entry], end: object = None) -> ItemPage:
    """Read a page; `end` is the range key that none that is asked for lies beyond."""
    items: list[Item | Raw] = []
    count = scanned = of_bytes = used = 0
    fetched, last = 0.0, None
    left: Iterator[Entry] = iter(entries)
    needs_item = not reading.counts or reading.filter is not None or reading.source.secondary is not None
    changed = (reading.filter, reading.projection, reading.source.secondary)
    as_it_is = needs_item and all(each is None for each in changed)
    stored_items, index = reading.source.table.items, reading.source.secondary
    for entry in left:
        stored = stored_items[entry[1]]
        scanned += 1
        of_bytes += stored.size
        if as_it_is:
            items.append(stored.raw)
            used += stored.size
            count += 1
        elif needs_item:
            whole = stored.item
            used += stored.size if index is None or reading.scans else index.size(whole, stored.size)
            item = whole if index is None or reading.fetches else index.view(whole)
            fetched += read_units(stored.size, consistent=reading.consistent) if reading.fetches else 0.0
            if reading.filter is None or reading.filter.holds(item):
                count += 1
                if not reading.counts:
                    items.append(item if reading.projection is None else reading.projection.of(item))
        else:
            used += stored.size
            count += 1
        if scanned == reading.limit or of_bytes >= PAGE:
            goes_on = next(left, None) is not None
            # DynamoDB tells where a page ended that has as many as asked for, though nothing may follow.
            last = entry if goes_on or (scanned == reading.limit and entry[0] != end) else None
            break
    return ItemPage(items, count, scanned, last, _consumed(reading, used, fetched))


def _consumed(reading: ReadPlan, of_bytes: int, fetched: float) -> Consumed:
    units = read_units(of_bytes, consistent=reading.consistent)
    index = reading.source.secondary
    if index is None:
        return Consumed(units)
    of_index = ((index.name, units),)
    return Consumed(fetched, (), of_index) if index.world else Consumed(fetched, of_index)


def page_answer(reading: ReadPlan, page: ItemPage) -> Answer:
    """Return what a Query or Scan is answered."""
    said: dict[str, Any] = {} if reading.counts else {"Items": page.items}
    said |= {"Count": page.matched, "ScannedCount": page.scanned}
    table = reading.source.table
    if page.last is not None:
        item = table.items[page.last[1]].item
        said["LastEvaluatedKey"] = {name: item[name] for name in sorted(reading.source.key_names)}
    return answer(said, table.name, page.consumed, reading.capacity)
