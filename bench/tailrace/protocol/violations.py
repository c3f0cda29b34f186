"""What breaks a service's model, and how AWS words it."""

import math
from collections.abc import Sequence as ListLike
from typing import TYPE_CHECKING, NamedTuple, Self

from tailrace.protocol.errors import ValidationFailedError

if TYPE_CHECKING:
    from botocore.model import Shape

MOST_VIOLATIONS = 10


class Violation(NamedTuple):
    """A member that breaks a constraint. Those of a request are `str`ung together.

    >>> str(Violation(None, "Member must not be null").below("member").below("records.2"))
    "Value null at 'records.2.member' failed to satisfy constraint: Member must not be null"
    """

    shown: str | None  # as AWS shows the value; None: there is none
    text: str
    path: str = ""

    def below(self, step: str) -> "Violation":
        """Give the violation as seen from one step further out."""
        return self._replace(path=f"{step}.{self.path}" if self.path else step)

    def __str__(self) -> str:
        value = "null" if self.shown is None else f"'{self.shown}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: {self.text}"


def refuse(violations: ListLike[Violation]) -> None:
    """Raise ValidationFailedError, which lists up to ten violations, if there are any."""
    if violations:
        listed = "; ".join(map(str, violations[:MOST_VIOLATIONS]))
        count = min(len(violations), MOST_VIOLATIONS)
        raise ValidationFailedError(f"{count} validation error{'s' if count > 1 else ''} detected: {listed}")


def at_most(length: float) -> str:
    """Word the bound of a length."""
    return f"Member must have length less than or equal to {length}"


MISSING = Violation(None, "Member must not be null")


class LengthBounds(NamedTuple):
    """How long a value may be."""

    least: int
    most: float

    @classmethod
    def of(cls, shape: "Shape") -> Self:
        """Take the bounds from the model."""
        return cls(shape.metadata.get("min", 0), shape.metadata.get("max", math.inf))

    def hold(self, length: int) -> bool:
        """Tell whether a length is within the bounds."""
        return self.least <= length <= self.most

    def broken(self, length: int) -> list[str]:
        """Say what is wrong with a length."""
        if length < self.least:
            return [f"Member must have length greater than or equal to {self.least}"]
        if length > self.most:
            return [at_most(self.most)]
        return []


def enumerated(values: list[str]) -> str:
    """Word an enumeration, in AWS's order: that of a hash table of 32 places, by Java's hash of a string."""
    listed = ", ".join(sorted(values, key=lambda value: _java_hash(value) % 32))
    return f"Member must satisfy enum value set: [{listed}]"


def _java_hash(text: str) -> int:
    found = 0
    for character in text:
        found = (31 * found + ord(character)) % (1 << 32)
    return found
