"""What functions fail with. Their logs are read only while something says that they fail."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

from bootstrap.failing import FailedFunction

PAUSE = timedelta(seconds=15)
"""Between two readings."""


class Failing:
    """Knows what functions failed with, as long as they do; `ask` reads their logs."""

    def __init__(self, ask: Callable[[], Iterable[FailedFunction]]) -> None:
        self._ask = ask
        self._known: Sequence[FailedFunction] = ()
        self._asked: datetime | None = None

    def look(self, now: datetime, *, ill: bool) -> Sequence[FailedFunction]:
        """Return what they failed with; nothing where they are not ill."""
        if not ill:
            self._known, self._asked = (), None
        elif self._asked is None or now - self._asked >= PAUSE:
            self._known, self._asked = tuple(self._ask()), now
        return self._known


def as_list(failed: Iterable[FailedFunction]) -> str:
    """Return failures as a list in HTML: function, exception, message, file and line, how often."""
    return "".join(
        f"<li><b>{escape(each.function)}</b> failed {escape(each.often)}: "
        f"<code>{escape(each.failure.kind)}</code> {escape(each.failure.message)}"
        f"{f' at <code>{escape(each.failure.place)}</code>' if each.failure.place else ''}</li>"
        for each in failed
    )
