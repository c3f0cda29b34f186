"""Sequence numbers, laid out as AWS lays them out: 186 bits, printed as 56 decimal digits.

In hexadecimal, from the left (version 2)::

    2 | second of the shard's creation (9) | low digit of the shard's index (1) | counter (16)
      | 00 | second of the record (9) | index of the shard (8) | 2

The counter stands before the record's second, so numbers of a shard rise even when the clock steps back.
"""

from typing import NamedTuple, Self

VERSION = 2
CLOSED = 0x7FFF_FFFF_FFFF_FFFF  # the counter in a closed shard's ending sequence number

_INDEX_SHIFT = 4
_SECOND_SHIFT = _INDEX_SHIFT + 32
_COUNTER_SHIFT = _SECOND_SHIFT + 36 + 8
_DIGIT_SHIFT = _COUNTER_SHIFT + 64
_CREATED_SHIFT = _DIGIT_SHIFT + 4
_PREFIX_SHIFT = _CREATED_SHIFT + 36
_SECOND_MASK = (1 << 36) - 1
_LAST_SECOND = 16_025_174_999  # the last second that AWS accepts in a sequence number


class SequenceNumberError(ValueError):
    """A number that no shard has ever given."""


class Sequence(NamedTuple):
    """The parts of a sequence number.

    >>> str(Sequence(created=1789780000, shard=1, counter=7, second=1789780003))
    '49678472151593562431645760257560221549101126017496383506'
    """

    created: int
    shard: int
    counter: int
    second: int

    def __int__(self) -> int:
        """Give the whole number."""
        return (
            sequence_base(self.created, self.shard)
            | self.counter << _COUNTER_SHIFT
            | self.second << _SECOND_SHIFT
        )

    def __str__(self) -> str:
        return str(int(self))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a sequence number apart. Raises SequenceNumberError."""
        number = int(text)
        if number >> _PREFIX_SHIFT != VERSION or number & 0xF != VERSION:
            raise SequenceNumberError(text)
        found = cls(
            created=number >> _CREATED_SHIFT & _SECOND_MASK,
            shard=number >> _INDEX_SHIFT & 0xFFFF_FFFF,
            counter=number >> _COUNTER_SHIFT & 0xFFFF_FFFF_FFFF_FFFF,
            second=number >> _SECOND_SHIFT & _SECOND_MASK,
        )
        if found.counter > CLOSED or found.shard > 0x7FFF_FFFF or found.created > _LAST_SECOND:  # noqa: PLR2004  the top bit of each is never set
            raise SequenceNumberError(text)
        return found


def sequence_base(created: int, shard: int) -> int:
    """Give what all sequence numbers of a shard have in common."""
    return (
        VERSION << _PREFIX_SHIFT
        | created << _CREATED_SHIFT
        | (shard & 0xF) << _DIGIT_SHIFT
        | shard << _INDEX_SHIFT
        | VERSION
    )


def counter_of(above: int) -> int:
    """Give the counter in what a sequence number has above its shard's base; 0 for a number below it."""
    return min(max(0, above >> _COUNTER_SHIFT), CLOSED)


def number_of(base: int, counter: int, second: int) -> int:
    """Give one sequence number as a whole number, by its shard's base."""
    return base + (counter << _COUNTER_SHIFT) + (second << _SECOND_SHIFT)


def numbered(base: int, counter: int, second: int, count: int) -> list[str]:
    """Give the sequence numbers of `count` records of a shard, by the shard's base, from a counter on."""
    first = number_of(base, counter, second)
    return [str(number) for number in range(first, first + (count << _COUNTER_SHIFT), 1 << _COUNTER_SHIFT)]
