"""The grammar of conditions: NOT binds before AND, AND before OR, and comparisons before all of them."""

from typing import NamedTuple

from tailrace.dynamodb.tables.unsure import UnsureError

from .parser import LETTERS, ExpressionParser, PathOperand, ValueOperand

COMPARATORS = frozenset(("=", "<>", "<", "<=", ">", ">="))
FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
"""What is true or false of its operands, and how many it takes."""
SIZE = "size"
MOST_OPTIONS = 99  # the documents say 100, of which AWS takes one less


class SizeOperand(NamedTuple):
    """The size of a value, a number."""

    operand: PathOperand | ValueOperand


type Operand = PathOperand | ValueOperand | SizeOperand


class Comparison(NamedTuple):
    """One of the `COMPARATORS` between two operands."""

    operator: str
    left: Operand
    right: Operand


class Between(NamedTuple):
    """An operand between two bounds, or equal to one of them."""

    operand: Operand
    low: Operand
    high: Operand


class Within(NamedTuple):
    """An operand that is equal to one of several."""

    operand: Operand
    options: tuple[Operand, ...]


class Predicate(NamedTuple):
    """One of the `FUNCTIONS`."""

    name: str
    operands: tuple[Operand, ...]


class Not(NamedTuple):
    """The contrary of a condition."""

    condition: "Node"


class And(NamedTuple):
    """Conditions that must all hold."""

    conditions: tuple["Node", ...]


class Or(NamedTuple):
    """Conditions of which one must hold."""

    conditions: tuple["Node", ...]


type Node = Comparison | Between | Within | Predicate | Not | And | Or

OPERANDS = (PathOperand, ValueOperand, SizeOperand)


class ConditionParser(ExpressionParser):
    """Reads a condition."""

    def whole(self) -> Node:
        """Take the whole text."""
        node = self._condition()
        self.expect("")
        return node

    def _condition(self) -> Node:
        return _condition(self._any())

    def _any(self) -> Node | Operand:
        found = [self._all()]
        while self.took_word("OR"):
            self.count()
            found.append(self._all())
        return found[0] if len(found) == 1 else Or(tuple(map(_condition, found)))

    def _all(self) -> Node | Operand:
        found = [self._not()]
        while self.took_word("AND"):
            self.count()
            found.append(self._not())
        return found[0] if len(found) == 1 else And(tuple(map(_condition, found)))

    def _not(self) -> Node | Operand:
        if self.took_word("NOT"):
            self.count()
            self.deeper(1)
            inner = _condition(self._not())
            self.deeper(-1)
            return Not(inner)
        found = self._term()
        return self._comparison(found) if isinstance(found, OPERANDS) else found

    def _comparison(self, left: Operand) -> Node | Operand:
        if self.word in COMPARATORS:
            operator = self.step()
            self.count()
            return Comparison(operator, left, self._operand(left))
        if self.took_word("BETWEEN"):
            self.count()
            low = self._operand(left)
            if not self.took_word("AND"):
                raise UnsureError("a syntax error in BETWEEN")
            return Between(left, low, self._operand(left))
        if self.took_word("IN"):
            self.count()
            self.expect("(")
            return Within(left, self._operands(left))
        return left

    def _term(self) -> Node | Operand:
        """Take what may stand alone: an operand, a function, or anything within parentheses."""
        word = self.word
        if word == "(":
            return self.parenthesised(self._any)
        if word[:1] == ":":
            return self.value()
        if word[:1] in LETTERS and self.after == "(":
            return self._function()
        return PathOperand(self.path())

    def _operand(self, first: Operand | None = None) -> Operand:
        found = self._term()
        if not isinstance(found, OPERANDS):
            raise UnsureError("a condition as an operand")
        if first == found and isinstance(found, PathOperand):
            raise UnsureError("an operand compared with itself")
        return found

    def _operands(self, first: Operand | None = None) -> tuple[Operand, ...]:
        """Take operands and the parenthesis after them: all distinct from the first, if that is a path."""
        found = [self._operand(first)]
        while self.took(","):
            found.append(self._operand(first or found[0]))
        self.expect(")")
        if len(found) > MOST_OPTIONS:
            raise UnsureError("too many operands")
        return tuple(found)

    def _function(self) -> Node | Operand:
        name = self.step()
        self.count()
        self.expect("(")
        self.deeper(1)
        operands = self._operands()
        self.deeper(-1)
        if name == SIZE and len(operands) == 1 and not isinstance(operands[0], SizeOperand):
            return SizeOperand(operands[0])
        if FUNCTIONS.get(name) != len(operands):
            raise UnsureError(f"no function, or its operands: {name}")
        return Predicate(name, operands)


def _condition(found: Node | Operand) -> Node:
    if isinstance(found, OPERANDS):
        raise UnsureError("an operand that is no condition")
    return found
