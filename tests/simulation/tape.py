"""One tape of integers from which every decision is taken, in order."""

import random
from collections.abc import Sequence

BLOCK = 256
"""Decisions that a seed fills at a time; each is a number below 65,536."""


class Tape:
    """Decisions to come: those that are given, then those of a seed, or zeros without one."""

    def __init__(self, given: Sequence[int] = (), seed: int | None = None) -> None:
        self._numbers = list(given)
        self._random = None if seed is None else random.Random(seed)  # noqa: S311  no secret
        self._place = 0

    @property
    def used(self) -> list[int]:
        """The decisions that were taken so far."""
        return self._numbers[: self._place]

    def draw(self, below: int) -> int:
        """Take the next decision: a number from 0 to `below` - 1."""
        place = self._place
        if place == len(self._numbers):
            self._fill()
        self._place = place + 1
        return self._numbers[place] % below

    def pick[T](self, choices: Sequence[T]) -> T:
        """Take one of several; the first is what a tape of zeros takes."""
        return choices[self.draw(len(choices))]

    def chance(self, percent: int) -> bool:
        """Decide whether something that happens so often happens; a tape of zeros never has it happen."""
        return self.draw(100) >= 100 - percent

    def _fill(self) -> None:
        """Make more decisions."""
        if self._random is None:
            self._numbers += [0] * BLOCK
        else:
            self._numbers += memoryview(self._random.randbytes(2 * BLOCK)).cast("H")
