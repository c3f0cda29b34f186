from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bootstrap.watched import newest_anomalies, totals_of
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


class Anomalies:
    """A ledger table with one anomaly of a total."""

    def get_paginator(self, _operation: str) -> "Anomalies":
        """Give what gives the pages."""
        return self

    def paginate(self, **_asked: object) -> list[dict[str, Any]]:
        """Give one page."""
        item = {"sk": {"S": "2026-01-02T03:04#outlier#celsius"}, "kind": {"S": "outlier"}}
        numbers = {"seen": {"N": "90"}, "expected": {"N": "4"}}
        return [{"Items": [{**item, **numbers, "series": {"S": "celsius"}}]}]


def test_an_anomaly_in_words() -> None:
    """It says when, what kind it is, and of what: an anomaly of a total has its name in its key too."""
    said = newest_anomalies(Anomalies(), "ledger")  # type: ignore[arg-type]
    assert said == ["2026-01-02T03:04 outlier of celsius: 90 seen, 4 expected"]
