"""The line that says how far a run is: redrawn in a terminal, a new one every few seconds elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

BETWEEN_LINES = 5.0
"""Seconds between two lines where nobody watches."""
BETWEEN_LOOKS = 0.1
"""Seconds between two looks of somebody who does."""


@contextmanager
def shown(line: Callable[[], str], console: Console) -> Iterator[Callable[[], None]]:
    """Show `line()` while a run goes on; give what the run calls as often as it likes."""
    if not console.is_terminal:
        yield _every(BETWEEN_LINES, lambda: console.print(line(), highlight=False, soft_wrap=True))
        return
    with Live("", console=console, auto_refresh=False, transient=True) as live:
        yield _every(BETWEEN_LOOKS, lambda: live.update(Text(line()), refresh=True))


def _every(seconds: float, show: Callable[[], object]) -> Callable[[], None]:
    last = time.monotonic()

    def look() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            show()

    return look
