"""Where a mapping begins to read a shard that was there before it."""

from typing import Protocol


class Places(Protocol):
    """A shard, as far as places in it go."""

    @property
    def closed(self) -> bool: ...  # noqa: D102  it takes no more records
    @property
    def earliest(self) -> int: ...  # noqa: D102  the position of the oldest record that is kept
    @property
    def latest(self) -> int: ...  # noqa: D102  the position after the newest record
    def position_at(self, arrival: float) -> int: ...  # noqa: D102  of the first record not before a time


def first_position(shard: Places, starting: str, moment: float | None = None) -> int | None:
    """Give the position that is read first, by `StartingPosition`; None if the shard need not be read at all.

    `moment` is `StartingPositionTimestamp`, in epoch seconds.
    """
    if starting == "LATEST":
        return None if shard.closed else shard.latest
    if starting == "AT_TIMESTAMP" and moment is not None:
        return shard.position_at(moment)
    return shard.earliest
