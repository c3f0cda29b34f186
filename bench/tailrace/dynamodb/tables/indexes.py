"""Secondary indexes: which items they have, and what of them. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .capacity import write_units
from .keys import Entry, Key, Position, SortedKeys
from .schema import Schema
from .sizes import size
from .values import Item
from .wire import decoded

type Place = Position | None
"""Where an item is in an index; None if it is not in it."""


class Index:
    """A global or local secondary index of a table."""

    def __init__(self, definition: Mapping[str, Any], of_table: Schema, own: Schema, *, world: bool) -> None:
        self.name: str = definition["IndexName"]
        self.definition = definition
        self.schema = own
        self.world = world
        self._own = set(own.names).difference(of_table.names)
        self.keys = SortedKeys()
        self.count = self.bytes = 0
        projection = definition["Projection"]
        self.projected: frozenset[str] | None = None
        if projection["ProjectionType"] != "ALL":
            more = projection.get("NonKeyAttributes", ())
            self.projected = frozenset((*of_table.names, *own.names, *more))

    def place(self, item: Item, key: Key) -> Place:
        """Return where an item belongs. Raises UnsureError for a value that no key may have."""
        attributes = self.schema.attributes
        values = [attribute.of(item) for attribute in attributes if attribute.name in item]
        if len(values) < len(attributes):
            return None
        hash_key, range_key = values[0], values[-1] if len(values) > 1 else ""
        return Position(hash_key, self.entry(range_key, key))

    def entry(self, range_key: str, key: Key) -> Entry:
        """Return what an item is sorted by."""
        return "" if self.schema.range is None else self.schema.range.sortable(range_key), key

    def view(self, item: Item) -> Item:
        """Return what the index has of an item."""
        if self.projected is None:
            return item
        return {name: value for name, value in item.items() if name in self.projected}

    def size(self, item: Item, whole: int) -> int:
        """Return the bytes of what the index has of an item of so many bytes."""
        return whole if self.projected is None else size(self.view(item))

    def change(self, at: int, old: "KeptItem | None", new: "KeptItem | None") -> None:
        """Take in a change of an item; this index is the `at`-th of its table."""
        self.bytes += self._counted(at, new) - self._counted(at, old)
        if old and (was := old.places[at]):
            self.keys.remove(was.hash, was.entry)
            self.count -= 1
        if new and (now := new.places[at]):
            self.keys.add(now.hash, now.entry)
            self.count += 1

    def _counted(self, at: int, stored: "KeptItem | None") -> int:
        """Return the bytes that DynamoDB Local counts: an item's, if it has any of the index's own key."""
        if stored is None:
            return 0
        return stored.size if stored.places[at] or self._own & stored.item.keys() else 0


class KeptItem(msgspec.Struct, frozen=True, gc=False):
    """An item as a table has it: its JSON, its bytes as DynamoDB counts them, and where it is in each index.

    As objects of Python's an item of 1 KB takes nine, and Python's collector of garbage would go through them
    time and again.
    """

    text: bytes
    size: int
    places: tuple[Place, ...] = ()

    @property
    def item(self) -> Item:
        """The item itself."""
        found: Item = decoded(self.text)
        return found

    @property
    def raw(self) -> msgspec.Raw:
        """The item as a part of an answer."""
        return msgspec.Raw(self.text)


def write_cost(index: Index, at: int, old: KeptItem | None, new: KeptItem | None) -> int:
    """Return the units that a write takes of an index, the `at`-th of its table.

    DynamoDB Local counts it too if the item has one part of the index's key before, and the other after it.
    """
    was, now = (None if stored is None else stored.places[at] for stored in (old, new))
    if not was and not now:
        if not old or not new or not old.item.keys() | new.item.keys() >= set(index.schema.names):
            return 0
        return write_units(index.size(old.item, old.size))
    before = write_units(index.size(old.item, old.size)) if old and was else 0
    after = write_units(index.size(new.item, new.size)) if new and now else 0
    if was != now:
        return before + after
    if not old or not new or index.view(old.item) == index.view(new.item):
        return 0
    return max(before, after)
