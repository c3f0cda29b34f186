"""Document paths: `a.b[0]` is ("a", "b", 0)."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value

type Path = tuple[Any, ...]  # a name, then names and indexes
type Get = Callable[[Item, Mapping[str, Value]], Value | None]
type Tree = dict[Any, Any]  # parts of paths to trees; to what belongs to the path at its end


def getter(path: Path) -> Get:
    """Return what finds a path's value in an item: None where there is nothing."""
    root, *rest = path
    if not rest:
        return lambda item, _: item.get(root)

    def get(item: Item, _: Mapping[str, Value]) -> Value | None:
        return follow(item.get(root), rest)

    return get


def follow(value: Value | None, parts: Iterable[str | int]) -> Value | None:
    """Return what is at the end of the parts within a value: None where there is nothing."""
    for part in parts:
        if value is None:
            return None
        if type(part) is int:
            members = value.get("L", ())
            value = members[part] if part < len(members) else None
        else:
            value = value.get("M", {}).get(part)
    return value


def tree(ends: Iterable[tuple[Path, object]]) -> Tree:
    """Return paths as a tree. Raises UnsureError if one lies within another, or a list would be a map."""
    root: Tree = {}
    for path, end in ends:
        node = root
        for part, following in pairwise(path):
            node = node.setdefault(part, {})
            if type(node) is not dict:
                raise UnsureError("paths that overlap")
            if node and type(next(iter(node))) is not type(following):
                raise UnsureError("paths that conflict")
        if path[-1] in node:
            raise UnsureError("paths that overlap")
        node[path[-1]] = end
    return root
