"""What this handler counts, as a page shows it: a panel for each of its totals, whatever they are. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from dashboard.bars import added
from handler.once.totals import OTHER, Counted, Distribution, Minute, distribution

TOP = 8
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word of a name begins: page|Views, HTTP|Errors."""


class Number(NamedTuple):
    """A total that is a number: its sum over the range, and by bar."""

    name: str
    total: Decimal
    values: Distribution | None
    """How its single values are distributed; None for a total that counts without squares."""
    sums: tuple[float, ...]
    means: tuple[float | None, ...]
    """Of each bar; None without a value. Empty if `values` is None."""

    @property
    def said(self) -> str:
        """Its name in words."""
        return words(self.name)


class Keyed(NamedTuple):
    """A total by key: the largest, and `other` at the end."""

    name: str
    top: tuple[tuple[str, Decimal], ...]

    @property
    def said(self) -> str:
        """Its name in words."""
        return words(self.name)


def words(name: str) -> str:
    """Return a total's name in words.

    >>> words("pageViews"), words("HTTPErrors"), words("celsius")
    ('Page views', 'HTTP errors', 'Celsius')
    """
    first, *rest = _WORD.sub(" ", name).split(" ")
    lower = [word if len(word) > 1 and word.isupper() else word.lower() for word in rest]
    return " ".join([first[:1].upper() + first[1:], *lower])


def numbers(found: Counted, bars: Sequence[Minute]) -> tuple[Number, ...]:
    """Return the totals that are numbers: those with a distribution first, each by name."""
    return tuple(_number(name, bars, mean=name in found.values) for name in (*found.values, *found.numbers))


def _number(name: str, bars: Sequence[Minute], *, mean: bool) -> Number:
    each = [distribution([bar], name) for bar in bars] if mean else []
    return Number(
        name,
        sum((bar.total(name) for bar in bars), Decimal()),
        distribution(bars, name) if mean else None,
        tuple(float(bar.total(name)) for bar in bars),
        tuple(one.mean if one else None for one in each),
    )


def keyed(found: Counted, bars: Sequence[Minute]) -> tuple[Keyed, ...]:
    """Return the totals by key, each with its largest keys; keys that no minute listed come last."""
    return tuple(Keyed(name, _top(added(bar.by(name) for bar in bars))) for name in found.keyed)


def _top(sums: dict[str, Decimal]) -> tuple[tuple[str, Decimal], ...]:
    return tuple(sorted(sums.items(), key=lambda pair: (pair[0] == OTHER, -abs(pair[1]), pair[0]))[:TOP])
