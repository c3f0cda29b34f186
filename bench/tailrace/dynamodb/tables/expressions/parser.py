"""What all expressions have in common: document paths, placeholders, parentheses, and how many operators."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Value

from .lexer import END, words
from .paths import Path
from .reserved import RESERVED

LEVELS = 32
OPERATORS = 300
DEEPEST = 50  # parentheses, functions and NOT within each other; DynamoDB has no such limit
LAST_INDEX = 99_999  # of a list that fits into an item
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset("0123456789")
PATH_SIGNS = frozenset(".[")


class PathOperand(NamedTuple):
    """What is at a document path."""

    path: Path


class ValueOperand(NamedTuple):
    """A value of the request, by its placeholder."""

    name: str

    def of(self, values: Mapping[str, Value]) -> Value:
        """Return the value itself."""
        return values[self.name]


class ExpressionParser:
    """Reads the words of one expression from the left, and notes which placeholders it uses."""

    def __init__(self, text: object, names: Mapping[str, Any]) -> None:
        self._words = words(text)
        self._at = 0
        self._names = names
        self._operators = self._depth = 0
        self.attributes: set[str] = set()  # that paths begin with
        self.names_used: set[str] = set()
        self.values_used: set[str] = set()

    @property
    def word(self) -> str:
        """The word that comes next; `END` after the last."""
        return self._words[self._at]

    @property
    def after(self) -> str:
        """The word after the next."""
        return self._words[self._at + 1] if self.word else END

    def step(self) -> str:
        """Take the next word."""
        word = self._words[self._at]
        self._at += 1
        return word

    def took(self, sign: str) -> bool:
        """Take the next word if it is this sign."""
        if self._words[self._at] != sign:
            return False
        self._at += 1
        return True

    def took_word(self, keyword: str) -> bool:
        """Take the next word if it is this keyword, in any case."""
        if self._words[self._at].upper() != keyword:
            return False
        self._at += 1
        return True

    def expect(self, sign: str) -> None:
        """Take this sign. Raises UnsureError if another word comes next."""
        if not self.took(sign):
            raise UnsureError(f"a syntax error at {self.word!r}")

    def count(self) -> None:
        """Count an operator or function. Raises UnsureError beyond what an expression may have."""
        self._operators += 1
        if self._operators > OPERATORS:
            raise UnsureError("too many operators")

    def parenthesised[T](self, inner: Callable[[], T]) -> T:
        """Take what `inner` takes, within parentheses that are needed."""
        self.expect("(")
        opened, doubled = self._at, self.word == "("
        self.deeper(1)
        found = inner()
        self.deeper(-1)
        self.expect(")")
        if doubled and self._closing(opened) == self._at - 2:
            raise UnsureError("redundant parentheses")
        return found

    def _closing(self, opened: int) -> int:
        """Return where the parenthesis that opens there closes."""
        depth = 0
        for at in range(opened, len(self._words)):
            depth += (self._words[at] == "(") - (self._words[at] == ")")
            if not depth:
                return at
        raise UnsureError("a parenthesis that does not close")

    def deeper(self, levels: int) -> None:
        """Count what is within each other. Raises UnsureError where it would be too deep for Python."""
        self._depth += levels
        if self._depth > DEEPEST:
            raise UnsureError("an expression that is too deep")

    def path(self) -> Path:
        """Take a document path."""
        parts: list[str | int] = [root := self._name()]
        self.attributes.add(root)
        while self._words[self._at] in PATH_SIGNS:
            parts.append(self._name() if self.step() == "." else self._index())
        if len(parts) > LEVELS:
            raise UnsureError("a path of too many levels")
        return tuple(parts)

    def value(self) -> ValueOperand:
        """Take a value's placeholder."""
        word = self.step()
        if word[:1] != ":" or word == ":":
            raise UnsureError(f"a syntax error at {word!r}")
        self.values_used.add(word)
        return ValueOperand(word)

    def _name(self) -> str:
        word = self.step()
        first = word[:1]
        if first in LETTERS:
            if word.upper() in RESERVED:
                raise UnsureError(f"a reserved word: {word}")
            return word
        name = self._names.get(word)
        if first != "#" or type(name) is not str or not name:
            raise UnsureError(f"a name that is not given, or a syntax error at {word!r}")
        self.names_used.add(word)
        return name

    def _index(self) -> int:
        word = self.step()
        if not DIGITS.issuperset(word) or str(int(word or "-1")) != word or int(word) > LAST_INDEX:
            raise UnsureError(f"an index that is none: {word!r}")
        self.expect("]")
        return int(word)


def typed(value: Value) -> str:
    """Return a value's type."""
    return next(iter(value))


def refuse_types(operand: ValueOperand, allowed: frozenset[str], values: Mapping[str, Value]) -> None:
    """Raise UnsureError if a value of the request has a type that its operator cannot take."""
    kind = typed(operand.of(values))
    if kind not in allowed:
        raise UnsureError(f"an operand of type {kind}")
