from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bootstrap.watched import totals_of
from handler.once.totals import Minute

pytestmark = pytest.mark.unit


def minute(**sums: str) -> Minute:
    """Return a minute with sums; a name with `_0` or `_2` at the end is one with `^0` or `^2`."""
    typed = {name.replace("_", "^"): Decimal(value) for name, value in sums.items()}
    return Minute(datetime(2026, 1, 2, tzinfo=UTC), typed, {})


def test_totals_of_any_handler_in_words() -> None:
    """What a handler counts is named as it is, with the mean where its values are known."""
    given = minute(events="4", lag="90", sold="41.5", sold_0="4", sold_2="500", alerts="1200")
    assert totals_of(given) == ["sold 41.50 (mean 10.38)", "alerts 1,200"]


def test_handler_without_totals() -> None:
    """A handler that counts nothing of its own has no words for it."""
    assert totals_of(minute(events="4", lag="90")) == []
