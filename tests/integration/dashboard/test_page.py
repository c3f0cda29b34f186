"""What the page shows, in a real browser, over a stack of the tests' own."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bootstrap.watched import minutes
from dashboard.tables import plain
from handler.once.totals import MINUTE, counted
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.integration.dashboard.serving import figure, in_a_browser

pytestmark = in_a_browser
HOSTILE = "<img src=x onerror=document.title='taken'>"


def counts(page: Page, total: str) -> dict[str, int]:
    """Return a total by key as it is read on the page."""
    rows = page.locator(f"#by-{total} tr[data-name]").all()
    return {
        row.locator("th").inner_text(): int(row.locator("td").last.inner_text().replace(",", ""))
        for row in rows
    }


@pytest.mark.anywhere
def test_empty(page: Page) -> None:
    """Without events the page says so, and how to send some."""
    expect(page.locator("#empty")).to_contain_text("No events in the last 15 minutes")
    expect(page.locator("#aside")).to_be_hidden()
    assert figure(page, "events") == "0"


@pytest.mark.recipe
@pytest.mark.anywhere
def test_figures_are_what_was_sent(page: Page, watched: Pipeline) -> None:
    """The open page shows each event that was sent, by the first dimension and in each of the totals."""
    place: dict[str, Any] = {"location": {"country": "DE"}, "deviceType": "mobile"}
    bought = [
        event(f"bought-{number}", eventType="purchase", amount=10.25, deviceType="tablet")
        for number in range(40)
    ]
    seen = [event(f"seen-{number}", pageUrl="/page/7", **place) for number in range(59)]
    odd = [event("odd", pageUrl=HOSTILE, **place)]
    watched.put([*bought, *seen, *odd])
    watched.settle(published=False)

    def shown() -> Mapping[str, Any]:
        """Show a hundred events."""
        assert figure(page, "events") == "100"
        return {
            "dimension": page.locator("#dimension").inner_text(),
            "values": [text.split() for text in page.locator("#values li").all_inner_texts()],
            "revenue": page.locator("#sum-revenue").inner_text(),
            "purchases": page.locator("#sum-purchases").inner_text(),
            "mean": page.locator("#mean-revenue").inner_text(),
            "device": counts(page, "device"),
            "country": counts(page, "country"),
            "page": counts(page, "page"),
        }

    assert eventually(shown, within=10 * watched.patience, every=0.1) == {
        "dimension": "by EventType",
        "values": [["page_view", "60"], ["purchase", "40"]],
        "revenue": "410",
        "purchases": "40",
        "mean": "mean 10.25 ± 0, 40 values",
        "device": {"mobile": 60, "tablet": 40},
        "country": {"DE": 60, "unknown": 40},
        "page": {"/page/7": 59, HOSTILE: 1},
    }
    expect(page.locator("#empty")).to_be_hidden()
    assert page.title() != "taken"


@pytest.mark.anywhere
def test_whatever_the_handler_counts_is_shown(page: Page, watched: Pipeline) -> None:
    """Each total of the handler in use has a panel with its sum, and events are by its first dimension."""
    watched.put(samples.fresh(30))
    watched.settle(published=False)
    now = datetime.now(UTC)
    found = minutes(watched.dynamodb, watched["LedgerTableName"], now - timedelta(minutes=14), now + MINUTE)
    handlers = counted(found)
    numbers = (*handlers.values, *handlers.numbers)
    assert numbers, "the handler in use counts nothing of its own"

    def shown() -> Mapping[str, Any]:
        """Show all that was stored."""
        assert figure(page, "events") == f"{sum(minute.events for minute in found):,}"
        return {
            "dimension": page.locator("#dimension").inner_text(),
            "values": {item.split()[0] for item in page.locator("#values li").all_inner_texts()},
            "panels": [one.get_attribute("data-total") for one in page.locator("#totals section").all()],
            "sums": [page.locator(f"#sum-{name}").inner_text() for name in numbers],
        }

    assert eventually(shown, within=10 * watched.patience, every=0.1) == {
        "dimension": f"by {handlers.dimension}" if handlers.dimension else "",
        "values": {value for minute in found for value in minute.by("events")} or {"events"},
        "panels": [*numbers, *handlers.keyed],
        "sums": [plain(sum((minute.total(name) for minute in found), Decimal())) for name in numbers],
    }


@pytest.mark.anywhere
def test_newest_events_are_asked_for(page: Page, watched: Pipeline) -> None:
    """The newest event stands on top of a list soon after it was stored; a click tells its story."""
    newest = samples.one()
    watched.put([newest])
    button = page.locator("#events button").first
    expect(button).to_contain_text(newest.element or "", timeout=30_000 * watched.patience)
    button.click()
    expect(page.locator("#told")).to_contain_text(f"Event {newest.element}", timeout=30_000)
    expect(page.locator("#told")).to_contain_text(f"in the table {watched['TableName']}")


@pytest.mark.anywhere
def test_range_is_chosen_and_kept(page: Page, watched: Pipeline) -> None:
    """A page begins with bars of a minute; a wider range is chosen by a button and kept."""
    watched.put([samples.one()])
    page.locator("summary").first.click()
    heading = page.locator("#t-events-a-second th").first
    expect(heading).to_have_text("Minute (UTC)")
    ranges = page.get_by_role("group", name="Time range")
    hours, minutes = (ranges.get_by_role("button", name=name) for name in ("6 h", "15 min"))
    hours.click()
    expect(heading).to_have_text("5 minutes from (UTC)")
    expect(hours).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(hours).to_have_attribute("aria-pressed", "true")
    minutes.click()
    expect(minutes).to_have_attribute("aria-pressed", "true")


@pytest.mark.anywhere
def test_story_of_an_event(page: Page, watched: Pipeline) -> None:
    """Asked for an event by its id, the page tells where it is now."""
    asked_for = samples.one()
    watched.put([asked_for])
    watched.settle(published=False)
    page.get_by_label("Its eventId, or its record's sequence number").fill(asked_for.element or "")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text(f"Event {asked_for.element}", timeout=30_000)
    expect(page.locator("#told")).to_contain_text(f"in the table {watched['TableName']}", timeout=30_000)


@pytest.mark.anywhere
def test_update_is_soon(page: Page, watched: Pipeline) -> None:
    """An event is on the page within seconds after it was stored: the median of five."""
    delays = []
    for put in samples.fresh(5):
        before = int(figure(page, "events").replace(",", ""))
        watched.put([put])
        page.wait_for_function(
            "before => Number(document.getElementById('f-events')?.innerText.replace(',', '')) > before",
            arg=before,
            timeout=30_000 * watched.patience,
        )
        shown = time.time()
        delays.append(shown - float(watched.item(put.element or "")["appliedAt"]) / 1e9)
    assert sorted(delays)[2] < 10, delays


@pytest.mark.emulator_only
def test_quarantine(page: Page, watched: Pipeline) -> None:
    """Records that were set aside are counted as records, with their reasons; a click tells one's story."""
    assert figure(page, "quarantine") == "0"
    large = Put(b"[" + b"1," * 300_000, "k", "large")  # in several messages
    bad = samples.rejected()[0]
    watched.put([Put(bad.data, "k", "bad"), large])
    expect(page.locator("#f-quarantine")).to_have_text("2", timeout=60_000)
    expect(page.locator(".figure.look dt")).to_have_text("Quarantine")
    assert set(page.locator("#reasons li").all_inner_texts()) == {
        f"1 {bad.reason} quarantine",
        "1 not-json quarantine",
    }
    page.locator("#records button", has_text=bad.reason).click()
    expect(page.locator("#told")).to_contain_text(f"in quarantine: {bad.reason}", timeout=30_000)
    assert len(watched.quarantined()) == 2, "the page hides nothing from other readers"


@pytest.mark.anywhere
def test_where_it_is_shown(page: Page, watched: Pipeline) -> None:
    """The emulator or the account, the region and the stack stand at the top."""
    target = watched.target
    for part in (target.endpoint or target.account, target.region, watched.stack.name):
        expect(page.locator(".where")).to_contain_text(part)
