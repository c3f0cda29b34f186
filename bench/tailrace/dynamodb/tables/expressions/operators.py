"""What the comparators and functions of conditions say of values. A value may be None: there is none."""

import operator
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import SETS, Value, sortable

ORDERED = frozenset(("S", "N", "B"))
TEXTS = frozenset(("S", "B"))
SIZED = frozenset(("S", "B", "SS", "NS", "BS", "L", "M"))
TYPES = frozenset((*SIZED, "N", "BOOL", "NULL"))

type Values = Value | None


def equals(one: Values, other: Values) -> bool:
    """Tell whether both are there and equal."""
    return one is not None and one == other


def differs(one: Values, other: Values) -> bool:
    """Tell whether they are not equal, or one is not there."""
    return one is None or one != other


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Values, Values], bool]:
    def holds(one: Values, other: Values) -> bool:
        if one is None or other is None or one.keys() != other.keys() or one.keys().isdisjoint(ORDERED):
            return False
        return compare(sortable(one), sortable(other))

    return holds


COMPARATORS: dict[str, Callable[[Values, Values], bool]] = {
    "=": equals,
    "<>": differs,
    "<": _ordering(operator.lt),
    "<=": _ordering(operator.le),
    ">": _ordering(operator.gt),
    ">=": _ordering(operator.ge),
}
not_below, not_above = COMPARATORS[">="], COMPARATORS["<="]


def begins_with(one: Values, start: Values) -> bool:
    """Tell whether a text or binary begins with another."""
    if one is None or start is None or one.keys() != start.keys() or one.keys().isdisjoint(TEXTS):
        return False
    begins: bool = sortable(one).startswith(sortable(start))
    return begins


def contains(one: Values, part: Values) -> bool:
    """Tell whether a text or binary has another within it, or a set or list has a member."""
    if one is None or part is None:
        return False
    ((kind, inner),) = one.items()
    if kind == "L":
        return part in inner
    ((part_kind, part_inner),) = part.items()
    if kind in SETS:
        return SETS[kind][0] == part_kind and part_inner in inner
    if kind != part_kind:
        return False
    return part_inner in inner if kind == "S" else kind == "B" and b64decode(part_inner) in b64decode(inner)


def size(one: Values) -> Values:
    """Return the size of a value as a number; None if it has none."""
    if one is None:
        return None
    ((kind, inner),) = one.items()
    if kind not in SIZED:
        return None
    if kind == "S" and not inner.isascii():
        raise UnsureError("the size of a text beyond ASCII")  # AWS does not say of what: bytes or characters
    return {"N": str(len(b64decode(inner) if kind == "B" else inner))}
