"""What an event of a load run costs on AWS at most, and how many a budget pays for. Pure.

A guard, no bill: it takes the list prices of us-east-1 `MARGIN` times, so that it holds in dearer regions.
What a function does with an event is not known here; unless it is given, one write in a DynamoDB transaction
and one invocation of its own is assumed. What stands there by the hour (shards, alarms) is not counted.
"""

from dataclasses import dataclass
from math import ceil, floor

from tailrace.load import prices
from tailrace.load.prices import MILLION

MARGIN = 2
LOOKS = 4
"""How often the events are looked for, at most."""
_KEY = 16  # bytes of a partition key
_ITEM = 500  # bytes that an item has beside its event
_SECONDS, _GB = 0.1, 0.5  # of an invocation
_GIB = 2**30


@dataclass(frozen=True)
class EventCost:
    """Dollars for one event of so many bytes, without the margin."""

    put: float
    follows: float
    looked_for: float

    @classmethod
    def of(cls, size: int, *, on_demand: bool, in_table: bool, follows: float | None = None) -> "EventCost":
        """Compute it; `follows` is what the function costs for a million events, in dollars."""
        rounded = ceil((size + _KEY) / 1024) * 1024
        units = ceil(size / 25_000) * prices.PUT_UNIT.dollars
        put = rounded / _GIB * prices.INGESTED_GB.dollars if on_demand else units
        retrieved = rounded / _GIB * prices.RETRIEVED_GB.dollars if on_demand else 0.0
        read = ceil((size + _ITEM) / 4096) * prices.READ_UNIT.dollars if in_table else retrieved
        return cls(put, _function(size) if follows is None else follows / MILLION, LOOKS * read)

    @property
    def guarded(self) -> float:
        """The dollars that a budget is asked for."""
        return MARGIN * (self.put + self.follows + self.looked_for)

    def affordable(self, dollars: float) -> int:
        """Return how many events so many dollars pay for.

        >>> EventCost(0.5, 1.0, 0.5).affordable(11)
        2
        """
        return floor(dollars / self.guarded)


def _function(size: int) -> float:
    writes = 2 * ceil((size + _ITEM) / 1024) * prices.WRITE_UNIT.dollars
    return writes + prices.LAMBDA_REQUEST.dollars + _SECONDS * _GB * prices.LAMBDA_GB_SECOND.dollars
