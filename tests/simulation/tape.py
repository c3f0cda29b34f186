"""One tape of integers from which every decision is taken, in order."""

import random
from collections.abc import Sequence

LONGEST = 1 << 16
_NUMBERS = 1 << 16


class Tape:
    """Decisions to come: those that are given, then those of a seed, or zeros without one."""

    def __init__(self, given: Sequence[int] = (), seed: int | None = None) -> None:
        self._given = given
        self._random = None if seed is None else random.Random(seed)  # noqa: S311  no secret
        self.used: list[int] = []

    def draw(self, below: int) -> int:
        """Take the next decision: a number from 0 to `below` - 1."""
        place = len(self.used)
        if place < len(self._given):
            number = self._given[place]
        else:
            number = self._random.randrange(_NUMBERS) if self._random else 0
        self.used.append(number)
        return number % below

    def pick[T](self, choices: Sequence[T]) -> T:
        """Take one of several; the first is what a tape of zeros takes."""
        return choices[self.draw(len(choices))]

    def chance(self, percent: int) -> bool:
        """Decide whether something that happens so often happens; a tape of zeros never has it happen."""
        return self.draw(100) >= 100 - percent
