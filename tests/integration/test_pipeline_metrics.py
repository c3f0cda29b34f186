"""What the recipe's handler counts, exactly: by type and device, and amounts; no sender makes a metric."""

import json
from typing import Any

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import reading
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.frame.reading import Sum
from tests.integration.conftest import MakePipeline

pytestmark = [pytest.mark.anywhere, pytest.mark.recipe]

SENT: list[dict[str, Any]] = [
    *({"eventType": "page_view", "deviceType": "mobile"} for _ in range(3)),
    *({"eventType": "page_view", "deviceType": "desktop"} for _ in range(2)),
    {"eventType": "purchase", "deviceType": "mobile", "amount": 10.10},
    {"eventType": "purchase", "deviceType": "mobile", "amount": 20.20},
    {"eventType": "purchase", "deviceType": "tablet", "amount": "0.01"},
    {"eventType": "user_signup", "deviceType": "bot"},
    {"eventType": "click", "deviceType": "toaster"},
    {"eventType": "click", "deviceType": 7},
    {"eventType": "teleport", "deviceType": "tablet"},
    {"eventType": "x" * 300, "deviceType": "y" * 300},
    {},
]
COUNTED = {
    ("page_view", "mobile"): 3,
    ("page_view", "desktop"): 2,
    ("purchase", "mobile"): 2,
    ("purchase", "tablet"): 1,
    ("purchase", "desktop"): 1,
    ("user_signup", "bot"): 1,
    ("click", "other"): 2,
    ("other", "tablet"): 1,
    ("other", "other"): 1,
    ("unknown", "unknown"): 1,
}


@pytest.fixture(scope="module")
def counting(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline through which the events above went once, one of them twice, and two bad records."""
    made = make_pipeline("metrics")
    made.put(Put(json.dumps(body).encode(), f"key-{n}") for n, body in enumerate(SENT))
    made.put([Put(b"bad", "bad"), Put(b'{"eventId": "x"}', "bad")])
    again = event("again", eventType="purchase", deviceType="desktop", amount=5)
    made.put([again])
    made.settle().check()
    made.put([again])
    made.settle().check()
    eventually(lambda: made.metric("EventsDuplicate").total == 1, within=60 * made.patience)
    return made


@pytest.mark.parametrize(("kind", "device"), COUNTED)
def test_events_are_counted_by_type_and_device(counting: Pipeline, kind: str, device: str) -> None:
    """Each stored event counts once under its type and device; what is not on the list is `other`."""
    found = counting.metric("EventsProcessed", EventType=kind, DeviceType=device)
    assert found.total == COUNTED[kind, device]


def test_events_are_counted_in_total(counting: Pipeline) -> None:
    """The metric without dimensions, which the recipe's own query reads, counts every stored event."""
    assert counting.metric("EventsProcessed").total == len(SENT) + 1 == len(counting.items())


def test_purchases_keep_their_statistics(counting: Pipeline) -> None:
    """Purchases have their number, sum, smallest and largest amount."""
    found = counting.metric("PurchaseAmount")
    assert found._replace(total=round(found.total, 9)) == Sum(4, 35.31, 0.01, 20.20)


def test_no_sender_can_make_metrics(counting: Pipeline) -> None:
    """The namespace holds the series above and no other: values of dimensions come from a closed list."""
    listed = {
        ("EventsProcessed",),
        ("PurchaseAmount",),
        ("EventsRejected",),
        ("EventsRejected", "not-json"),
        ("EventsRejected", "no-timestamp"),
        ("EventsDuplicate",),
        ("Lag",),
        *(("EventsProcessed", *sorted(pair)) for pair in COUNTED),
    }

    def found() -> set[tuple[str, ...]]:
        series = reading.all_series(counting.cloudwatch, counting["MetricNamespace"])
        return {(each.name, *sorted(each.dimensions.values())) for each in series}

    if counting.target.emulated:
        assert found() == listed
    else:  # AWS lists a new metric after up to 15 minutes; what it lists must be on the list at any time
        assert found() <= listed
