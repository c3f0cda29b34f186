"""The grammar of updates: what is set, removed, added to, or deleted from a set."""

from typing import NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError

from .parser import LETTERS, ExpressionParser, PathOperand, ValueOperand
from .paths import Path


class IfNotExists(NamedTuple):
    """What is at a path, or something else if there is nothing."""

    path: Path
    otherwise: "Source"


class ListAppend(NamedTuple):
    """One list after another."""

    first: "Source"
    second: "Source"


class Sum(NamedTuple):
    """Two numbers added (`+`), or one taken from another (`-`)."""

    operator: str
    left: "Source"
    right: "Source"


type Source = PathOperand | ValueOperand | IfNotExists
type Assigned = Source | ListAppend | Sum


class SetTo(NamedTuple):
    """SET: a path gets a new value."""

    path: Path
    source: Assigned


class Remove(NamedTuple):
    """REMOVE: there is nothing at a path afterwards."""

    path: Path


class AddTo(NamedTuple):
    """ADD: a number is added to, or a set gets members."""

    path: Path
    operand: ValueOperand


class DeleteFrom(NamedTuple):
    """DELETE: a set loses members."""

    path: Path
    operand: ValueOperand


type Action = SetTo | Remove | AddTo | DeleteFrom


class UpdateParser(ExpressionParser):
    """Reads an update."""

    def whole(self) -> list[Action]:
        """Take the whole text."""
        actions: list[Action] = []
        sections = {"SET": self._set, "REMOVE": self._remove, "ADD": self._add, "DELETE": self._delete}
        while True:
            section = sections.pop(self.step().upper(), None)
            if section is None:
                raise UnsureError("a section that is none, or is there twice")
            actions.append(section())
            while self.took(","):
                actions.append(section())
            if not self.word:
                return actions

    def _set(self) -> Action:
        path = self.path()
        self.expect("=")
        return SetTo(path, self._assigned())

    def _remove(self) -> Action:
        return Remove(self.path())

    def _add(self) -> Action:
        return AddTo(self.path(), self.value())

    def _delete(self) -> Action:
        return DeleteFrom(self.path(), self.value())

    def _assigned(self) -> Assigned:
        left = self._term()
        if self.word not in ("+", "-"):
            return left
        operator = self.step()
        self.count()
        return Sum(operator, _source(left), _source(self._term()))

    def _term(self) -> Assigned:
        word = self.word
        if word == "(":
            return self.parenthesised(self._assigned)
        if word[:1] == ":":
            return self.value()
        if word[:1] in LETTERS and self.after == "(":
            return self._function()
        return PathOperand(self.path())

    def _function(self) -> Assigned:
        name = self.step()
        self.count()
        self.deeper(1)
        self.expect("(")
        first = _source(self._term())
        self.expect(",")
        second = _source(self._term())
        self.expect(")")
        self.deeper(-1)
        if name == "list_append":
            return ListAppend(first, second)
        if name != "if_not_exists" or not isinstance(first, PathOperand) or first == second:
            raise UnsureError(f"no function, or its operands: {name}")
        return IfNotExists(first.path, second)


def _source(found: Assigned) -> Source:
    if isinstance(found, ListAppend | Sum):
        raise UnsureError("an operand that is another operation")
    return found
