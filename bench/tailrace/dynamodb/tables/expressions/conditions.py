"""Conditions and filters: read once for each text and its names, then bound to the values of a request."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value

from . import operators
from .grammar import (
    And,
    Between,
    Comparison,
    ConditionParser,
    Node,
    Not,
    Operand,
    Or,
    Predicate,
    SizeOperand,
    Within,
)
from .lexer import given
from .operators import COMPARATORS, ORDERED, SIZED, TEXTS, TYPES, not_above, not_below
from .parser import PathOperand, ValueOperand, refuse_types, typed
from .paths import Get, getter

KEPT = 1024  # texts
type Values = Mapping[str, Value]
type Test = Callable[[Item, Values], bool]
type Check = Callable[[Values], None]


class Compiled(NamedTuple):
    """A condition that was read: its test, what to check of a request's values, and what it uses."""

    test: Test
    checks: tuple[Check, ...]
    names_used: frozenset[str]
    values_used: frozenset[str]
    attributes: frozenset[str]  # that it looks at, or into


class ItemCondition:
    """A condition with its values."""

    __slots__ = ("_test", "_values", "attributes", "names_used", "values_used")

    def __init__(self, compiled: Compiled, values: Values) -> None:
        self._test, checks, self.names_used, self.values_used, self.attributes = compiled
        self._values = values
        if not self.values_used <= values.keys():
            raise UnsureError("a value that is not given")
        for check in checks:
            check(values)

    def holds(self, item: Item) -> bool:
        """Tell whether it holds for an item, `{}` for none. Raises UnsureError where AWS is unclear."""
        return self._test(item, self._values)


def condition(text: object, names: Mapping[str, Any], values: Values) -> ItemCondition:
    """Read a ConditionExpression or FilterExpression; `values` are checked ones. Raises UnsureError."""
    try:
        compiled = _compiled(text, given(text, names))
    except TypeError as error:
        raise UnsureError("a name or expression that is no text") from error
    return ItemCondition(compiled, values)


@lru_cache(KEPT)
def _compiled(text: object, names: tuple[tuple[str, Any], ...]) -> Compiled:
    parser = ConditionParser(text, dict(names))
    node = parser.whole()
    checks: list[Check] = []
    test = _test(node, checks)
    used = (frozenset(each) for each in (parser.names_used, parser.values_used, parser.attributes))
    return Compiled(test, tuple(checks), *used)


def _test(node: Node, checks: list[Check]) -> Test:  # noqa: PLR0911  one for each kind of node
    match node:
        case Not(inner):
            test = _test(inner, checks)
            return lambda item, values: not test(item, values)
        case And(conditions):
            return _every(tuple(_test(each, checks) for each in conditions))
        case Or(conditions):
            return _either(tuple(_test(each, checks) for each in conditions))
        case Comparison():
            return _comparison(node, checks)
        case Between():
            return _between(node, checks)
        case Within():
            return _within(node, checks)
        case Predicate(name, operands):
            return FUNCTIONS[name](operands, checks)


def _every(tests: tuple[Test, ...]) -> Test:
    def holds(item: Item, values: Values) -> bool:
        for test in tests:  # noqa: SIM110  a generator within all() takes twice the time
            if not test(item, values):
                return False
        return True

    return holds


def _either(tests: tuple[Test, ...]) -> Test:
    def holds(item: Item, values: Values) -> bool:
        for test in tests:  # noqa: SIM110  a generator within any() takes twice the time
            if test(item, values):
                return True
        return False

    return holds


def _comparison(node: Comparison, checks: list[Check]) -> Test:
    left, right = _get(node.left, checks), _get(node.right, checks)
    compare = COMPARATORS[node.operator]
    if node.operator not in ("=", "<>"):
        _allow(ORDERED, (node.left, node.right), checks)
    return lambda item, values: compare(left(item, values), right(item, values))


def _between(node: Between, checks: list[Check]) -> Test:
    get, low, high = (_get(operand, checks) for operand in node)
    _allow(ORDERED, node, checks)
    if isinstance(node.low, ValueOperand) and isinstance(node.high, ValueOperand):
        checks.append(bounds_in_order(node.low, node.high))

    def holds(item: Item, values: Values) -> bool:
        value = get(item, values)
        return not_below(value, low(item, values)) and not_above(value, high(item, values))

    return holds


def bounds_in_order(low: ValueOperand, high: ValueOperand) -> Check:
    """Return a check that two bounds are of one type, and the upper is not below the lower."""

    def check(values: Values) -> None:
        if not not_above(low.of(values), high.of(values)):
            raise UnsureError("bounds of BETWEEN")

    return check


def _within(node: Within, checks: list[Check]) -> Test:
    get = _get(node.operand, checks)
    options = tuple(_get(option, checks) for option in node.options)

    def holds(item: Item, values: Values) -> bool:
        value = get(item, values)
        return value is not None and any(value == option(item, values) for option in options)

    return holds


def _exists(operands: tuple[Operand, ...], _: list[Check]) -> Test:
    path = _path(operands[0])
    if len(path) == 1:
        name = path[0]
        return lambda item, _: name in item
    get = getter(path)
    return lambda item, values: get(item, values) is not None


def _not_exists(operands: tuple[Operand, ...], checks: list[Check]) -> Test:
    exists = _exists(operands, checks)
    return lambda item, values: not exists(item, values)


def _is_type(operands: tuple[Operand, ...], checks: list[Check]) -> Test:
    get, of = _get(operands[0], checks), operands[1]
    if not isinstance(of, ValueOperand):
        raise UnsureError("attribute_type without a type")

    def check(values: Values) -> None:
        if of.of(values).get("S") not in TYPES:
            raise UnsureError("a type that does not exist")

    checks.append(check)

    def holds(item: Item, values: Values) -> bool:
        value = get(item, values)
        return value is not None and typed(value) == of.of(values)["S"]

    return holds


def _begins(operands: tuple[Operand, ...], checks: list[Check]) -> Test:
    _allow(TEXTS, operands, checks)
    get, start = (_get(operand, checks) for operand in operands)
    return lambda item, values: operators.begins_with(get(item, values), start(item, values))


def _contains(operands: tuple[Operand, ...], checks: list[Check]) -> Test:
    get, part = (_get(operand, checks) for operand in operands)
    return lambda item, values: operators.contains(get(item, values), part(item, values))


FUNCTIONS: dict[str, Callable[[tuple[Operand, ...], list[Check]], Test]] = {
    "attribute_exists": _exists,
    "attribute_not_exists": _not_exists,
    "attribute_type": _is_type,
    "begins_with": _begins,
    "contains": _contains,
}


def _path(operand: Operand) -> tuple[str | int, ...]:
    if not isinstance(operand, PathOperand):
        raise UnsureError("a function that wants a path")
    return operand.path


def _get(operand: Operand, checks: list[Check]) -> Get:
    if isinstance(operand, PathOperand):
        return getter(operand.path)
    if isinstance(operand, ValueOperand):
        name = operand.name
        return lambda _, values: values[name]
    _allow(SIZED, (operand.operand,), checks)
    get = _get(operand.operand, checks)
    return lambda item, values: operators.size(get(item, values))


def _allow(types: frozenset[str], operands: tuple[Operand, ...], checks: list[Check]) -> None:
    """Have the types of the request's values checked: DynamoDB refuses others before it looks at an item."""
    for operand in operands:
        if isinstance(operand, ValueOperand):
            checks.append(partial(refuse_types, operand, types))
        elif isinstance(operand, SizeOperand) and "N" not in types:
            raise UnsureError("a size where a text is wanted")
