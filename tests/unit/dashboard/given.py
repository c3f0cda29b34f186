"""Minutes that tests give."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dashboard.view import Mark
from handler.once.totals import Minute

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return a time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def minute(
    number: int, kinds: Mapping[str, int], sums: Mapping[str, str] | None = None, **keyed: Mapping[str, int]
) -> Minute:
    """Return a minute, so many minutes after noon, with events by `type|device`."""
    by = {name: {key: Decimal(count) for key, count in counts.items()} for name, counts in keyed.items()}
    types: dict[str, Decimal] = defaultdict(Decimal)
    devices: dict[str, Decimal] = defaultdict(Decimal)
    for key, count in kinds.items():
        kind, _, device = key.partition("|")
        types[kind] += count
        devices[device] += count
    totals = {name: Decimal(value) for name, value in (sums or {}).items()}
    return Minute(
        at(number),
        {"events": Decimal(sum(kinds.values()))} | totals,
        {"events": types, "device": devices} | by,
        "EventType",
    )


def mark(first: int, last: int, kind: str = "spike") -> Mark:
    """Return an anomaly from one minute to another, both after noon."""
    return Mark(at(first), at(last), kind, "events", 3000.0, 600.0)
