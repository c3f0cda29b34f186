"""The web server: on loopback alone, and pages that may ask nobody else.

While no page is open, nothing is asked of AWS.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nicegui import app, ui
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bootstrap.target import Target
from dashboard.feed import Feed
from dashboard.page import Page
from dashboard.ranges import DEFAULT, RANGES
from dashboard.schedule import TICK
from dashboard.settings import HOST, DashboardSettings
from dashboard.threaded import in_a_thread

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"
)
"""What a browser may load: what this server serves. NiceGUI compiles its templates in the browser."""
RECONNECT = 20.0
"""Seconds in which a busy browser may come back; then its page begins anew, and what was typed is lost."""
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    'fill="#0b6e99"/><path d="M4 12c4-4 8 4 12 0s8 4 12 0M4 21c4-4 8 4 12 0s8 4 12 0" fill="none" '
    'stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>'
)


class Policed:
    """Adds the policy to every answer."""

    def __init__(self, wrapped: ASGIApp) -> None:
        self._wrapped = wrapped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as what is wrapped, with one header more."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = POLICY
            await send(message)

        await self._wrapped(scope, receive, with_policy)


def serve(target: Target, stack: str, folder: Path, settings: DashboardSettings) -> None:
    """Serve the page until Ctrl-C; `folder` is where the user's handler stands."""
    pages: set[Page] = set()
    feed = Feed(target, stack, folder)

    @ui.page("/", title=f"{stack} - Tailrace")
    def _open(range: str = DEFAULT.name) -> None:  # noqa: A002  the name in the page's address
        page = Page(target, stack, RANGES.get(range, DEFAULT), feed.read_queues)
        page.show(feed.state)
        pages.add(page)
        page.client.on_delete(lambda: pages.discard(page))

    app.on_startup(_watching(feed, pages))
    app.add_middleware(Policed)
    # A name that somebody points to this machine is not one of ours.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    ui.run(
        host=HOST,
        port=settings.port,
        title="Tailrace",
        favicon=ICON,
        language="en-US",
        show=settings.browser,
        reload=False,
        reconnect_timeout=RECONNECT,
        tailwind=False,
        show_welcome_message=False,
    )


def _watching(feed: Feed, pages: set[Page]) -> Callable[[], Awaitable[None]]:
    async def watch() -> None:
        while True:
            began = time.monotonic()
            if pages:
                await in_a_thread(partial(feed.look, datetime.now(UTC), {page.shown for page in pages}))
                for page in list(pages):
                    page.show(feed.state)
            await asyncio.sleep(max(TICK - (time.monotonic() - began), TICK / 10))

    return watch
