"""The rule of a composite alarm: other alarms' states, joined by AND, OR and NOT. Pure.

ALARM("cpu") AND (NOT OK(arn:aws:cloudwatch:…:alarm:disk) OR TRUE)
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tailrace.cloudwatch.alarms.rules import ALARM, OK, UNKNOWN

LONGEST = 10_240
"""Characters of a rule."""
MOST = 100
"""Alarms that a rule names."""
_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\"()\s][^()]*?))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<sign>[()]))"
)

type States = Callable[[str], str]
"""The state of an alarm by its name or ARN."""
type Test = Callable[[States], bool]


class RuleError(ValueError):
    """A rule cannot be read; the message says where."""


class Composite(NamedTuple):
    """A rule that was read."""

    holds: Test
    """Whether it is in ALARM, given the other alarms' states."""
    children: tuple[str, ...]
    """Names or ARNs of the alarms that it names, each once, in order."""


def read(rule: str) -> Composite:
    """Read a rule; `RuleError` where it is none."""
    if len(rule) > LONGEST:
        raise RuleError(f"AlarmRule must not be longer than {LONGEST} characters")
    tokens = _tokens(rule)
    children = tuple(dict.fromkeys(child for _, child in tokens if child))
    if len(children) > MOST:
        raise RuleError(f"AlarmRule must not name more than {MOST} alarms")
    reader = _Reader(tokens)
    test = reader.either()
    reader.end()
    return Composite(test, children)


def _tokens(rule: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(rule.rstrip()):
        token = _TOKEN.match(rule, position)
        if not token:
            raise RuleError(
                f"AlarmRule cannot be read at position {position + 1}: {rule[position:].strip()[:40]}"
            )
        position = token.end()
        if token["state"]:
            found.append((token["state"], token["quoted"] or token["bare"] or ""))
        else:
            found.append((token["word"] or token["sign"], ""))
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens

    def either(self) -> Test:
        test = self._both()
        while self._next() == "OR":
            test = _or(test, self._skipped(self._both))
        return test

    def _both(self) -> Test:
        test = self._one()
        while self._next() == "AND":
            test = _and(test, self._skipped(self._one))
        return test

    def _one(self) -> Test:
        if not self._tokens:
            raise RuleError("AlarmRule ends where an alarm's state is expected")
        word, child = self._tokens.pop(0)
        if word in {ALARM, OK, UNKNOWN} and child:
            return lambda states: states(child) == word
        match word:
            case "TRUE" | "FALSE":
                return lambda _: word == "TRUE"
            case "NOT":
                test = self._one()
                return lambda states: not test(states)
            case "(":
                test = self.either()
                if self._next() != ")":
                    raise RuleError("AlarmRule has a parenthesis that is not closed")
                self._tokens.pop(0)
                return test
        raise RuleError(f"AlarmRule: unexpected {word}")

    def end(self) -> None:
        if self._tokens:
            raise RuleError(f"AlarmRule: unexpected {self._tokens[0][0]}")

    def _next(self) -> str | None:
        return self._tokens[0][0] if self._tokens else None

    def _skipped(self, then: Callable[[], Test]) -> Test:
        self._tokens.pop(0)
        return then()


def _or(left: Test, right: Test) -> Test:
    return lambda states: left(states) or right(states)


def _and(left: Test, right: Test) -> Test:
    return lambda states: left(states) and right(states)
