"""Invented events: the recipe's four types, with the recipe's values, from a seed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tailrace.stream.event import Event

EVENT_TYPES = ("page_view", "purchase", "user_signup", "click")
DEVICE_TYPES = ("desktop", "mobile", "tablet")
COUNTRIES = ("US", "UK", "DE", "FR", "JP")
CITIES = ("New York", "London", "Berlin", "Paris", "Tokyo")
SIGNUP_METHODS = ("email", "social", "phone")
CAMPAIGN_SOURCES = ("google", "facebook", "direct", "email")

LOWEST_AMOUNT, HIGHEST_AMOUNT = 10.99, 299.99
"""Of a purchase; every amount in between is as likely."""

FIXED_START = datetime(2026, 1, 1, tzinfo=UTC)
"""Time of the first event where a seed is given and no start: the same seed, the same bytes."""
SPACING = timedelta(milliseconds=1)
"""Between one event's timestamp and the next."""


def event_body(chance: Random) -> dict[str, Any]:
    """Draw one event of the recipe, without its id and time."""
    pick, between = chance.choice, chance.randint
    body: dict[str, Any] = {
        "eventType": pick(EVENT_TYPES),
        "userId": f"user_{between(1000, 9999)}",
        "sessionId": f"session_{between(100000, 999999)}",
        "deviceType": pick(DEVICE_TYPES),
        "location": {"country": pick(COUNTRIES), "city": pick(CITIES)},
    }
    if body["eventType"] == "page_view":
        body |= {
            "pageUrl": f"/page/{between(1, 100)}",
            "loadTime": between(500, 3000),
            "sessionLength": between(10, 1800),
            "pagesViewed": between(1, 10),
        }
    elif body["eventType"] == "purchase":
        body |= {
            "amount": round(chance.uniform(LOWEST_AMOUNT, HIGHEST_AMOUNT), 2),
            "currency": "USD",
            "itemsCount": between(1, 5),
        }
    elif body["eventType"] == "user_signup":
        body |= {"signupMethod": pick(SIGNUP_METHODS), "campaignSource": pick(CAMPAIGN_SOURCES)}
    return body


def generated(seed: int, start: datetime) -> Iterator[Event]:
    """Give events without end; the same seed and start give the same bytes.

    The id holds seed, start (epoch milliseconds) and number, so events of different runs differ in it.
    """
    chance = Random(seed)  # noqa: S311  invented events, no secrets
    encode = json.JSONEncoder(separators=(",", ":")).encode
    prefix = f"{seed}-{int(start.timestamp() * 1000)}"
    number = 0
    while True:
        moment = start + number * SPACING
        number += 1
        event_id = f"{prefix}-{number}"
        body = event_body(chance)
        stamp = moment.isoformat(timespec="milliseconds")
        data = encode({"eventId": event_id, "timestamp": stamp} | body).encode()
        yield Event(data, body["userId"], event_id, body["eventType"], number, moment.timestamp())
