"""The time ranges that a page can show. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from handler.once.totals import MINUTE


class Range(NamedTuple):
    """How far back a page looks, and how many minutes one bar of its charts stands for."""

    name: str
    """As it stands in the page's address: `/?range=1h`."""
    short: str
    words: str
    minutes: int
    step: int = 1

    @property
    def said(self) -> str:
        """How the range is called in a sentence.

        >>> HOUR.said, QUARTER.said
        ('last hour', 'last 15 minutes')
        """
        return f"last {self.words}"

    def begin(self, end: datetime) -> datetime:
        """Return the beginning of the first bar of a range that ends with `end`: bars begin at full steps."""
        earliest = end - self.minutes * MINUTE
        behind = timedelta(minutes=earliest.minute % self.step)
        return earliest - behind + (self.step * MINUTE if behind else timedelta())

    def bar(self, minute: datetime) -> datetime:
        """Return the beginning of the bar that a minute is part of."""
        return minute - timedelta(minutes=minute.minute % self.step)


QUARTER = Range("15min", "15 min", "15 minutes", 15)
HOUR = Range("1h", "1 h", "hour", 60)
SIX_HOURS = Range("6h", "6 h", "6 hours", 360, 5)
RANGES = {shown.name: shown for shown in (QUARTER, HOUR, SIX_HOURS)}
DEFAULT = QUARTER
"""A new bench has been there for minutes: of an hour it would show an empty chart."""
