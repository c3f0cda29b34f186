"""The grammar of metric math: text becomes a tree.

From weak to strong: OR ||, AND &&, == != < <= > >=, + -, * /, ^, unary -. Ids of queries begin with a small
letter, functions are in capitals.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tailrace.cloudwatch.expressions.errors import ExpressionError

LONGEST = 2048
"""Characters of an expression, on AWS."""
DEEPEST = 60
"""How deep parentheses and calls may be nested."""

type Node = NumberLiteral | Text | Name | FunctionCall | Negated | Operation


class NumberLiteral(NamedTuple):
    """A literal number."""

    value: float


class Text(NamedTuple):
    """A literal string."""

    value: str


class Name(NamedTuple):
    """The id of another query, or a function's bare word such as REPEAT."""

    name: str


class FunctionCall(NamedTuple):
    """A function and its arguments."""

    function: str
    arguments: tuple[Node, ...]


class Negated(NamedTuple):
    """Unary minus."""

    operand: Node


class Operation(NamedTuple):
    """Two operands; of a bracketed list see `Call` with the function `[]`."""

    sign: str
    left: Node
    right: Node


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>(),\[\]]))"
)
_STRENGTHS = (
    {"OR": "OR", "||": "OR"},
    {"AND": "AND", "&&": "AND"},
    {sign: sign for sign in ("==", "!=", "<", "<=", ">", ">=")},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/"},
    {"^": "^"},
)


class Token(NamedTuple):
    """A piece of the text; `kind` is number, word, text, sign or end."""

    kind: str
    text: str


def parse(expression: str) -> Node:
    """Return the tree of an expression; `ExpressionError` where it is none."""
    if len(expression) > LONGEST:
        raise ExpressionError(f"it is longer than {LONGEST} characters")
    reader = _Reader(list(_tokens(expression)))
    node = reader.weakest()
    reader.expect("end", "")
    return node


def _tokens(expression: str) -> Iterator[Token]:
    position, text = 0, expression.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            raise ExpressionError(f"Syntax error at position {position + 1}: {text[position:].strip()[:20]}")
        position = found.end()
        yield Token(found.lastgroup, found[found.lastgroup])
    yield Token("end", "")


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def weakest(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError("it is nested too deep")
        node = self._operation(0)
        self._depth -= 1
        return node

    def _operation(self, strength: int) -> Node:
        if strength == len(_STRENGTHS):
            return self._unary()
        left = self._operation(strength + 1)
        while sign := _STRENGTHS[strength].get(self._peek().text if self._peek().kind != "text" else ""):
            self._take()
            left = Operation(sign, left, self._operation(strength + 1))
        return left

    def _unary(self) -> Node:
        if self._peek() == Token("sign", "-"):
            self._take()
            return Negated(self._unary())
        return self._single()

    def _single(self) -> Node:
        token = self._take()
        match token:
            case Token("number", text):
                return NumberLiteral(float(text))
            case Token("text", text):
                return Text(text[1:-1])
            case Token("word", word):
                return FunctionCall(word, self._arguments(")")) if self._peek().text == "(" else Name(word)
            case Token("sign", "("):
                node = self.weakest()
                self.expect("sign", ")")
                return node
            case Token("sign", "["):
                self._next -= 1
                return FunctionCall("[]", self._arguments("]"))
        raise ExpressionError(f"Syntax error: unexpected {token.text or 'end'}")

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        self._take()
        found: list[Node] = []
        if self._peek().text == closing:
            self._take()
            return ()
        while True:
            found.append(self.weakest())
            if self._peek().text != ",":
                break
            self._take()
        self.expect("sign", closing)
        return tuple(found)

    def expect(self, kind: str, text: str) -> None:
        token = self._take()
        if token != Token(kind, text):
            raise ExpressionError(f"Syntax error: unexpected {token.text or 'end'}")

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token
