"""`python -m tests.frame.pictures`: pictures of the dashboard that runs, for docs/images."""

import os
from pathlib import Path

from bootstrap.console import say
from dashboard.settings import DashboardSettings
from tests.frame import browser

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"


def take(width: int, scheme: str) -> Path:
    """Take one picture of the whole page, with an event's story; the file's name says which."""
    port = DashboardSettings.from_environment(os.environ).port
    path = FOLDER / f"dashboard-{width}-{scheme}.png"
    with browser.opened(width, scheme) as context:
        page = context.pages[0]
        page.goto(f"http://127.0.0.1:{port}/?range=1h")
        page.locator("#state.live").wait_for()
        page.locator("#events button").first.wait_for()
        page.locator("#events button").last.click()
        page.locator("#told", has_text="Now ").wait_for()
        page.screenshot(path=path, full_page=True)
    return path


def main() -> None:
    """Take them at three widths, light and dark."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width in (375, 768, 1440):
        for scheme in ("light", "dark"):
            path = take(width, scheme)
            say(f"{path.name}: {path.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
