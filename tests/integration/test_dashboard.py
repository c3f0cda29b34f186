"""The page in a real browser, over a stack of the tests' own."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tailrace_emulator.testing.eventually import eventually
from tests.frame import browser
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.relay import relayed

pytestmark = pytest.mark.skipif(
    browser.chromium() is None, reason="there is no Chromium here: install one, or name it with CHROMIUM="
)
ROOT = Path(__file__).resolve().parents[2]
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=document.title='taken'>"


def environment(run: Run, pipeline: Pipeline, **more: str) -> Mapping[str, str]:
    """Return what the dashboard of a pipeline is started with."""
    return {
        "HOME": str(run.folder),
        **run.environ,
        **({"AWS_ENDPOINT_URL": pipeline.target.endpoint} if pipeline.target.endpoint else {}),
        "STACK": pipeline.stack.name,
        "DASHBOARD_OPEN": "0",
        **more,
    }


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a dashboard; give its process and its address."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env={**environ, "DASHBOARD_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:

            def up() -> bool:
                """Answer at the dashboard's port."""
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0

            eventually(up, within=60, every=0.2)
            yield process, f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[str]:
    """Run a dashboard; give its address."""
    with running(environ) as (_, address):
        yield address


@pytest.fixture(scope="module")
def watched(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """Give the pipeline that is looked at."""
    return make_pipeline("dashboard", DETECTOR="0")


@pytest.fixture(scope="module")
def address(run: Run, watched: Pipeline) -> Iterator[str]:
    """Give the address of its dashboard."""
    with served(environment(run, watched)) as where:
        yield where


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserContext]:
    """Give a browser."""
    with browser.opened() as context:
        yield context


@pytest.fixture
def page(chromium: BrowserContext, address: str) -> Iterator[Page]:
    """Give the page, live."""
    opened = chromium.new_page()
    opened.goto(address)
    expect(opened.locator("#state")).to_have_text("Live", timeout=30_000)
    yield opened
    opened.close()


def figure(page: Page, name: str) -> str:
    """Return a tile's figure."""
    return page.locator(f"#f-{name}").inner_text()


def counts(page: Page, table: str) -> dict[str, int]:
    """Return a ranked list as it is read on the page."""
    rows = page.locator(f"#{table} tr[data-name]").all()
    return {
        row.locator("th").inner_text(): int(row.locator("td").last.inner_text().replace(",", ""))
        for row in rows
    }


@pytest.mark.anywhere
def test_empty(page: Page) -> None:
    """Without events the page says so, and how to send some."""
    expect(page.locator(".empty")).to_contain_text("No events in the last hour")
    assert figure(page, "events") == "0"


@pytest.mark.anywhere
def test_figures_are_what_was_sent(page: Page, watched: Pipeline) -> None:
    """The open page shows each event that was sent, by type, device, country and page, and the revenue."""
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
            "types": [text.split() for text in page.locator("#types li").all_inner_texts()],
            "revenue": figure(page, "revenue"),
            "devices": counts(page, "devices"),
            "countries": counts(page, "countries"),
            "top-pages": counts(page, "top-pages"),
        }

    assert eventually(shown, within=10 * watched.patience, every=0.1) == {
        "types": [["page_view", "60"], ["purchase", "40"]],
        "revenue": "410.00",
        "devices": {"mobile": 60, "tablet": 40},
        "countries": {"DE": 60, "unknown": 40},
        "top-pages": {"/page/7": 59, HOSTILE: 1},
    }
    expect(page.locator(".empty")).to_be_hidden()
    assert page.title() != "taken"


@pytest.mark.anywhere
def test_table_behind_a_chart(page: Page) -> None:
    """The chart's figures stand in a table behind it, opened by the keyboard."""
    expect(page.locator("#t-events-a-second-by-type")).to_be_hidden()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#t-events-a-second-by-type tbody tr")).to_have_count(60)


@pytest.mark.anywhere
def test_story_of_an_event(page: Page, watched: Pipeline) -> None:
    """Asked for an event by its id, the page tells where it is now."""
    watched.put([event("asked-for")])
    watched.settle(published=False)
    page.get_by_label("Its eventId, or its record's sequence number").fill("asked-for")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text(f"in the table {watched['TableName']}", timeout=30_000)


@pytest.mark.anywhere
def test_update_is_soon(page: Page, watched: Pipeline) -> None:
    """An event is on the page within two seconds after it was stored: the median of five."""
    delays = []
    for number in range(5):
        before = int(figure(page, "events").replace(",", ""))
        watched.put([event(f"soon-{number}")])
        page.wait_for_function(
            "before => Number(document.getElementById('f-events').innerText.replace(',', '')) > before",
            arg=before,
            timeout=30_000 * watched.patience,
        )
        shown = time.time()
        delays.append(shown - float(watched.item(f"soon-{number}")["appliedAt"]) / 1e9)
    assert sorted(delays)[2] < 2, delays


@pytest.mark.anywhere
def test_quarantine(page: Page, watched: Pipeline) -> None:
    """A record that was set aside is counted, and pointed out in words."""
    assert figure(page, "quarantine") == "0"
    watched.put([event("bad", eventType="purchase", amount="a lot")])
    expect(page.locator("#f-quarantine")).to_have_text("1", timeout=30_000)
    expect(page.locator(".figure.look dt")).to_have_text("Quarantine")
    expect(page.locator("#n-quarantine")).to_have_text("1 rejected this hour")


@pytest.mark.anywhere
def test_nothing_is_fetched_from_elsewhere(chromium: BrowserContext, address: str) -> None:
    """Everything that the browser asks for, it asks the dashboard for."""
    asked: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: asked.append(opened.url))
    page.goto(address)
    expect(page.locator("#state")).to_have_text("Live", timeout=30_000)
    expect(page.locator(".chart svg").first).to_be_visible()
    page.close()
    assert {urlsplit(url).scheme for url in asked} >= {"http", "ws"}
    elsewhere = [url for url in asked if urlsplit(url).netloc != urlsplit(address).netloc]
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []


@pytest.mark.anywhere
@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_no_scrolling_sideways(page: Page, width: int) -> None:
    """At each width all of it fits."""
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.anywhere
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(page: Page, scheme: Any) -> None:  # noqa: ANN401  Playwright's own literals
    """Every text can be read: its contrast is AA's 4.5 at least, in light and in dark."""
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate(CONTRAST)
    assert len(found) > 20
    assert [text for text in found if text["ratio"] < 4.5] == []


@pytest.mark.anywhere
def test_theme_is_chosen_and_kept(page: Page) -> None:
    """The theme follows the system until one is chosen by the button; that is kept."""
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
def test_keyboard(page: Page) -> None:
    """Everything that can be used is reached by Tab, and it is seen where one is."""
    page.locator("body").press("Tab")
    reached = set()
    for _ in range(12):
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    assert {"To the figures", "Theme: system", "The same as a table", "event", "Tell it"} <= reached


@pytest.mark.anywhere
def test_screen_reader(page: Page) -> None:
    """Headings, names and live regions are there."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Tailrace")
    for name in ("Events a second, by type", "Revenue, by minute", "Lag from arrival to table"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert {"Alarms", "Anomalies", "Devices", "Countries", "Top pages"} <= set(headings)
    expect(page.get_by_role("status").first).to_have_text("Live")
    assert page.locator("html").get_attribute("lang") == "en-US"
    for name in ("Devices", "Countries", "Top pages"):
        expect(page.get_by_role("table", name=name)).to_be_visible()


@pytest.mark.anywhere
def test_where_it_is_shown(page: Page, watched: Pipeline) -> None:
    """The emulator or the account, the region and the stack stand at the top."""
    target = watched.target
    for part in (target.endpoint or target.account, target.region, watched.stack.name):
        expect(page.locator(".where")).to_contain_text(part)


@pytest.mark.emulator_only
def test_emulator_gone_and_back(run: Run, watched: Pipeline, chromium: BrowserContext) -> None:
    """When the emulator is gone the page says so and keeps its figures; then it goes on by itself."""
    behind = urlsplit(watched.target.endpoint or "")
    with relayed(behind.hostname or "", behind.port or 0) as relay:
        through = environment(run, watched, AWS_ENDPOINT_URL=f"http://127.0.0.1:{relay.port}")
        with served(through) as address:
            page = chromium.new_page()
            page.goto(address)
            expect(page.locator("#state")).to_have_text("Live", timeout=30_000)
            events = figure(page, "events")
            relay.shut()
            expect(page.locator("#state")).to_have_text("Nobody answers", timeout=30_000)
            expect(page.get_by_role("alert")).to_contain_text("make up")
            assert figure(page, "events") == events
            relay.open()
            expect(page.locator("#state")).to_have_text("Live", timeout=30_000)
            expect(page.locator(".banner")).to_be_hidden()
            page.close()


@pytest.mark.anywhere
def test_ended_by_ctrl_c(run: Run, watched: Pipeline) -> None:
    """Ctrl-C ends it without complaint."""
    with running(environment(run, watched)) as (process, _):
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert re.fullmatch(r"The dashboard of .*\(Ctrl-C ends it\)\n", said)


def started(environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Start a dashboard that cannot be."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.anywhere
def test_taken_port(run: Run, watched: Pipeline) -> None:
    """A port that somebody else has is a sentence that names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = started(environment(run, watched, DASHBOARD_PORT=port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be had" in done.stderr
    assert "choose another port with DASHBOARD_PORT=." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.anywhere
def test_missing_stack(run: Run, watched: Pipeline) -> None:
    """A stack that is not deployed is a sentence that names the command."""
    name = run.stack_name("nothing")
    done = started(environment(run, watched, STACK=name))
    assert (done.returncode, done.stderr) == (1, f"There is no stack {name}: `make up` deploys it.\n")


@pytest.mark.emulator_only
def test_missing_emulator(run: Run, watched: Pipeline) -> None:
    """Where nobody answers, it is a sentence that names the command."""
    done = started(environment(run, watched, AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}"))
    assert done.returncode == 1
    assert done.stderr.startswith("Nobody answers: ")
    assert "Traceback" not in done.stderr
