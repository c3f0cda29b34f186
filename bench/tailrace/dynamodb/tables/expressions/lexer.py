"""Expressions cut into words: names, placeholders, numbers of list elements, and signs."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tailrace.dynamodb.tables.unsure import UnsureError

KEPT = 1024  # texts
LONGEST = 4096  # bytes of an expression
LONGEST_WORD = 255
END = ""
WORD = re.compile(r"[#:]?[A-Za-z0-9_]+|<=|>=|<>|[^ \t\r\n]")


def words(text: object) -> list[str]:
    """Return the words of an expression, and `END` after the last.

    A character that belongs nowhere is a word of its own, which no rule takes.

    >>> words("a.#b[0] >= :v")
    ['a', '.', '#b', '[', '0', ']', '>=', ':v', '']
    """
    if type(text) is not str or not text or len(text) > LONGEST:
        raise UnsureError("an expression that is empty, or too long")
    found = WORD.findall(text)
    if len(max(found, key=len, default="")) > LONGEST_WORD:
        raise UnsureError("a name that is too long")
    found.append(END)
    return found


def given(text: object, names: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return those names of a request that an expression mentions, by which what was read of it is kept.

    >>> given("#a > :v AND #b = #a", {"#a": "count", "#b": "limit", "#c": "other"})
    (('#a', 'count'), ('#b', 'limit'))
    """
    return tuple((word, names[word]) for word in placeholders(text) if word in names)


@lru_cache(KEPT)
def placeholders(text: object) -> tuple[str, ...]:
    """Return the placeholders of names in an expression, in order."""
    return tuple(sorted({word for word in words(text) if word.startswith("#")}))
