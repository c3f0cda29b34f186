"""Updates: a new item from an old one. All that an update reads is what was there before it."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import LEVELS, Item, Value

from . import arithmetic
from .applied import Applied
from .assignments import (
    Action,
    AddTo,
    Assigned,
    DeleteFrom,
    IfNotExists,
    ListAppend,
    SetTo,
    Sum,
    UpdateParser,
)
from .lexer import given
from .parser import PathOperand, ValueOperand, refuse_types
from .paths import Get, Path, Tree, getter, tree
from .plain import PlainUpdate, plain_shape

KEPT = 128  # texts: an update's text is often another each time
type Values = Mapping[str, Value]
type Check = Callable[[Values], None]
type Change = Callable[[Value | None, Item, Values], Value | None]
"""What becomes of a path's value; of the whole item and the request's values. None: there is nothing then."""


class CompiledUpdate(NamedTuple):
    """An update that was read."""

    changes: Tree
    paths: tuple[Path, ...]
    roots: frozenset[str]
    checks: tuple[Check, ...]
    names_used: frozenset[str]
    values_used: frozenset[str]


class PathUpdate:
    """An update with its values."""

    __slots__ = ("_compiled", "_values", "names_used", "values_used")

    def __init__(self, compiled: CompiledUpdate, values: Values, key_names: Collection[str]) -> None:
        self._compiled, self._values = compiled, values
        self.names_used, self.values_used = compiled.names_used, compiled.values_used
        if not self.values_used <= values.keys():
            raise UnsureError("a value that is not given")
        if not compiled.roots.isdisjoint(key_names):
            raise UnsureError("an update of a key")
        for check in compiled.checks:
            check(values)

    def apply(self, item: Item) -> Applied:
        """Return the new item, the old one untouched; of an item that is not there, give the key.

        Raises UnsureError for an operand of a wrong type and for a path whose list or map is not there.
        """
        return Applied(_members(item, self._compiled.changes, item, self._values), item, self._compiled.paths)


type Update = PathUpdate | PlainUpdate


def update(text: object, names: Mapping[str, Any], values: Values, key_names: Collection[str]) -> Update:
    """Read an UpdateExpression; `values` are checked ones. Raises UnsureError."""
    try:
        shape = plain_shape(text)
        if shape is not None:
            return PlainUpdate(shape, names, values, key_names)
        compiled = _compiled(text, given(text, names))
    except TypeError as error:
        raise UnsureError("a name or expression that is no text") from error
    return PathUpdate(compiled, values, key_names)


@lru_cache(KEPT)
def _compiled(text: object, names: tuple[tuple[str, Any], ...]) -> CompiledUpdate:
    parser = UpdateParser(text, dict(names))
    actions = parser.whole()
    checks: list[Check] = []
    paths = tuple(action.path for action in actions)
    return CompiledUpdate(
        tree((action.path, _change(action, checks)) for action in actions),
        paths,
        frozenset(path[0] for path in paths),
        tuple(checks),
        frozenset(parser.names_used),
        frozenset(parser.values_used),
    )


def _change(action: Action, checks: list[Check]) -> Change:
    match action:
        case SetTo(path, source):
            return _setting(_get(source, checks), len(path) - 1)
        case AddTo(_, operand):
            checks.append(partial(refuse_types, operand, arithmetic.ADDED))
            return lambda old, _, values: arithmetic.increased(old, operand.of(values))
        case DeleteFrom(path, operand):
            checks.append(partial(refuse_types, operand, arithmetic.DELETED))
            return _deleting(operand, within_list=type(path[-1]) is int)
    return _nothing


def _nothing(*_: object) -> None:
    return None


def _deleting(operand: ValueOperand, *, within_list: bool) -> Change:
    def change(old: Value | None, _: Item, values: Values) -> Value | None:
        left = arithmetic.decreased(old, operand.of(values))
        if within_list and left is None and old is not None:
            raise UnsureError("a list with a set that would be empty")
        return left

    return change


def _setting(get: Get, above: int) -> Change:
    def change(_: Value | None, item: Item, values: Values) -> Value:
        value = get(item, values)
        if value is None:
            raise UnsureError("an operand that is not there")
        if above and above + _levels(value) > LEVELS:
            raise UnsureError("more than 32 levels")
        return value

    return change


def _levels(value: Value) -> int:
    ((kind, inner),) = value.items()
    if kind == "L":
        return 1 + max(map(_levels, inner), default=0)
    if kind == "M":
        return 1 + max(map(_levels, inner.values()), default=0)
    return 0


def _get(source: Assigned, checks: list[Check]) -> Get:
    match source:
        case PathOperand(path):
            return getter(path)
        case ValueOperand(name):
            return lambda _, values: values[name]
        case IfNotExists(path, otherwise):
            return _if_not_exists(getter(path), _get(otherwise, checks))
        case ListAppend(first, second):
            _want("L", (first, second), checks)
            one, other = _get(first, checks), _get(second, checks)
            return lambda item, values: arithmetic.appended(one(item, values), other(item, values))
        case Sum(operator, left, right):
            _want("N", (left, right), checks)
            one, other = _get(left, checks), _get(right, checks)
            return lambda item, values: arithmetic.computed(operator, one(item, values), other(item, values))


def _if_not_exists(get: Get, otherwise: Get) -> Get:
    def either(item: Item, values: Values) -> Value:
        found, instead = get(item, values), otherwise(item, values)
        if instead is None:  # DynamoDB looks at it even where it is not needed
            raise UnsureError("an operand that is not there")
        return instead if found is None else found

    return either


def _want(kind: str, operands: tuple[Assigned, ...], checks: list[Check]) -> None:
    allowed = frozenset((kind,))
    checks.extend(
        partial(refuse_types, operand, allowed) for operand in operands if isinstance(operand, ValueOperand)
    )


def _members(members: Item, changes: Tree, item: Item, values: Values) -> Item:
    """Return an item's attributes or a map's members with the changes."""
    new = dict(members)
    for name, change in changes.items():
        old = members.get(name)
        value = _within(old, change, item, values) if type(change) is dict else change(old, item, values)
        if value is not None:
            new[name] = value
        elif old is not None:
            del new[name]
    return new


def _within(old: Value | None, changes: Tree, item: Item, values: Values) -> Value:
    """Return a list or map with changes to what is in it."""
    kind = "L" if type(next(iter(changes))) is int else "M"
    if old is None or kind not in old:
        raise UnsureError("a path whose list or map is not there")
    if kind == "M":
        return {"M": _members(old["M"], changes, item, values)}
    return {"L": _elements(old["L"], changes, item, values)}


def _elements(elements: list[Value], changes: Tree, item: Item, values: Values) -> list[Value]:
    """Return a list with changes: what lies beyond its end is appended, in the order of the indexes."""
    new: list[Value | None] = list(elements)
    for index, change in sorted(changes.items()):
        old = elements[index] if index < len(elements) else None
        value = _within(old, change, item, values) if type(change) is dict else change(old, item, values)
        if old is not None:
            new[index] = value
        else:
            new.append(value)
    return [value for value in new if value is not None]
