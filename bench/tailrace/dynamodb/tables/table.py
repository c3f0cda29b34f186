"""A table: its items by key, in order, with their count and bytes kept while writing. Pure.

A change is worked out first, with all that may be wrong with it, and written then: so that what is written
together is written whole.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from .capacity import Consumed, write_units
from .indexes import Index, KeptItem, write_cost
from .keys import Key, SortedKeys
from .schema import Schema
from .unsure import UnsureError
from .values import Item

LARGEST = 400 * 1024
"""Bytes of an item."""


class ItemChange(msgspec.Struct, gc=False):
    """What a write makes of one item; without a new one it is deleted."""

    key: Key
    old: KeptItem | None
    new: KeptItem | None


class Table:
    """A table in memory."""

    def __init__(
        self, definition: Mapping[str, Any], schema: Schema, indexes: tuple[Index, ...], created: float
    ) -> None:
        self.definition = dict(definition)  # CreateTable's request as it is now
        self.name: str = definition["TableName"]
        self.schema = schema
        self.indexes = indexes
        self.created = created
        self.label = ""  # of the latest stream
        self.on_demand_since: float | None = None
        self.items: dict[Key, KeptItem] = {}
        self.keys = SortedKeys()
        self.bytes = 0

    def key(self, attributes: Item) -> Key:
        """Return a key that is given by itself. Raises RefusedRequestError or UnsureError."""
        if len(attributes) == len(self.schema.names):
            try:
                return self.schema.key(attributes)
            except UnsureError:
                pass
        raise self.schema.refusal_of_key(attributes)

    def key_of(self, item: Item) -> Key:
        """Return the key of an item. Raises RefusedRequestError or UnsureError if it is not valid."""
        try:
            return self.schema.key(item)
        except UnsureError:
            raise self.schema.refusal(item) from None

    def put(self, item: Item, of_bytes: int, text: bytes) -> ItemChange:
        """Work out what it is to put an item of so many bytes. Raises RefusedRequestError or UnsureError."""
        if of_bytes > LARGEST:  # DynamoDB says so first, whatever is wrong with its key
            raise UnsureError("an item that is too large")
        return self.change(self.key_of(item), item, of_bytes, text)

    def index(self, name: str) -> Index:
        """Return an index by its name. Raises UnsureError if there is none."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise UnsureError("an index that is not there")

    def get(self, key: Key) -> KeptItem | None:
        """Return an item."""
        return self.items.get(key)

    def deletion(self, key: Key) -> ItemChange:
        """Work out what it is to delete an item."""
        return ItemChange(key, self.items.get(key), None)

    def change(self, key: Key, item: Item, of_bytes: int, text: bytes) -> ItemChange:
        """Work out what it is to put an item of so many bytes. Raises UnsureError if that is not valid."""
        if of_bytes > LARGEST:
            raise UnsureError("an item that is too large")
        places = tuple([index.place(item, key) for index in self.indexes]) if self.indexes else ()
        return ItemChange(key, self.items.get(key), KeptItem(text, of_bytes, places))

    def write(self, change: ItemChange) -> None:
        """Write what was worked out from the table as it is now."""
        key, old, new = change.key, change.old, change.new
        if new is None:
            if old is not None:
                del self.items[key]
                self.keys.remove(key[0], self.schema.entry(key))
        else:
            self.items[key] = new
            if old is None:
                self.keys.add(key[0], self.schema.entry(key))
        self.bytes += (new.size if new else 0) - (old.size if old else 0)
        for at, index in enumerate(self.indexes):
            index.change(at, old, new)

    @staticmethod
    def units(change: ItemChange) -> int:
        """Return the units that a change takes of the table itself."""
        old, new = change.old, change.new
        return write_units(max(old.size if old else 0, new.size if new else 0))

    def cost(self, change: ItemChange) -> Consumed:
        """Return the units that a change takes."""
        old, new = change.old, change.new
        units = self.units(change)
        if not self.indexes:
            return Consumed(float(units))
        costs = [
            (index, float(cost))
            for at, index in enumerate(self.indexes)
            if (cost := write_cost(index, at, old, new))
        ]
        local, world = (
            tuple((index.name, cost) for index, cost in costs if index.world is kind)
            for kind in (False, True)
        )
        return Consumed(float(units), local, world)
