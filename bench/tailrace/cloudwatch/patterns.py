"""CloudWatch Logs' filter patterns: terms, JSON, and fields between spaces. Compiled once, pure.

Source: the CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters,
filter log events, and Live Tail". One matcher for all that filters log events here.

    ERROR -Timeout "exact phrase"       all of these terms, and none after a minus
    ?ERROR ?WARN                        any of these terms
    %ERR[0-9]+%                         a regular expression
    { $.status >= 500 && $.path = "/a*" }
    [ip, user, ..., status = 4*, bytes > 1000]
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tailrace.cloudwatch.conditions import (
    Conditions,
    PatternError,
    Test,
    found_in,
    named,
    regex_test,
    selected,
    steps_of,
    unquoted,
)

LONGEST = 1024
"""Characters of a pattern."""
_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"]+))')
_PIECE = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_COLUMN = re.compile(r'((?:"(?:[^"\\]|\\.)*"|%[^%]*%|[^,"%])+)(?:,|$)')
ELLIPSIS = "..."

type Fields = Mapping[str, str]
"""What a message's fields are called, and what stands in them."""


class Match(NamedTuple):
    """A message that a pattern matches."""

    body: Any
    """The message as JSON, for patterns of JSON."""
    fields: Fields
    """Its fields by name, for patterns of fields."""

    def value(self, selector: str) -> Any:  # noqa: ANN401  whatever JSON holds
        """Return what a selector such as `$.size` or `$size` finds, None if nothing."""
        if selector.startswith(("$.", "$[")):
            return next(iter(found_in(self.body, steps_of(selector))), None)
        return self.fields.get(selector.removeprefix("$"))


type Pattern = Callable[[str], Match | None]
"""Gives the match of a message, None if it does not match."""

_PLAIN = Match(None, {})


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Pattern:
    """Return a pattern ready to use; `PatternError` if it is none.

    >>> bool(compiled("ERROR -Timeout")("ERROR of mine")), bool(compiled("{ $.a = 1 }")('{"a": 2}'))
    (True, False)
    """
    if len(pattern) > LONGEST:
        raise PatternError
    text = pattern.strip()
    if not text:
        return lambda _: _PLAIN
    if text.startswith("{"):
        return _json(text)
    if text.startswith("["):
        return _spaced(text)
    return _terms(text)


def _terms(text: str) -> Pattern:
    needed: list[Test] = []
    optional: list[Test] = []
    excluded: list[Test] = []
    position = 0
    while position < len(text):
        found = _TERM.match(text, position)
        if not found:
            raise PatternError
        position = found.end()
        sign, quoted, regex, bare = found.groups()
        test = regex_test(regex) if regex else _contains(unquoted(quoted) if quoted is not None else bare)
        {"": needed, "?": optional, "-": excluded}[sign].append(test)
    if needed:
        optional = []  # AWS ignores optional terms beside needed ones

    def match(message: str) -> Match | None:
        fits = (
            all(test(message) for test in needed)
            and not any(test(message) for test in excluded)
            and (not optional or any(test(message) for test in optional))
        )
        return _PLAIN if fits else None

    return match


def _contains(term: str) -> Test:
    return lambda message: term in message


def _json(text: str) -> Pattern:
    if not text.endswith("}"):
        raise PatternError
    test = Conditions(text[1:-1], selected).whole()

    def match(message: str) -> Match | None:
        try:
            body = json.loads(message)
        except ValueError:
            return None
        except RecursionError:
            return None
        return Match(body, {}) if isinstance(body, dict | list) and test(body) else None

    return match


def _spaced(text: str) -> Pattern:
    if not text.endswith("]"):
        raise PatternError
    columns = [column.strip() for column in _columns(text[1:-1])]
    names = [_name(column) for column in columns]
    if names.count(ELLIPSIS) > 1 or not all(names):
        raise PatternError
    tests = [
        Conditions(column, named).whole()
        for column, name in zip(columns, names, strict=True)
        if column not in {name, ELLIPSIS}
    ]

    def match(message: str) -> Match | None:
        fields = _placed(names, _pieces(message))
        return Match(None, fields) if fields is not None and all(test(fields) for test in tests) else None

    return match


def _name(column: str) -> str:
    return column if column == ELLIPSIS else re.split(r"\s|[=<>!]", column, maxsplit=1)[0]


def _columns(text: str) -> list[str]:
    """Cut at commas that stand in no text and no regular expression."""
    return [part for part in _COLUMN.findall(text) if part.strip()]


def _pieces(message: str) -> list[str]:
    return [next(part for part in found.groups() if part is not None) for found in _PIECE.finditer(message)]


def _placed(names: Sequence[str], pieces: Sequence[str]) -> Fields | None:
    """Return the fields by name; None if there are too few or too many."""
    if ELLIPSIS not in names:
        return dict(zip(names, pieces, strict=True)) if len(names) == len(pieces) else None
    before = names.index(ELLIPSIS)
    after = len(names) - before - 1
    if len(pieces) < before + after:
        return None
    fields = dict(zip(names[:before], pieces, strict=False))
    return fields | (dict(zip(names[-after:], pieces[-after:], strict=True)) if after else {})
