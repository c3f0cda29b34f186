"""Conditions of filter patterns: what is compared, with what, joined by && and ||. Pure."""

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

_SELECTOR = re.compile(r"\$((?:\.[\w@:/$-]+|\[\s*(?:'[^']*'|\"[^\"]*\"|\d+|\*)\s*\]|\.\*)+)")
_STEP = re.compile(r"\.([\w@:/$-]+|\*)|\[\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+)|(\*))\s*\]")
_TOKEN = re.compile(
    r"\s*(?:(?P<join>&&|\|\|)|(?P<sign>[()])|(?P<is>IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS)\b"
    r"|(?P<compare>!=|>=|<=|=|>|<)|(?P<regex>%[^%]+%)|(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<word>[^\s()&|=<>!]+))",
    re.IGNORECASE,
)

type Test = Callable[[Any], bool]


class PatternError(ValueError):
    """A pattern is not one; the message is AWS's."""

    def __init__(self) -> None:
        super().__init__("Invalid filter pattern")


class Conditions:
    """Comparisons joined by && and ||, with parentheses; `subject` reads what stands on the left."""

    def __init__(self, text: str, subject: Callable[[str], Callable[[Any], list[Any]]]) -> None:
        self._subject = subject
        self._tokens: list[tuple[str, str]] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            selector = _SELECTOR.match(text, position + len(text[position:]) - len(text[position:].lstrip()))
            token = _TOKEN.match(text, position)
            if selector:
                self._tokens.append(("word", selector[0]))
                position = selector.end()
            elif token and token.lastgroup:
                self._tokens.append((token.lastgroup, token[token.lastgroup]))
                position = token.end()
            else:
                raise PatternError

    def whole(self) -> Test:
        """Return the test of all of it."""
        test = self._either()
        if self._tokens:
            raise PatternError
        return test

    def _either(self) -> Test:
        test = self._both()
        while self._took("||"):
            test = _or(test, self._both())
        return test

    def _both(self) -> Test:
        test = self._one()
        while self._took("&&"):
            test = _and(test, self._one())
        return test

    def _one(self) -> Test:
        if self._took("("):
            test = self._either()
            if not self._took(")"):
                raise PatternError
            return test
        read = self._subject(self._next("word"))
        kind = self._tokens[0][0] if self._tokens else ""
        if kind == "is":
            return _state(read, re.sub(r"\s+", " ", self._next("is").upper()))
        sign = self._next("compare")
        if not self._tokens:
            raise PatternError
        kind, value = self._tokens.pop(0)
        return _compared(read, sign, kind, value)

    def _took(self, text: str) -> bool:
        if self._tokens and self._tokens[0][1] == text and self._tokens[0][0] in {"join", "sign"}:
            self._tokens.pop(0)
            return True
        return False

    def _next(self, kind: str) -> str:
        if not self._tokens or self._tokens[0][0] != kind:
            raise PatternError
        return self._tokens.pop(0)[1]


def selected(selector: str) -> Callable[[Any], list[Any]]:
    """Read what a selector of a JSON pattern finds."""
    if not _SELECTOR.fullmatch(selector):
        raise PatternError
    steps = steps_of(selector)
    return lambda body: found_in(body, steps)


def named(name: str) -> Callable[[Any], list[Any]]:
    """Read a field by its name."""
    return lambda fields: [fields[name]] if name in fields else []


@lru_cache(maxsize=1024)
def steps_of(selector: str) -> tuple[str | int, ...]:
    """Take a selector apart: members by name, elements by number, * for all of them."""
    steps: list[str | int] = []
    for step in _STEP.finditer(selector):
        name, single, double, number, star = step.groups()
        steps.append(int(number) if number else (star or name or single or double))
    return tuple(steps)


def found_in(body: Any, steps: Sequence[str | int]) -> list[Any]:  # noqa: ANN401  whatever JSON holds
    """Return all that the steps of a selector lead to."""
    found = [body]
    for step in steps:
        inner: list[Any] = []
        for value in found:
            inner += _members(value, step)
        found = inner
    return found


def _members(value: Any, step: str | int) -> Collection[Any]:  # noqa: ANN401  whatever JSON holds
    match value, step:
        case list(), "*":
            return value
        case dict(), "*":
            return value.values()
        case dict(), str() if step in value:
            return (value[step],)
        case list(), int() if step < len(value):
            return (value[step],)
    return ()


def _state(read: Callable[[Any], list[Any]], wanted: str) -> Test:
    if wanted == "NOT EXISTS":
        return lambda body: not read(body)
    value = {"IS NULL": None, "IS TRUE": True, "IS FALSE": False}[wanted]
    return lambda body: any(found is value for found in read(body))


def _compared(read: Callable[[Any], list[Any]], sign: str, kind: str, value: str) -> Test:
    if kind == "regex":
        test = regex_test(value[1:-1])
    elif kind == "text":
        test = _alike(unquoted(value[1:-1]))
    elif kind == "word":
        test = _number_test(sign, value) or _alike(value)
    else:
        raise PatternError
    if sign == "!=":
        return lambda body: bool(found := read(body)) and not any(test(value) for value in found)
    if sign != "=" and (kind != "word" or _as_number(value) is None):
        raise PatternError
    return lambda body: any(test(value) for value in read(body))


def _number_test(sign: str, value: str) -> Test | None:
    number = _as_number(value)
    if number is None:
        return None
    compare: dict[str, Callable[[float], bool]] = {
        "=": lambda found: found == number,
        "!=": lambda found: found == number,
        ">": lambda found: found > number,
        ">=": lambda found: found >= number,
        "<": lambda found: found < number,
        "<=": lambda found: found <= number,
    }
    act = compare[sign]

    def test(found: Any) -> bool:  # noqa: ANN401  whatever JSON holds
        known = None if isinstance(found, bool) else _as_number(found)
        return known is not None and act(known)

    return test


def _as_number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _alike(text: str) -> Test:
    """Match a text, in which * stands for anything."""
    fits = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL).fullmatch

    def test(found: Any) -> bool:  # noqa: ANN401  whatever JSON holds
        if isinstance(found, bool) or found is None or isinstance(found, dict | list):
            return False
        return fits(str(found)) is not None

    return test


def _or(left: Test, right: Test) -> Test:
    return lambda body: left(body) or right(body)


def _and(left: Test, right: Test) -> Test:
    return lambda body: left(body) and right(body)


def regex_test(text: str) -> Test:
    """Return a test by a regular expression; `PatternError` if it is none."""
    try:
        search = re.compile(text).search
    except re.error:
        raise PatternError from None
    return lambda value: isinstance(value, str) and search(value) is not None


def unquoted(text: str) -> str:
    """Return a quoted text without its escapes."""
    return re.sub(r"\\(.)", r"\1", text)
