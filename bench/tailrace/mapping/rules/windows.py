"""Tumbling windows: records belong to the window of their arrival, and the function's state to the window.

A window is aligned to the epoch. It is open from its first record on, and closes with one last invocation
that has no records: when a record of a later window is next, when its end has passed, or when the shard
ends. The state that the function returns goes into the next invocation of the same window, and nowhere
else. A state that is too large closes the window early; what follows of the same window begins with an
empty state.
"""

from typing import NamedTuple

GRACE = 1.0
"""Seconds after its end at which an idle window closes. AWS takes up to two minutes."""

MOST_STATE = 1_048_576
"""Characters of a window's state, as JSON; a longer one terminates the window early."""

EMPTY = "{}"


class Window(NamedTuple):
    """A span of arrival times, epoch seconds; `end` belongs to the next one."""

    start: float
    end: float


class WindowView(NamedTuple):
    """What an event says of its window."""

    window: Window
    state: str  # JSON
    final: bool
    early: bool


class Windows:
    """The windows of one shard, one after the other."""

    def __init__(self, seconds: float, window: Window | None = None, state: str = EMPTY) -> None:
        self.seconds = seconds
        self.window = window
        """The open window; None before the first record, and between two."""
        self.state = state

    def of(self, arrival: float) -> Window:
        """Give the window of a record.

        >>> Windows(60).of(119.5)
        Window(start=60.0, end=120.0)
        """
        start = arrival // self.seconds * self.seconds
        return Window(start, start + self.seconds)

    def view(self, *, final: bool = False, early: bool = False) -> WindowView:
        """Show the open window as the next event does."""
        if self.window is None:
            raise ValueError("no window is open")
        return WindowView(self.window, self.state, final, early)

    def open(self, arrival: float) -> None:
        """Open the window of a record, if it is not open already."""
        self.window = self.window or self.of(arrival)

    def over(self, now: float) -> bool:
        """Tell whether the open window's end has passed."""
        return self.window is not None and now >= self.closes()

    def closes(self) -> float:
        """Give the time at which the open window closes by itself."""
        if self.window is None:
            raise ValueError("no window is open")
        return self.window.end + GRACE

    def returned(self, state: str) -> bool:
        """Take the state that the function returned; tell whether the window has to end for it."""
        self.state = state
        return len(state) > MOST_STATE

    def close(self) -> None:
        """Forget the window and its state."""
        self.window, self.state = None, EMPTY
