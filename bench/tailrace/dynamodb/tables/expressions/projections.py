"""Projections: which parts of an item are returned."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value

from .lexer import given
from .parser import ExpressionParser
from .paths import Path, Tree, tree

KEPT = 256  # texts


class Projection:
    """The parts of items that some paths lead to."""

    __slots__ = ("_tree", "names_used", "values_used")

    def __init__(self, paths: Tree, names_used: frozenset[str] = frozenset()) -> None:
        self._tree = paths
        self.names_used = names_used
        self.values_used: frozenset[str] = frozenset()

    @property
    def attributes(self) -> frozenset[str]:
        """Names of the attributes that it takes something of."""
        return frozenset(self._tree)

    def of(self, item: Item) -> Item:
        """Return those parts of an item that are there, within the maps and lists that they are in."""
        return _members(item, self._tree)


def projection(text: object, names: Mapping[str, Any]) -> Projection:
    """Read a ProjectionExpression. Raises UnsureError."""
    try:
        return _projection(text, given(text, names))
    except TypeError as error:
        raise UnsureError("a name or expression that is no text") from error


@lru_cache(KEPT)
def _projection(text: object, names: tuple[tuple[str, Any], ...]) -> Projection:
    parser = ExpressionParser(text, dict(names))
    paths: list[Path] = [parser.path()]
    while parser.took(","):
        paths.append(parser.path())
    parser.expect("")
    return Projection(tree((path, None) for path in paths), frozenset(parser.names_used))


def _members(members: Item, paths: Tree) -> Item:
    found = {}
    for name, below in paths.items():
        value = members.get(name)
        kept = value if value is None or below is None else _part(value, below)
        if kept is not None:
            found[name] = kept
    return found


def _part(value: Value, paths: Tree) -> Value | None:
    """Return what the paths lead to within a list or map; None if to nothing."""
    if type(next(iter(paths))) is int:
        members = value.get("L", ())
        parts = [
            members[index] if below is None else _part(members[index], below)
            for index, below in sorted(paths.items())
            if index < len(members)
        ]
        found: Any = [part for part in parts if part is not None]
        return {"L": found} if found else None
    found = _members(value.get("M", {}), paths)
    return {"M": found} if found else None
