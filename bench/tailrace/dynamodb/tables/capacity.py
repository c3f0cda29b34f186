"""Capacity units of reads and writes, and how answers tell them. Pure.

A write takes one for each 1 KB of the larger of what was there and what is there now, a read one half for
each 4 KB, and twice that if it is consistent.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

WRITTEN, READ = 1024, 4096  # bytes of a unit


class Consumed(NamedTuple):
    """Units that a table took, and those of its indexes by name."""

    table: float
    local: tuple[tuple[str, float], ...] = ()
    world: tuple[tuple[str, float], ...] = ()

    @property
    def total(self) -> float:
        """Units of the table and its indexes."""
        return self.table + sum(units for _, units in (*self.local, *self.world))

    def times(self, factor: float) -> "Consumed":
        """Return so many times as much."""
        local, world = (
            tuple((name, units * factor) for name, units in each) for each in (self.local, self.world)
        )
        return Consumed(self.table * factor, local, world)


def write_units(size: int) -> int:
    """Return the units that writing so many bytes takes."""
    return max(1, -(-size // WRITTEN))


def read_units(size: int, *, consistent: bool = False) -> float:
    """Return the units that reading so many bytes takes; nothing takes none."""
    return -(-size // READ) * (1.0 if consistent else 0.5)


def added(parts: Iterable[Consumed]) -> Consumed:
    """Return what several took of one table."""
    table, local, world = 0.0, dict[str, float](), dict[str, float]()
    for part in parts:
        table += part.table
        for sums, units in ((local, part.local), (world, part.world)):
            for name, amount in units:
                sums[name] = sums.get(name, 0.0) + amount
    return Consumed(table, tuple(local.items()), tuple(world.items()))


def worded_units(
    name: str, consumed: Consumed, asked: str, kind: str = "", kind_of_parts: str = ""
) -> dict[str, Any]:
    """Return the `ConsumedCapacity` of a table; `kind`, Read or Write, is said too in a transaction."""
    parts: dict[str, Any] = {"TableName": name, **_units(consumed.total, kind)}
    if asked == "INDEXES":
        parts["Table"] = _units(consumed.table, kind_of_parts)
        for member, each in (
            ("LocalSecondaryIndexes", consumed.local),
            ("GlobalSecondaryIndexes", consumed.world),
        ):
            if each:
                parts[member] = {index: _units(amount, kind_of_parts) for index, amount in each}
    return parts


def _units(amount: float, kind: str) -> dict[str, float]:
    return {"CapacityUnits": amount} | ({f"{kind}CapacityUnits": amount} if kind else {})
