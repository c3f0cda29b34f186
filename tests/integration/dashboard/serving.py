"""A dashboard as a user starts it, for the tests that look at its page."""

import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tailrace.control import processes
from tailrace.testing.eventually import eventually
from tests.frame import browser, forking
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run, naming

in_a_browser = pytest.mark.skipif(
    browser.chromium() is None, reason="there is no Chromium here: install one, or name it with CHROMIUM="
)
ROOT = Path(__file__).resolve().parents[3]


def environment(run: Run, pipeline: Pipeline, **more: str) -> Mapping[str, str]:
    """Return what the dashboard of a pipeline is started with."""
    return {
        "HOME": str(run.folder),
        **run.environ,
        **naming(pipeline.target.endpoint),
        "STACK": pipeline.stack.name,
        "DASHBOARD_OPEN": "0",
        **more,
    }


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a dashboard; give its process and its address."""
    port = processes.free_port()
    with subprocess.Popen(
        [*forking.python(), "-m", "dashboard"],
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

            eventually(up, within=120, every=0.2)
            yield process, f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[str]:
    """Run a dashboard; give its address."""
    with running(environ) as (_, address):
        yield address


def started(environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Start a dashboard that cannot be."""
    return subprocess.run(
        [*forking.python(), "-m", "dashboard"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def live(chromium: BrowserContext, address: str, asked: list[str] | None = None) -> Iterator[Page]:
    """Open the page and wait until it is live; `asked` gets whatever it asks anybody for."""
    opened = chromium.new_page()
    if asked is not None:
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("websocket", lambda socket: asked.append(socket.url))
    opened.goto(address)
    expect(opened.locator("#state")).to_have_text("Live", timeout=30_000)
    yield opened
    opened.close()


def figure(page: Page, name: str) -> str:
    """Return a tile's figure."""
    return page.locator(f"#f-{name}").inner_text()
