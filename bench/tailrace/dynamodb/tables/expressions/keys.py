"""Key conditions of queries: one value of the partition key, and at most one condition on the sort key."""

from collections.abc import Mapping
from typing import Any, Literal

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Value

from .grammar import And, Between, Comparison, ConditionParser, Node, Predicate
from .operators import COMPARATORS, ORDERED, TEXTS, begins_with, not_above, not_below
from .parser import PathOperand, ValueOperand, typed

type Operator = Literal["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]
TURNED: dict[str, Operator] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""An operator when its operands change places."""


class KeyCondition:
    """A key condition: `hash` is the partition key's value, `range` the sort key's operator and bounds."""

    __slots__ = ("hash", "names_used", "range", "values_used")

    def __init__(
        self,
        parser: ConditionParser,
        hash_value: Value,
        range_condition: tuple[Operator, tuple[Value, ...]] | None,
    ) -> None:
        self.hash, self.range = hash_value, range_condition
        self.names_used, self.values_used = frozenset(parser.names_used), frozenset(parser.values_used)

    def matches(self, value: Value) -> bool:
        """Tell whether a sort key's value is among those that are asked for."""
        if self.range is None:
            return True
        operator, bounds = self.range
        if operator == "BETWEEN":
            return not_below(value, bounds[0]) and not_above(value, bounds[1])
        if operator == "begins_with":
            return begins_with(value, bounds[0])
        return COMPARATORS[operator](value, bounds[0])


def key_condition(
    text: object,
    names: Mapping[str, Any],
    values: Mapping[str, Value],
    hash_name: str,
    range_name: str | None,
) -> KeyCondition:
    """Read a KeyConditionExpression; `values` are checked ones. Raises UnsureError.

    Whether the values are of the key's types is not known here.
    """
    parser = ConditionParser(text, names)
    node = parser.whole()
    if not parser.values_used <= values.keys():
        raise UnsureError("a value that is not given")
    found: dict[str, tuple[Operator, tuple[Value, ...]]] = {}
    for each in node.conditions if isinstance(node, And) else (node,):
        name, operator, operands = _one(each)
        if name in found:
            raise UnsureError("two conditions on one key")
        found[name] = operator, _bounds(operator, tuple(operand.of(values) for operand in operands))
    operator, (value, *_) = found.pop(hash_name, ("<", ({},)))
    ranged = found.pop(range_name, None) if range_name else None
    if operator != "=" or found:
        raise UnsureError("a key condition on other attributes")
    return KeyCondition(parser, value, ranged)


def _one(node: Node) -> tuple[str, Operator, tuple[ValueOperand, ...]]:
    """Return which attribute a condition is on, its operator and operands."""
    match node:
        case Comparison(operator, PathOperand((str(name),)), ValueOperand() as value) if operator in TURNED:
            return name, TURNED[TURNED[operator]], (value,)
        case Comparison(operator, ValueOperand() as value, PathOperand((str(name),))) if operator in TURNED:
            return name, TURNED[operator], (value,)
        case Between(PathOperand((str(name),)), ValueOperand() as low, ValueOperand() as high):
            return name, "BETWEEN", (low, high)
        case Predicate("begins_with", (PathOperand((str(name),)), ValueOperand() as start)):
            return name, "begins_with", (start,)
    raise UnsureError("a key condition of another kind")


def _bounds(operator: Operator, bounds: tuple[Value, ...]) -> tuple[Value, ...]:
    allowed = TEXTS if operator == "begins_with" else ORDERED
    if any(typed(bound) not in allowed or "" in bound.values() for bound in bounds):
        raise UnsureError("a value that is no key")
    if operator == "BETWEEN" and not not_above(*bounds):
        raise UnsureError("bounds of BETWEEN")
    return bounds
