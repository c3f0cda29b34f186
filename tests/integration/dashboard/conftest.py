"""One stack, one dashboard and one browser for all tests of this folder: one worker runs them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from bootstrap.target import Target
from tests.frame import browser, stacks
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.conftest import QUICK
from tests.integration.dashboard.serving import environment, live, served


@pytest.fixture(scope="package")
def watched(run: Run, target: Target, worker_id: str) -> Iterator[Pipeline]:
    """Give the pipeline that is looked at."""
    with stacks.deployed(run, target, f"dashboard-{worker_id}", QUICK) as stack:
        yield Pipeline(target, stack)


@pytest.fixture(scope="package")
def address(run: Run, watched: Pipeline) -> Iterator[str]:
    """Give the address of its dashboard."""
    with served(environment(run, watched)) as where:
        yield where


@pytest.fixture(scope="package")
def chromium() -> Iterator[BrowserContext]:
    """Give a browser."""
    with browser.opened() as context:
        yield context


@pytest.fixture(scope="package")
def asked() -> list[str]:
    """Give the addresses that the page has asked for so far."""
    return []


@pytest.fixture(scope="package")
def page(chromium: BrowserContext, address: str, asked: list[str]) -> Iterator[Page]:
    """Give the page, live; most tests look at the same one, as somebody who leaves it open."""
    with live(chromium, address, asked) as opened:
        yield opened
