"""Readings of cold stores, and some that the handler rejects."""

from datetime import UTC, datetime, timedelta

type Event = dict[str, object]

BEGIN = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def event(n: int) -> tuple[str, Event]:
    """Return the partition key, which is the store's, and the n-th reading."""
    store = f"{('HAM', 'MUC', 'BER')[n % 3]}-{n % 7:02}"
    return store, {
        "eventId": f"{store}/{n:08x}",
        "timestamp": (BEGIN + timedelta(seconds=5 * n)).isoformat(),
        "store": store,
        "zone": ("chilled", "frozen")[n % 2],
        "celsius": (n % 100) / 4 - 20,
        "battery": 100 - n % 90,
        "doorOpen": n % 11 == 0,
        "sensor": f"thermometer number {n}",
    }


def rejected() -> list[tuple[Event, str]]:
    """Return readings that no sensor can mean."""
    _, good = event(0)
    return [
        ({**good, "celsius": 451}, "bad-value"),
        ({**good, "celsius": "warm"}, "bad-value"),
        ({**good, "zone": "outside"}, "bad-value"),
        ({name: value for name, value in good.items() if name != "store"}, "bad-value"),
    ]
