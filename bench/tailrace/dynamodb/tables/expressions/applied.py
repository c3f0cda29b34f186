"""What comes of an update."""

from tailrace.dynamodb.tables.values import Item

from .paths import Path, tree
from .projections import Projection


class Applied:
    """The new item, and what was and is at the paths that were touched (`UPDATED_OLD`, `UPDATED_NEW`)."""

    __slots__ = ("_before", "_paths", "item")

    def __init__(self, item: Item, before: Item, paths: tuple[Path, ...]) -> None:
        self.item, self._before, self._paths = item, before, paths

    @property
    def old(self) -> Item:
        """What was there before at the paths that were touched."""
        return self._touched().of(self._before)

    @property
    def new(self) -> Item:
        """What is there now at the paths that were touched: an index is that of the expression."""
        return self._touched().of(self.item)

    def _touched(self) -> Projection:
        return Projection(tree((path, None) for path in self._paths))
