"""Since when nobody answers, though somebody was asked. Pure: time comes in, in seconds that never jump."""

from typing import NamedTuple

NOTICED = 3.0
"""Seconds without an answer from which on it is said that nobody answers."""


class Unanswered(NamedTuple):
    """Nobody answers: since when (seconds of the monotonic clock), and what the last request came to."""

    since: float
    reason: str


class Silence:
    """Since when the stream's side has said nothing, though it was asked."""

    def __init__(self) -> None:
        self._since = 0.0
        self._reason = ""

    def sent(self, now: float, *, first: bool) -> None:
        """Note that a request was made; `first` if no other is on its way."""
        if first and not self._reason:
            self._since = now

    def heard(self, now: float) -> None:
        """Note that an answer came, a refusal too."""
        self._since, self._reason = now, ""

    def failed(self, reason: str) -> None:
        """Note that a request got no answer."""
        self._reason = reason

    def noticed(self, now: float, *, waiting: bool) -> Unanswered | None:
        """Return since when it has lasted; `waiting` tells whether requests are on their way."""
        if not (self._reason or waiting) or now - self._since < NOTICED:
            return None
        return Unanswered(self._since, self._reason or "no answer yet")
