"""A real Chromium, headless, with a profile of its own: setting CHROMIUM names another than the usual one."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserContext, expect, sync_playwright

expect.set_options(timeout=30_000)  # milliseconds: for a busy machine

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    named = environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def opened(width: int = 1440, scheme: str = "light") -> Iterator[BrowserContext]:
    """Give a browser with nothing in it; it is closed and its profile removed at the end."""
    with TemporaryDirectory(prefix="tailrace-chromium-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium(),
            args=FLAGS,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        try:
            yield context
        finally:
            context.close()
