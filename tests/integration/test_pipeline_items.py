"""What is stored of an event, attribute by attribute: literal expectations, as the table shows them."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest

from tailrace.testing.sending import Put
from tests.frame.events import event
from tests.frame.pipeline import Pipeline

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]

SENT = {
    "eventId": "evt-1",
    "userId": "user_1234",
    "sessionId": "session_123456",
    "deviceType": "mobile",
    "timestamp": "2026-01-02T03:04:05.678+00:00",
    "location": {"country": "DE", "city": "Berlin"},
}
AT = 1767323045  # 2026-01-02 03:04:05 UTC
DAY = 86400

EVENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "page_view": (
        {"pageUrl": "/page/7", "loadTime": 1234, "sessionLength": 12, "pagesViewed": 1},
        {"page_url": "/page/7", "load_time": Decimal(1234), "bounce_rate": Decimal(1)},
    ),
    "purchase": (
        {"amount": 149.99, "currency": "EUR", "itemsCount": 3},
        {"amount": Decimal("149.99"), "currency": "EUR", "items_count": Decimal(3)},
    ),
    "user_signup": (
        {"signupMethod": "social", "campaignSource": "google"},
        {"signup_method": "social", "campaign_source": "google"},
    ),
    "click": ({"element": "buy"}, {}),
    "scroll": ({"depth": 0.75}, {}),
}


def store(pipeline: Pipeline, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Put one event, wait for it, and return its item."""
    (record,) = pipeline.put([Put(json.dumps(body).encode(), key, body.get("eventId"))])
    pipeline.settle().check()
    return pipeline.item(record.element)


@pytest.mark.parametrize("kind", EVENTS)
def test_each_type_of_event_is_stored_whole(pipeline: Pipeline, kind: str) -> None:
    """Of each type the item holds the recipe's attributes, the event itself, and where it came from."""
    fields, metrics = EVENTS[kind]
    body = {**SENT, **fields, "eventType": kind, "eventId": f"items-{kind}"}
    before = int(time.time())
    item = store(pipeline, body, "user_1234")
    record = pipeline.acknowledged[-1]
    processed = int(item.pop("processedAt"))
    assert before <= processed <= int(time.time())
    assert processed == int(item.pop("appliedAt")) // 10**9
    assert item.pop("receipt")
    assert item == {
        "eventId": f"items-{kind}",
        "timestamp": Decimal(AT),
        "eventType": kind,
        "userId": "user_1234",
        "sessionId": "session_123456",
        "deviceType": "mobile",
        "location": {"country": "DE", "city": "Berlin"},
        "metrics": metrics,
        "rawData": json.loads(json.dumps(body), parse_float=Decimal, parse_int=Decimal),
        "sequenceNumber": record.sequence_number,
        "shardId": record.shard_id,
        "partitionKey": "user_1234",
        "expiresAt": Decimal(processed + 30 * DAY),
    }


def test_an_event_that_says_nothing_gets_the_recipes_defaults(pipeline: Pipeline) -> None:
    """What an event leaves out stands in the item as in the recipe."""
    item = store(pipeline, {}, "key-of-nothing")
    assert {name: item[name] for name in ("eventType", "userId", "sessionId", "deviceType")} == {
        "eventType": "unknown",
        "userId": "anonymous",
        "sessionId": "",
        "deviceType": "unknown",
    }
    assert item["location"] == {}
    assert item["metrics"] == {}
    assert item["rawData"] == {}


@pytest.mark.parametrize(
    ("kind", "metrics"),
    [
        ("page_view", {"page_url": "", "load_time": Decimal(0), "bounce_rate": Decimal(1)}),
        ("purchase", {"amount": Decimal(0), "currency": "USD", "items_count": Decimal(0)}),
        ("user_signup", {"signup_method": "email", "campaign_source": "direct"}),
    ],
)
def test_metrics_of_a_bare_event_are_the_recipes_defaults(
    pipeline: Pipeline, kind: str, metrics: dict[str, Any]
) -> None:
    """An event of which only the type is known has the recipe's default metrics."""
    assert store(pipeline, {"eventType": kind}, f"bare-{kind}")["metrics"] == metrics


@pytest.mark.parametrize(
    ("length", "pages", "bounce"), [(29, 1, 1), (30, 1, 0), (29, 2, 0), (29.999, 1, 1), (0, 1, 1)]
)
def test_a_short_visit_of_one_page_is_a_bounce(
    pipeline: Pipeline, length: float, pages: int, bounce: int
) -> None:
    """Under 30 seconds and one page: 1; anything longer or further: 0."""
    body = {"eventType": "page_view", "sessionLength": length, "pagesViewed": pages}
    assert store(pipeline, body, "visitor")["metrics"]["bounce_rate"] == bounce


def test_an_event_without_an_id_is_stored_under_its_record(pipeline: Pipeline) -> None:
    """Without an eventId the key is the recipe's: sequence number and arrival in whole seconds."""
    before = int(time.time())
    item = store(pipeline, {"eventType": "click", "timestamp": "2026-01-02T03:04:05Z"}, "no-id")
    assert item["eventId"] == pipeline.acknowledged[-1].sequence_number
    assert before - 1 <= item["timestamp"] <= int(time.time())
    assert item["rawData"] == {"eventType": "click", "timestamp": "2026-01-02T03:04:05Z"}


def test_values_of_every_kind_come_back_as_they_were_sent(pipeline: Pipeline) -> None:
    """Numbers keep every digit; texts, lists, nulls, empty values and non-ASCII names come through."""
    text = (
        '{"eventId": "items-values", "timestamp": "2026-01-02T03:04:05Z", "exact": 0.1, "long": '
        '12345678901234567890.123456789012345678, "small": -1e-130, "large": 9.9e125, "zero": -0.0, '
        '"none": null, "flags": [true, false], "empty": {"text": "", "list": [], "map": {}}, '
        '"größe": "日本語 \\u0000 \\"q\\""}'
    )
    pipeline.put([Put(text.encode(), "values", "items-values")])
    pipeline.settle().check()
    raw = pipeline.item("items-values")["rawData"]
    assert raw == {
        "eventId": "items-values",
        "timestamp": "2026-01-02T03:04:05Z",
        "exact": Decimal("0.1"),
        "long": Decimal("12345678901234567890.123456789012345678"),
        "small": Decimal("-1e-130"),
        "large": Decimal("9.9e125"),
        "zero": Decimal(0),
        "none": None,
        "flags": [True, False],
        "empty": {"text": "", "list": [], "map": {}},
        "größe": '日本語 \0 "q"',
    }


def test_an_item_just_under_400_kb_is_stored(pipeline: Pipeline) -> None:
    """What DynamoDB can hold is stored, and not set apart for being large."""
    pipeline.put([event("quarantine-large", text="x" * 405_000)])
    pipeline.settle().check()
    assert len(pipeline.item("quarantine-large")["rawData"]["text"]) == 405_000
