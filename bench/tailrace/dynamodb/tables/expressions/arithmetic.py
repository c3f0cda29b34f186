"""What updates compute of values. None: there is no value. Raises UnsureError for a value of a wrong type."""

from decimal import Decimal, Inexact

from tailrace.dynamodb.tables.numbers import EXACT, plain
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import SETS, Value, in_order

SMALL = 18  # digits of a whole number that needs no care


def added(number: str, other: str) -> str:
    """Return the sum of two canonical numbers."""
    if number.isdigit() and other.isdigit() and len(number) <= SMALL and len(other) <= SMALL:
        return str(int(number) + int(other))
    return _exactly("+", number, other)


def _exactly(operator: str, number: str, other: str) -> str:
    compute = EXACT.add if operator == "+" else EXACT.subtract
    try:
        return plain(compute(Decimal(number), Decimal(other)))
    except Inexact as error:
        raise UnsureError("a number of more than 38 digits") from error


def computed(operator: str, left: Value | None, right: Value | None) -> Value:
    """Return the sum or difference of two numbers."""
    if left is None or right is None or "N" not in left or "N" not in right:
        raise UnsureError("an operand that is no number")
    return {"N": _exactly(operator, left["N"], right["N"])}


def appended(first: Value | None, second: Value | None) -> Value:
    """Return one list after another."""
    if first is None or second is None or "L" not in first or "L" not in second:
        raise UnsureError("an operand that is no list")
    return {"L": [*first["L"], *second["L"]]}


def increased(old: Value | None, by: Value) -> Value:
    """Return what ADD makes of a number or set."""
    if old is None:
        return by
    ((kind, inner),) = by.items()
    if kind not in old:
        raise UnsureError("ADD to a value of another type")
    if kind == "N":
        return {"N": added(old["N"], inner)}
    return {kind: in_order(kind, {*old[kind], *inner})}


def decreased(old: Value | None, by: Value) -> Value | None:
    """Return what DELETE leaves of a set; None if nothing."""
    if old is None:
        return None
    ((kind, inner),) = by.items()
    if kind not in old:
        raise UnsureError("DELETE from a value of another type")
    left = set(old[kind]).difference(inner)
    return {kind: in_order(kind, left)} if left else None


ADDED = frozenset(("N", *SETS))
DELETED = frozenset(SETS)
