"""Numbers as DynamoDB keeps them: 38 digits, in plain notation, without the zeros that say nothing. Pure."""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import lru_cache

from .sizes import number_size
from .unsure import UnsureError

DIGITS = 38
LARGEST, SMALLEST = 125, -130  # exponents of the first digit

canonical = re.compile(r"0|-?(?:[1-9][0-9]*(?:\.[0-9]*[1-9])?|0\.[0-9]*[1-9])").fullmatch
NUMBER = re.compile(r"-?[0-9]{1,200}(?:\.[0-9]{1,200})?(?:[eE][+-]?[0-9]{1,3})?")
EXACT = Context(prec=DIGITS, Emin=-2000, Emax=2000, traps=[Inexact, InvalidOperation, Overflow])


def number(text: str) -> str:
    """Return a number as DynamoDB gives it back: plain notation, no zeros that say nothing.

    >>> number("1.50e3"), number("-0.0")
    ('1500', '0')
    """
    if len(text) <= DIGITS and canonical(text):
        return text
    if not NUMBER.fullmatch(text):
        raise UnsureError("a number in another notation")
    return plain(Decimal(text))


def plain(value: Decimal) -> str:
    """Return a number in plain notation. Raises UnsureError beyond 38 digits or the range of exponents."""
    try:
        trimmed = value.normalize(EXACT)
    except ArithmeticError as error:
        raise UnsureError("a number of more than 38 digits") from error
    if not trimmed:
        return "0"
    if not SMALLEST <= trimmed.adjusted() <= LARGEST:
        raise UnsureError("a number out of range")
    return format(trimmed, "f")


@lru_cache(4096)
def numbered(text: str) -> tuple[str, int]:
    """Return a number as DynamoDB gives it back, and its size."""
    kept = number(text)
    return kept, number_size(kept)
