"""Updates that only set attributes to values, and add values to them: what counters and totals are kept by.

Each text is read once, whatever its placeholders stand for: another one for each request, as often as not.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value

from .applied import Applied
from .arithmetic import ADDED, increased
from .assignments import AddTo, SetTo, UpdateParser
from .lexer import placeholders
from .parser import ValueOperand, typed

KEPT = 256  # texts


class PlainShape(NamedTuple):
    """What such an update does: names, or their placeholders, and the placeholders of their values."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    adds: tuple[bool, ...]
    names_used: frozenset[str]
    values_used: frozenset[str]


class PlainUpdate:
    """Such an update with its names and values."""

    __slots__ = ("_changes", "names_used", "values_used")

    def __init__(
        self,
        shape: PlainShape,
        names: Mapping[str, Any],
        values: Mapping[str, Value],
        key_names: Collection[str],
    ) -> None:
        words, operands, adds, self.names_used, self.values_used = shape
        try:
            roots = [names[word] if word[0] == "#" else word for word in words]
            self._changes = list(zip(roots, adds, [values[each] for each in operands], strict=True))
        except KeyError as error:
            raise UnsureError("a name or value that is not given") from error
        if not all(type(name) is str and name for name in roots):
            raise UnsureError("a name that is empty, or no text")
        if len(set(roots)) != len(roots):
            raise UnsureError("paths that overlap")
        if not set(roots).isdisjoint(key_names):
            raise UnsureError("an update of a key")
        for _, adding, value in self._changes:
            if adding and typed(value) not in ADDED:
                raise UnsureError("ADD of a value of another type")

    def apply(self, item: Item) -> Applied:
        """Return the new item, the old one untouched; of an item that is not there, give the key.

        Raises UnsureError for an operand of a wrong type.
        """
        new = dict(item)
        for name, adding, value in self._changes:
            new[name] = increased(item.get(name), value) if adding else value
        return Applied(new, item, tuple([(name,) for name, *_ in self._changes]))


@lru_cache(KEPT)
def plain_shape(text: object) -> PlainShape | None:
    """Return what an update does that is a plain one; None for any other, or none."""
    try:
        parser = UpdateParser(text, {word: word for word in placeholders(text)})
        actions = parser.whole()
    except UnsureError:
        return None
    names, values, adds = [], [], []
    for action in actions:
        match action:
            case SetTo((str(name),), ValueOperand(operand)) | AddTo((str(name),), ValueOperand(operand)):
                names.append(name)
                values.append(operand)
                adds.append(isinstance(action, AddTo))
            case _:
                return None
    used = frozenset(parser.names_used), frozenset(parser.values_used)
    return PlainShape(tuple(names), tuple(values), tuple(adds), *used)
