"""What the tests send: events that `analytics.py` takes, and some that it rejects. Yours, as that file is.

It imports nothing but Python's own library: the tests load it without the handler's packages.
"""

from datetime import UTC, datetime, timedelta

type Event = dict[str, object]
"""A JSON object."""

RECIPE = True
"""These are the recipe's samples: the tests of what the recipe stores and counts run only with this line.
Leave it out of your own."""

BEGIN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def event(n: int) -> tuple[str, Event]:
    """Return the partition key and the event of number n.

    The same n gives the same event. Two have another `eventId`, and differ in what they say besides.
    """
    user = f"user_{n % 20}"
    return user, {
        "eventId": f"sample-{n}",
        "timestamp": (BEGIN + timedelta(seconds=n)).isoformat(),
        "eventType": "purchase",
        "userId": user,
        "sessionId": f"session_{n}",
        "deviceType": ("mobile", "desktop", "tablet")[n % 3],
        "location": {"country": ("DE", "FR", "US")[n % 3], "city": "Köln"},
        "amount": 1 + n / 100,
        "currency": "EUR",
        "itemsCount": 1 + n % 4,
    }


def rejected() -> list[tuple[Event, str]]:
    """Return events that `analyse` rejects, each with the reason that stands in quarantine."""
    _, purchase = event(0)
    view: Event = {"eventId": "view", "timestamp": "2026-01-02T03:04:05Z", "eventType": "page_view"}
    return [
        ({**purchase, "amount": "a lot"}, "bad-value"),
        ({**purchase, "amount": True}, "bad-value"),
        ({**view, "sessionLength": "long"}, "bad-value"),
    ]
