"""SEARCH: a search expression, and which metrics it means.

`{Namespace, Dimension, …} term term MetricName="…" OR …`: the schema in braces says the namespace and exactly
which dimensions a metric has; each term is a part of its name, its dimensions or their values.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tailrace.cloudwatch.expressions.errors import ExpressionError
from tailrace.cloudwatch.store import MetricId

MOST = 100
"""Metrics that a search gives at most, as on AWS."""

_SCHEMA = re.compile(r"\s*\{([^}]*)\}\s*")
_TOKEN = re.compile(
    r"\s*(?:(?P<sign>[()])|(?P<key>[A-Za-z:]+)=(?P<value>\"[^\"]*\"|[^\s()\"]+)"
    r"|(?P<text>\"[^\"]*\")|(?P<word>[^\s()\"]+))"
)

type Test = Callable[[MetricId], bool]


class SearchToken(NamedTuple):
    """A piece of a search: a parenthesis, a word in capitals, or a test of a metric."""

    sign: str
    test: Test | None = None


def search(expression: str, metrics: Iterable[MetricId]) -> list[MetricId]:
    """Return the metrics that a search expression means, in order, 100 at most."""
    test = _parsed(expression)
    return [metric for metric in metrics if test(metric)][:MOST]


def _parsed(expression: str) -> Test:
    schema = _SCHEMA.match(expression)
    tests: list[Test] = []
    rest = expression
    if schema:
        rest = expression[schema.end() :]
        namespace, *dimensions = [part.strip().strip('"') for part in schema[1].split(",")]
        names = sorted(dimensions)
        tests.append(
            lambda metric: metric.namespace == namespace and [name for name, _ in metric.dimensions] == names
        )
    tokens = list(_tokens(rest))
    if tokens:
        test, left = _either(tokens)
        if left:
            raise ExpressionError(f"SEARCH: unexpected {left[0].sign or 'term'}")
        tests.append(test)
    if not tests:
        raise ExpressionError("SEARCH: the expression is empty")
    return lambda metric: all(each(metric) for each in tests)


def _tokens(text: str) -> Iterable[SearchToken]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found:
            raise ExpressionError(f"SEARCH: cannot be read: {text[position:]}")
        position = found.end()
        word = found["word"]
        if found["sign"]:
            yield SearchToken(found["sign"])
        elif word in {"AND", "OR", "NOT"}:
            yield SearchToken(word)
        elif found["key"]:
            yield SearchToken("", _keyed(found["key"], found["value"].strip('"')))
        else:
            yield SearchToken(
                "", _partial((word or found["text"]).strip('"'), exact=found["text"] is not None)
            )


def _either(tokens: list[SearchToken]) -> tuple[Test, list[SearchToken]]:
    test, rest = _both(tokens)
    while rest and rest[0].sign == "OR":
        other, rest = _both(rest[1:])
        test = _or(test, other)
    return test, rest


def _both(tokens: list[SearchToken]) -> tuple[Test, list[SearchToken]]:
    test, rest = _one(tokens)
    while rest and rest[0].sign not in {"OR", ")"}:
        other, rest = _one(rest[1:] if rest[0].sign == "AND" else rest)
        test = _and(test, other)
    return test, rest


def _one(tokens: list[SearchToken]) -> tuple[Test, list[SearchToken]]:
    if not tokens:
        raise ExpressionError("SEARCH: a term is missing")
    first, rest = tokens[0], tokens[1:]
    if first.test:
        return first.test, rest
    if first.sign == "NOT":
        test, rest = _one(rest)
        return (lambda metric: not test(metric)), rest
    if first.sign == "(":
        test, rest = _either(rest)
        if not rest or rest[0].sign != ")":
            raise ExpressionError("SEARCH: a parenthesis is not closed")
        return test, rest[1:]
    raise ExpressionError(f"SEARCH: unexpected {first.sign}")


def _and(left: Test, right: Test) -> Test:
    return lambda metric: left(metric) and right(metric)


def _or(left: Test, right: Test) -> Test:
    return lambda metric: left(metric) or right(metric)


def _keyed(key: str, value: str) -> Test:
    if key == "MetricName":
        return lambda metric: metric.name == value
    if key == "Namespace":
        return lambda metric: metric.namespace == value
    name = key.partition(":")[2] or key  # :aws.AccountId and the like name dimensions of AWS's own
    return lambda metric: (name, value) in metric.dimensions


def _words(text: str) -> list[str]:
    """Return text in the pieces that a search term may match: CPUUtilization is CPU and Utilization too.

    >>> _words("EventsProcessed/my-stream")
    ['events', 'processed', 'my', 'stream']
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
    return [part.lower() for part in parts]


def _partial(term: str, *, exact: bool) -> Test:
    lowered, wanted = term.lower(), _words(term)

    def test(metric: MetricId) -> bool:
        texts = [metric.namespace, metric.name, *(part for pair in metric.dimensions for part in pair)]
        if exact:
            return any(term in text for text in texts)
        return any(lowered == text.lower() or _contains(_words(text), wanted) for text in texts)

    return test


def _contains(words: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return size > 0 and any(words[at : at + size] == wanted for at in range(len(words) - size + 1))
