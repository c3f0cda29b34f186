"""EventBridge's pattern language, compiled once: a pattern becomes a function of a record's JSON.

A pattern is an object. Each of its members has to match: an object matches members, a list of conditions
matches a value, or one element of an array of values. `$or` has a list of patterns of which one is enough.

    "a", 1, true, null                             the very value
    {"prefix": "a"}, {"suffix": "a"}               the value may also be {"equals-ignore-case": "a"}
    {"equals-ignore-case": "a"}, {"wildcard": "a*b"}
    {"anything-but": …}                            a value, a list of them, or one of the conditions on texts
    {"numeric": [">", 0, "<=", 5]}
    {"exists": true}                               false: the member is not there
    {"cidr": "10.0.0.0/24"}
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

type Json = Any
type Test = Callable[[Json], bool]

_COMPARISONS = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ABSENT = object()


class FilterPatternError(ValueError):
    """A pattern that means nothing."""


def compiled(pattern: Json) -> Test:
    """Turn a pattern into its test.

    >>> compiled({"kind": ["purchase"], "price": [{"numeric": [">", 10]}]})({"kind": "purchase", "price": 11})
    True

    Raises PatternError.
    """
    if not isinstance(pattern, dict):
        raise FilterPatternError(f"{pattern!r} is no object")
    members = [(key, _member(wanted)) for key, wanted in pattern.items() if not _is_choice(key, wanted)]
    choices = [
        [compiled(one) for one in wanted] for key, wanted in pattern.items() if _is_choice(key, wanted)
    ]

    def test(value: Json) -> bool:
        if not isinstance(value, dict):
            return False
        for key, matches in members:
            if not matches(value.get(key, _ABSENT)):
                return False
        return not choices or all(_one_of(choice, value) for choice in choices)

    return test


def _one_of(tests: list[Test], value: Json) -> bool:
    """Tell whether one of the tests passes; a loop, which takes half of what `any` takes."""
    for test in tests:  # noqa: SIM110  as the docstring says
        if test(value):
            return True
    return False


def alternatives(pattern: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """Give the patterns of which one is enough."""
    return (one for one in pattern.get("$or", ()) if isinstance(one, dict))


def _is_choice(key: str, wanted: Json) -> bool:
    return key == "$or" and isinstance(wanted, list)


def _member(wanted: Json) -> Test:
    if isinstance(wanted, dict):
        return _object(wanted)
    if isinstance(wanted, list) and wanted:
        return _any_of(wanted)
    raise FilterPatternError(f"{wanted!r} is neither an object nor a list of conditions")


def _object(wanted: dict[str, Json]) -> Test:
    matches = compiled(wanted)
    nothing = _matches_nothing(wanted)

    def test(value: Json) -> bool:
        if isinstance(value, list):
            return any(matches(one) for one in value)
        return matches({}) if value is _ABSENT and nothing else matches(value)

    return test


def _matches_nothing(pattern: Mapping[str, Json]) -> bool:
    """Tell whether a pattern only asks for what is not there, so that an object that is not there matches."""
    return bool(pattern) and all(
        _matches_nothing(wanted) if isinstance(wanted, dict) else wanted == [{"exists": False}]
        for wanted in pattern.values()
    )


def _any_of(conditions: list[Json]) -> Test:
    """Join conditions: the plain values are looked up, the others asked one after the other."""
    plain = frozenset(_tagged(one) for one in conditions if not isinstance(one, dict))
    texts = frozenset(one for one in conditions if isinstance(one, str))  # equal to no value of another type
    asked = [_condition(one) for one in conditions if isinstance(one, dict)]

    def one(value: Json) -> bool:
        if isinstance(value, str):
            return value in texts or _one_of(asked, value)
        if isinstance(value, dict):
            return False
        return _tagged(value) in plain or _one_of(asked, value)

    def test(value: Json) -> bool:
        if isinstance(value, list):
            return any(one(element) for element in value if not isinstance(element, list))
        return one(value)

    return test


def _tagged(value: Json) -> tuple[bool, Json]:
    """Tell true from 1: to Python they are equal."""
    if isinstance(value, list):
        raise FilterPatternError(f"{value!r} is no condition")
    return isinstance(value, bool), value


def _condition(wanted: dict[str, Json]) -> Test:
    if len(wanted) != 1:
        raise FilterPatternError(f"{wanted!r} is not one condition")
    [(name, operand)] = wanted.items()
    if name not in _CONDITIONS:
        raise FilterPatternError(f"there is no condition {name}")
    return _CONDITIONS[name](operand)


def _text(test: Callable[[str], bool]) -> Test:
    return lambda value: isinstance(value, str) and test(value)


def _need_text(operand: Json) -> str:
    if not isinstance(operand, str):
        raise FilterPatternError(f"{operand!r} is no text")
    return operand


def _affix(name: str) -> Callable[[Json], Test]:
    method = {"prefix": str.startswith, "suffix": str.endswith}[name]

    def make(operand: Json) -> Test:
        if isinstance(operand, dict):
            if list(operand) != ["equals-ignore-case"]:
                raise FilterPatternError(f"{operand!r} is no {name}")
            folded = _need_text(operand["equals-ignore-case"]).casefold()
            return _text(lambda value: method(value.casefold(), folded))
        affix = _need_text(operand)
        return _text(lambda value: method(value, affix))

    return make


def _ignoring_case(operand: Json) -> Test:
    folded = _need_text(operand).casefold()
    return _text(lambda value: value.casefold() == folded)


def _wildcard(operand: Json) -> Test:
    text = _need_text(operand)
    if "**" in text:
        raise FilterPatternError("consecutive wildcards mean nothing")
    parts = re.split(r"(\\\*|\\\\|\*)", text)
    known = {"*": ".*", r"\*": r"\*", r"\\": r"\\"}
    matches = re.compile("".join(known.get(part, re.escape(part)) for part in parts), re.DOTALL).fullmatch
    return _text(lambda value: matches(value) is not None)


def _anything_but(operand: Json) -> Test:
    if isinstance(operand, dict):
        [(name, operands)] = operand.items() if len(operand) == 1 else [("", None)]
        if name not in {"prefix", "suffix", "wildcard", "equals-ignore-case"}:
            raise FilterPatternError(f"{operand!r} is nothing to be unlike")
        unlike = [_CONDITIONS[name](one) for one in (operands if isinstance(operands, list) else [operands])]
        return lambda value: value is not _ABSENT and not any(test(value) for test in unlike)
    values = frozenset(_tagged(one) for one in (operand if isinstance(operand, list) else [operand]))
    return lambda value: value is not _ABSENT and _tagged(value) not in values


def _numeric(operand: Json) -> Test:
    if not isinstance(operand, list) or len(operand) not in {2, 4}:
        raise FilterPatternError(f"{operand!r} is no comparison of numbers")
    pairs = list(zip(operand[::2], operand[1::2], strict=True))
    for sign, bound in pairs:
        if sign not in _COMPARISONS or isinstance(bound, bool) or not isinstance(bound, int | float):
            raise FilterPatternError(f"{operand!r} is no comparison of numbers")
    compare, bound = _COMPARISONS[pairs[0][0]], pairs[0][1]
    compare_too, bound_too = _COMPARISONS[pairs[-1][0]], pairs[-1][1]
    return lambda value: (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and compare(value, bound)
        and compare_too(value, bound_too)
    )


def _exists(operand: Json) -> Test:
    if not isinstance(operand, bool):
        raise FilterPatternError(f"{operand!r} is neither true nor false")
    return (lambda value: value is not _ABSENT) if operand else (lambda value: value is _ABSENT)


def _cidr(operand: Json) -> Test:
    try:
        network = ipaddress.ip_network(_need_text(operand), strict=False)
    except ValueError:
        raise FilterPatternError(f"{operand!r} is no range of addresses") from None

    def test(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return _text(test)


_CONDITIONS: dict[str, Callable[[Json], Test]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _ignoring_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _affix("prefix"),
    "suffix": _affix("suffix"),
    "wildcard": _wildcard,
}
