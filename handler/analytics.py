"""What is stored of an event, and what is counted. This is the file to replace with logic of your own.

Keep `analyse` and what it returns; the rest is the recipe's: metrics for each type of event, defaults for
what an event leaves out, a bounce rate. It is called once for each event, in order, with the parsed JSON
object (numbers with a fraction are Decimals). It may raise RejectedError: then the record goes to quarantine
with that reason, and its neighbours are not touched. Any other exception is taken for a fault of this file:
the record is quarantined as `analytics-failed`, from where it can be replayed.

`samples.py` has the events that the tests send, and `requirements.txt` the packages that this file imports.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from handler.once import Analysis, Body, Dimension, Json, Measure, Reason, RejectedError, Total

EVENT_TYPE = Dimension("EventType", "page_view", "purchase", "user_signup", "click", "unknown")
DEVICE_TYPE = Dimension("DeviceType", "desktop", "mobile", "tablet", "bot", "unknown")
SHORT_SESSION = 30
"""Seconds; a shorter session of one page counts as a bounce."""


def analyse(event: Body) -> Analysis:
    """Return what is stored and counted of an event."""
    kind = event.get("eventType", "unknown")
    device = event.get("deviceType", "unknown")
    metrics = _metrics(event)
    dimensions = (EVENT_TYPE.of(kind), DEVICE_TYPE.of(device))
    attributes: Body = {
        "eventType": kind,
        "userId": event.get("userId", "anonymous"),
        "sessionId": event.get("sessionId", ""),
        "deviceType": device,
        "location": event.get("location", {}),
        "metrics": metrics,
    }
    return Analysis(
        attributes,
        measures=(Measure("PurchaseAmount", _number(metrics, "amount"), "None"),)
        if kind == "purchase"
        else (),
        totals=(
            Total("device", key=dimensions[1].value),
            Total("country", key=_country(event)),
            *_totals(kind, metrics),
        ),
        dimensions=dimensions,
    )


def _totals(kind: Json, metrics: Body) -> Iterator[Total]:
    """Give what an event adds to its minute, by its type."""
    if kind == "purchase":
        yield Total("purchases")
        yield Total("revenue", _number(metrics, "amount"), squares=True)
    elif kind == "page_view":
        yield Total("pageViews")
        yield Total("bounces", _number(metrics, "bounce_rate"))
        load_time, page = metrics["load_time"], metrics["page_url"]
        if isinstance(load_time, int | Decimal) and not isinstance(load_time, bool):
            yield Total("loadTime", load_time, squares=True)
        if isinstance(page, str):
            yield Total("page", key=page.partition("?")[0])


def _country(event: Body) -> str:
    location = event.get("location")
    country = location.get("country") if isinstance(location, dict) else None
    return country if isinstance(country, str) else "unknown"


def _metrics(event: Body) -> Body:
    """Return the metrics of an event's type; none for types that have none."""
    match event.get("eventType"):
        case "page_view":
            return {
                "page_url": event.get("pageUrl", ""),
                "load_time": event.get("loadTime", 0),
                "bounce_rate": _bounce_rate(event),
            }
        case "purchase":
            return {
                "amount": _amount(event),
                "currency": event.get("currency", "USD"),
                "items_count": event.get("itemsCount", 0),
            }
        case "user_signup":
            return {
                "signup_method": event.get("signupMethod", "email"),
                "campaign_source": event.get("campaignSource", "direct"),
            }
        case _:
            return {}


def _bounce_rate(event: Body) -> int:
    """Return 1 for a short session of one page, else 0."""
    short = _number(event, "sessionLength", 0) < SHORT_SESSION
    return int(short and _number(event, "pagesViewed", 1) == 1)


def _amount(event: Body) -> int | Decimal:
    """Return a purchase's amount; like the recipe's, it may also stand as a string."""
    amount = event.get("amount", 0)
    if isinstance(amount, str):
        try:
            value = Decimal(amount)
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_finite():
            return value
    return _number(event, "amount", 0)


def _number(values: Body, name: str, default: int = 0) -> int | Decimal:
    value = values.get(name, default)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    raise RejectedError(Reason.BAD_VALUE, f"its {name} is not a number")
