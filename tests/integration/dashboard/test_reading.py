"""The page as it is read and used: at every width, in light and dark, by keyboard and by ear."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.bars import FEWEST
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.integration.dashboard.serving import in_a_browser, live

pytestmark = in_a_browser
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def busy(watched: Pipeline) -> None:
    """Have something to show: an event, and a record that was set aside."""
    watched.put([samples.one()])
    watched.settle(published=False)
    watched.put([Put(b"not json", "k", "set-aside")])  # nobody takes it out of quarantine


@pytest.fixture
def looked_at(page: Page) -> Page:
    """Give the page as it was opened: wide, and light."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return page


@pytest.fixture
def fresh(chromium: BrowserContext, address: str) -> Iterator[Page]:
    """Give a page that nobody has used yet."""
    with live(chromium, address) as opened:
        yield opened


@pytest.mark.anywhere
def test_table_behind_a_chart(looked_at: Page) -> None:
    """The chart's figures stand in a table behind it, opened by the keyboard."""
    page = looked_at
    expect(page.locator("#t-events-a-second")).to_be_hidden()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#t-events-a-second tbody tr").nth(FEWEST - 1)).to_be_visible()


@pytest.mark.anywhere
def test_nothing_is_fetched_from_elsewhere(page: Page, asked: list[str], address: str) -> None:
    """Everything that the browser asks for, it asks the dashboard for."""
    expect(page.locator(".chart svg").first).to_be_visible()
    assert {urlsplit(url).scheme for url in asked} >= {"http", "ws"}
    elsewhere = [url for url in asked if urlsplit(url).netloc != urlsplit(address).netloc]
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []


@pytest.mark.anywhere
@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_no_scrolling_sideways(looked_at: Page, width: int) -> None:
    """At each width all of it fits, as soon as the charts have taken up theirs."""
    page = looked_at
    page.set_viewport_size({"width": width, "height": 800})

    def fits() -> bool:
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels are wider than {width}"
        return True

    eventually(fits, within=30)


@pytest.mark.anywhere
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(looked_at: Page, scheme: Any) -> None:  # noqa: ANN401  Playwright's own literals
    """Every text can be read: its contrast is AA's 4.5 at least, in light and in dark."""
    looked_at.emulate_media(color_scheme=scheme)
    found = looked_at.evaluate(CONTRAST)
    assert len(found) > 20
    assert [text for text in found if text["ratio"] < 4.5] == []


@pytest.mark.anywhere
def test_theme_is_chosen_and_kept(looked_at: Page) -> None:
    """The theme follows the system until one is chosen by the button; that is kept."""
    page = looked_at
    background = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(background)
    assert dark != light
    button = page.get_by_role("button", name=re.compile("Theme"))
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark", use_inner_text=True)
    page.reload()
    expect(button).to_have_text("Theme: dark", use_inner_text=True)
    assert page.evaluate(background) == dark
    button.click()
    expect(button).to_have_text("Theme: system", use_inner_text=True)


@pytest.mark.anywhere
def test_keyboard(fresh: Page) -> None:
    """Everything that can be used is reached by Tab, and it is seen where one is."""
    page = fresh
    expect(page.locator("#records button").first).to_be_visible(timeout=30_000)
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(40):
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    assert {"To the figures", "6 h", "Theme: system", "The same as a table", "event", "Tell it"} <= reached
    assert any("not-json" in text for text in reached), reached


@pytest.mark.anywhere
def test_screen_reader(looked_at: Page) -> None:
    """Headings, names and live regions are there."""
    page = looked_at
    expect(page.get_by_role("heading", level=1)).to_have_text("Tailrace")
    for name in ("Events a second", "Mean lag"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    headings = set(page.get_by_role("heading", level=2).all_inner_texts())
    assert {"Alarms", "Anomalies", "Newest events", "The story of an event"} <= headings
    expect(page.get_by_role("status").first).to_have_text("Live")
    assert page.locator("html").get_attribute("lang") == "en-US"
    expect(page.get_by_role("group", name="Time range").get_by_role("button")).to_have_count(3)
    for total in page.locator("#totals section").all():
        heading = total.get_by_role("heading", level=2).inner_text()
        expect(total.get_by_role("table").or_(total.get_by_role("img")).first).to_be_visible()
        assert heading
