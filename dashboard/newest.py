"""The newest events that were stored. Pure but for what it remembers.

They come with the totals of each minute (`handler/once/totals.py`): the last few of each transaction, so they
cost no call. Looks a second apart see the last transactions, and what they saw is kept here.
"""

from collections.abc import Iterable

from handler.once.totals import Minute, NewestEvent

LISTED = 10


class Newest:
    """The newest events among all that were seen."""

    def __init__(self) -> None:
        self._seen: dict[str, NewestEvent] = {}

    def see(self, minutes: Iterable[Minute]) -> None:
        """Take in what minutes hold."""
        seen = self._seen | {each.event: each for minute in minutes for each in minute.newest}
        newest = sorted(seen.values(), key=lambda each: each.at, reverse=True)[:LISTED]
        self._seen = {each.event: each for each in newest}

    def shown(self) -> tuple[NewestEvent, ...]:
        """Return them, the newest first."""
        return tuple(self._seen.values())
