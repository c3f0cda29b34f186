"""Minutes that tests give: of a handler that counts orders by channel, or of one without dimensions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dashboard.colours import Palette
from dashboard.ranges import HOUR, Range
from dashboard.view import DashboardView, Mark, Rest, Snapshot
from dashboard.view import viewed as view_of
from handler.once.totals import Minute

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return a time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def minute(
    number: int, counts: Mapping[str, int], sums: Mapping[str, str] | None = None, **keyed: Mapping[str, int]
) -> Minute:
    """Return a minute, so many minutes after noon, with orders by channel."""
    by = {
        name: {key: Decimal(count) for key, count in each.items()}
        for name, each in (keyed | ({"events": counts} if counts else {})).items()
    }
    totals = {name: Decimal(value) for name, value in (sums or {}).items()}
    return Minute(
        at(number), {"events": Decimal(sum(counts.values()))} | totals, by, "Channel" if counts else ""
    )


def uncounted(number: int, events: int) -> Minute:
    """Return a minute of a handler that counts by no dimension, and has no totals of its own."""
    return Minute(at(number), {"events": Decimal(events)}, {})


def viewed(
    now: datetime,
    minutes: list[Minute],
    rest: Rest | None = None,
    shown: Range = HOUR,
    made: datetime | None = None,
) -> DashboardView:
    """Return the view of minutes."""
    return view_of(Snapshot(now, minutes, rest or Rest(), made=made), shown, Palette())


def mark(first: int, last: int, kind: str = "spike") -> Mark:
    """Return an anomaly from one minute to another, both after noon."""
    return Mark(at(first), at(last), kind, "events", 3000.0, 600.0)
