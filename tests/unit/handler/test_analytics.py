from decimal import Decimal

import pytest

from handler.once import Body, Json, Measure, Reason, RejectedError, Total
from tests.frame import markers, samples

if not samples.RECIPE:  # another file, which may need packages that only its function has
    pytest.skip(markers.ANOTHER_HANDLER, allow_module_level=True)

from handler.analytics import analyse

pytestmark = pytest.mark.unit


def dimensions(event: Body) -> tuple[str, ...]:
    """Return the values of EventType and DeviceType that an event counts under."""
    names, values = zip(*analyse(event).dimensions, strict=True)
    assert names == ("EventType", "DeviceType")
    return values


def test_a_page_view() -> None:
    """A page view's metrics are its page, its load time and whether the visit bounced."""
    event: Body = {
        "eventType": "page_view",
        "userId": "user_1234",
        "sessionId": "session_123456",
        "deviceType": "mobile",
        "location": {"country": "DE", "city": "Berlin"},
        "pageUrl": "/page/7",
        "loadTime": 850,
        "sessionLength": 29,
        "pagesViewed": 1,
    }
    assert tuple(analyse(event)) == (
        {
            "eventType": "page_view",
            "userId": "user_1234",
            "sessionId": "session_123456",
            "deviceType": "mobile",
            "location": {"country": "DE", "city": "Berlin"},
            "metrics": {"page_url": "/page/7", "load_time": 850, "bounce_rate": 1},
        },
        (),
        (
            Total("device", key="mobile"),
            Total("country", key="DE"),
            Total("pageViews"),
            Total("bounces"),
            Total("loadTime", 850, squares=True),
            Total("page", key="/page/7"),
        ),
        (("EventType", "page_view"), ("DeviceType", "mobile")),
    )


def test_a_purchase() -> None:
    """A purchase's amount is kept to the cent, and counted."""
    amount = Decimal("19.99")
    result = analyse({"eventType": "purchase", "amount": amount, "currency": "EUR", "itemsCount": 3})
    assert result.attributes["metrics"] == {"amount": amount, "currency": "EUR", "items_count": 3}
    assert result.measures == (Measure("PurchaseAmount", amount, "None"),)
    assert result.totals[2:] == (Total("purchases"), Total("revenue", amount, squares=True))


def test_a_signup() -> None:
    """A signup's metrics are its method and its source."""
    event: Body = {"eventType": "user_signup", "signupMethod": "social", "campaignSource": "google"}
    assert analyse(event).attributes["metrics"] == {"signup_method": "social", "campaign_source": "google"}


def test_a_click() -> None:
    """A click has no metrics of its own."""
    assert analyse({"eventType": "click"}).attributes["metrics"] == {}


@pytest.mark.parametrize(
    ("kind", "metrics"),
    [
        ("page_view", {"page_url": "", "load_time": 0, "bounce_rate": 1}),
        ("purchase", {"amount": 0, "currency": "USD", "items_count": 0}),
        ("user_signup", {"signup_method": "email", "campaign_source": "direct"}),
    ],
)
def test_defaults_of_each_type(kind: str, metrics: Body) -> None:
    """What an event of a type leaves out has the recipe's defaults."""
    assert analyse({"eventType": kind}).attributes["metrics"] == metrics


def test_defaults_of_every_event() -> None:
    """An empty event is stored with the recipe's defaults."""
    assert analyse({}).attributes == {
        "eventType": "unknown",
        "userId": "anonymous",
        "sessionId": "",
        "deviceType": "unknown",
        "location": {},
        "metrics": {},
    }


@pytest.mark.parametrize(
    ("length", "pages", "rate"), [(29, 1, 1), (30, 1, 0), (29, 2, 0), (Decimal("29.9"), 1, 1)]
)
def test_a_bounce_is_a_short_session_of_one_page(length: Json, pages: Json, rate: int) -> None:
    """Less than 30 seconds and one page: a bounce."""
    event: Body = {"eventType": "page_view", "sessionLength": length, "pagesViewed": pages}
    metrics = analyse(event).attributes["metrics"]
    assert isinstance(metrics, dict)
    assert metrics["bounce_rate"] == rate


def test_an_amount_may_be_a_string() -> None:
    """An amount in quotes is taken as the recipe takes it."""
    result = analyse({"eventType": "purchase", "amount": "19.99"})
    assert result.measures[0].value == Decimal("19.99")


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        ({"eventType": "purchase", "amount": "much"}, "its amount is not a number"),
        ({"eventType": "purchase", "amount": "NaN"}, "its amount is not a number"),
        ({"eventType": "purchase", "amount": None}, "its amount is not a number"),
        ({"eventType": "purchase", "amount": True}, "its amount is not a number"),
        ({"eventType": "page_view", "sessionLength": "long"}, "its sessionLength is not a number"),
        (
            {"eventType": "page_view", "sessionLength": 1, "pagesViewed": []},
            "its pagesViewed is not a number",
        ),
    ],
)
def test_what_cannot_be_reckoned_with_is_rejected(event: Body, detail: str) -> None:
    """A value that must be a number and is none costs only its own event."""
    with pytest.raises(RejectedError) as caught:
        analyse(event)
    assert (caught.value.reason, caught.value.detail) == (Reason.BAD_VALUE, detail)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"eventType": "click", "deviceType": "tablet"}, ("click", "tablet")),
        ({}, ("unknown", "unknown")),
        ({"eventType": "click-4711", "deviceType": "toaster"}, ("other", "other")),
        ({"eventType": ["click"], "deviceType": {"a": 1}}, ("other", "other")),
    ],
)
def test_dimensions_come_from_a_closed_list(event: Body, expected: tuple[str, str]) -> None:
    """No sender can make a new metric: what is not listed counts as `other`."""
    assert dimensions(event) == expected


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({"location": {"country": "FR"}}, Total("country", key="FR")),
        ({"location": {"country": 7}}, Total("country", key="unknown")),
        ({"location": "Paris"}, Total("country", key="unknown")),
        ({}, Total("country", key="unknown")),
        ({"eventType": "buy", "deviceType": "tv"}, Total("device", key="other")),
        ({"eventType": "page_view", "pageUrl": "/a?b=c"}, Total("page", key="/a")),
    ],
)
def test_what_an_event_counts_under(fields: Body, counted: Total) -> None:
    """An event counts under its country, its page without the query, and listed types and devices."""
    assert counted in analyse(fields).totals


def test_a_load_time_that_is_no_number() -> None:
    """It is stored as it came, and counts nowhere."""
    analysis = analyse({"eventType": "page_view", "loadTime": "fast", "pageUrl": 7})
    assert analysis.attributes["metrics"] == {"page_url": 7, "load_time": "fast", "bounce_rate": 1}
    assert not {total.name for total in analysis.totals} & {"loadTime", "page"}
