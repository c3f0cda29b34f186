import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import islice
from typing import Any

import pytest

from producer.generate import FIXED_START, generated
from tailrace.stream.event import Event

pytestmark = pytest.mark.unit


def events(count: int, seed: int = 42, start: datetime = FIXED_START) -> list[Event]:
    """Return the first events of a seed."""
    return list(islice(generated(seed, start), count))


def bodies(count: int) -> list[dict[str, Any]]:
    """Return the first events of a seed, as objects."""
    return [json.loads(event.data) for event in events(count)]


def test_a_seed_is_for_ever() -> None:
    """Seed 42 gives these very bytes, on every machine."""
    assert events(1)[0].data == (
        b'{"eventId":"42-1767225600000-1","timestamp":"2026-01-01T00:00:00.000+00:00","eventType":"page_view",'
        b'"userId":"user_1409","sessionId":"session_877572","deviceType":"mobile",'
        b'"location":{"country":"UK","city":"London"},'
        b'"pageUrl":"/page/18","loadTime":919,"sessionLength":1395,"pagesViewed":9}'
    )
    assert (
        sha256(b"\n".join(event.data for event in events(1000))).hexdigest()
        == "9a768671b41bb7a2b3984c2124116b351b0b2fd8802cdb58256b1bcbf6f5f421"
    )


def test_fewer_events_are_the_first_of_more() -> None:
    """How many are asked for does not change which they are."""
    assert events(10) == events(1000)[:10]


def test_other_seeds_and_starts_give_other_events() -> None:
    """Neither the ids nor the bytes of two runs are the same unless seed and start are."""
    runs = [events(50), events(50, seed=43), events(50, start=FIXED_START + timedelta(seconds=1))]
    assert len({event.event_id for run in runs for event in run}) == 150
    assert len({event.data for run in runs for event in run}) == 150


def test_times_rise_by_a_millisecond() -> None:
    """Each event is a millisecond later than the one before it, in the start's own zone."""
    start = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    stamps = [json.loads(event.data)["timestamp"] for event in events(1001, start=start)]
    assert stamps[0] == "2026-05-01T12:00:00.000+02:00"
    assert stamps[1] == "2026-05-01T12:00:00.001+02:00"
    assert stamps[1000] == "2026-05-01T12:00:01.000+02:00"


def test_the_events_own_facts() -> None:
    """What the sender knows of an event is what stands in it: key, id, type, time."""
    event = events(1)[0]
    body = json.loads(event.data)
    assert (event.key, event.event_id, event.group) == (
        body["userId"],
        body["eventId"],
        body["eventType"],
    )
    assert (event.line, event.at) == (1, datetime(2026, 1, 1, tzinfo=UTC).timestamp())


COMMON = {"eventId", "timestamp", "eventType", "userId", "sessionId", "deviceType", "location"}
OWN = {
    "page_view": {"pageUrl", "loadTime", "sessionLength", "pagesViewed"},
    "purchase": {"amount", "currency", "itemsCount"},
    "user_signup": {"signupMethod", "campaignSource"},
    "click": set(),
}


def test_each_type_has_the_recipes_fields() -> None:
    """The four types are equally frequent, and each has exactly the recipe's fields and an id."""
    drawn = bodies(4000)
    kinds = Counter(body["eventType"] for body in drawn)
    assert set(kinds) == set(OWN)
    assert all(900 < count < 1100 for count in kinds.values())
    assert all(set(body) == COMMON | OWN[body["eventType"]] for body in drawn)


BETWEEN = {
    "loadTime": (500, 3000),
    "sessionLength": (10, 1800),
    "pagesViewed": (1, 10),
    "amount": (10.99, 299.99),
    "itemsCount": (1, 5),
}
ONE_OF: dict[str, set[str]] = {
    "deviceType": {"desktop", "mobile", "tablet"},
    "currency": {"USD"},
    "signupMethod": {"email", "social", "phone"},
    "campaignSource": {"google", "facebook", "direct", "email"},
}


def test_values_are_the_recipes() -> None:
    """Numbers lie within the recipe's bounds, and nearly reach them; words are the recipe's, and all."""
    drawn = bodies(8000)
    for field, (low, high) in BETWEEN.items():
        values = [body[field] for body in drawn if field in body]
        assert low <= min(values) < low + (high - low) / 50 + 1
        assert high - (high - low) / 50 - 1 < max(values) <= high
    for field, words in ONE_OF.items():
        assert {body[field] for body in drawn if field in body} == words
    places = {(body["location"]["country"], body["location"]["city"]) for body in drawn}
    assert len(places) == 25
