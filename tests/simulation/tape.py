"""One tape of integers from which every decision is taken, in order."""

from array import array
from collections.abc import Sequence
from hashlib import shake_128

BLOCK = 256
"""Decisions that a seed fills at a time; each is a number below 65,536."""


class Tape:
    """Decisions to come: those that are given, then those of a seed, or zeros without one."""

    def __init__(self, given: Sequence[int] = (), seed: int | None = None) -> None:
        self._numbers = array("H", given)
        self._seed = seed
        self._place = 0

    @property
    def used(self) -> list[int]:
        """The decisions that were taken so far."""
        return self._numbers[: self._place].tolist()

    def draw(self, below: int) -> int:
        """Take the next decision: a number from 0 to `below` - 1."""
        place = self._place
        self._place = place + 1
        try:
            return self._numbers[place] % below
        except IndexError:
            self._fill()
            return self._numbers[place] % below

    def pick[T](self, choices: Sequence[T]) -> T:
        """Take one of several; the first is what a tape of zeros takes."""
        place = self._place
        self._place = place + 1
        if place == len(self._numbers):
            self._fill()
        return choices[self._numbers[place] % len(choices)]  # as `draw` does, which half of all are for

    def chance(self, percent: int) -> bool:
        """Decide whether something that happens so often happens; a tape of zeros never has it happen."""
        return self.draw(100) >= 100 - percent

    def _fill(self) -> None:
        """Make more decisions."""
        if self._seed is None:
            self._numbers.extend([0] * BLOCK)
        else:
            block = f"{self._seed} {len(self._numbers)}"
            self._numbers.frombytes(shake_128(block.encode()).digest(2 * BLOCK))
