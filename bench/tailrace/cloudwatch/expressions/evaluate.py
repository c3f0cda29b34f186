"""An expression's tree becomes a value, given the other queries and the metrics that there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tailrace.cloudwatch.expressions import functions
from tailrace.cloudwatch.expressions.errors import ExpressionError
from tailrace.cloudwatch.expressions.functions import EmptyError, Grid
from tailrace.cloudwatch.expressions.syntax import (
    FunctionCall,
    Name,
    Negated,
    Node,
    NumberLiteral,
    Operation,
    Text,
    parse,
)
from tailrace.cloudwatch.expressions.values import Lines, TimeSeries, Value, combined, lines_of

WORDS = frozenset({"REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MAX", "MIN", "SUM"})
"""Bare words that functions take."""


@dataclass(frozen=True)
class World:
    """What an expression may refer to."""

    grid: Grid
    of: Callable[[str], Value]
    """The value of another query by its id; `KeyError` if there is none."""
    metrics: Callable[[], Mapping[str, TimeSeries]]
    """The queries that are metrics, by id, in their order."""
    search: Callable[[str, str, int], Lines]
    """The series of a search expression, a statistic and a period."""


def evaluate(expression: str, world: World) -> Lines | TimeSeries:
    """Return what an expression gives: a series, or an array of series.

    Raises `ExpressionError` with what is wrong with it.
    """
    if expression.lstrip().upper().startswith("SELECT"):
        functions.call("SELECT", (), world.grid)
    try:
        value = _value(parse(expression), world)
    except EmptyError:
        return TimeSeries({}, world.grid.period)
    if isinstance(value, str):
        raise ExpressionError("it gives a text, not a time series")
    if isinstance(value, float):
        raise ExpressionError("it gives a single number: TIME_SERIES makes a series of it")
    return value


def _value(node: Node, world: World) -> Value:  # noqa: PLR0911  one for each kind of node
    match node:
        case NumberLiteral(value) | Text(value):
            return value
        case Name(name):
            return _named(name, world)
        case Negated(operand):
            return combined("-", 0.0, _value(operand, world))
        case Operation(sign, left, right):
            return combined(sign, _value(left, world), _value(right, world))
        case FunctionCall("[]", arguments):
            return tuple(line for each in arguments for line in lines_of(_value(each, world)))
        case FunctionCall("METRICS", arguments):
            return _metrics([_value(each, world) for each in arguments], world)
        case FunctionCall("SEARCH", arguments):
            return _search([_value(each, world) for each in arguments], world)
        case FunctionCall(function, arguments):
            return functions.call(function, [_value(each, world) for each in arguments], world.grid)
    raise ExpressionError("it cannot be read")


def _named(name: str, world: World) -> Value:
    try:
        return world.of(name)
    except KeyError:
        if name in WORDS:
            return name
        raise ExpressionError(f"Unknown identifier: {name}") from None


def _metrics(arguments: Sequence[Value], world: World) -> Lines:
    part = arguments[0] if arguments else ""
    if not isinstance(part, str) or len(arguments) > 1:
        raise ExpressionError("METRICS takes nothing, or a text that ids begin or end with")
    found = world.metrics()
    return tuple(line for query, line in found.items() if part in query)


def _search(arguments: Sequence[Value], world: World) -> Lines:
    match list(arguments):
        case [str(expression), str(stat)]:
            return world.search(expression, stat, world.grid.period)
        case [str(expression), str(stat), float(period)]:
            return world.search(expression, stat, int(period))
    raise ExpressionError("SEARCH takes a search expression, a statistic and a period")
