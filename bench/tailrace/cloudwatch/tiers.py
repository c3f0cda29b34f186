"""The cells of one metric at one resolution: the newest as they are, all before them packed. Pure."""

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from tailrace.cloudwatch.cells import Cell, count_of, merged, packed, summed, unpacked

_SLOT = itemgetter(0)


class Tier(NamedTuple):
    """A resolution, how long it is kept, and how much of it is packed together; all in seconds."""

    resolution: int
    kept: int
    block: int


class TierCells:
    """Cells by the second at which their slot begins, in blocks; those before the newest block are packed.

    A sample that comes late opens its block, which is packed again when the next one begins. A block goes as
    a whole, when all of it has been kept long enough.
    """

    __slots__ = ("_newest", "_open", "_packed", "tier")

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self._newest = 0
        self._open: dict[int, Cell] = {}
        self._packed: dict[int, bytes] = {}

    def add(self, second: int, cell: Cell) -> None:
        """Add samples of one second."""
        slot = second - second % self.tier.resolution
        (self._open.get(slot) or self._opened(slot)).merge(cell)

    def trim(self, now: float) -> None:
        """Drop what has been kept long enough."""
        horizon = now - self.tier.kept - self.tier.block
        for block in [block for block in self._packed if block <= horizon]:
            del self._packed[block]
        for slot in [slot for slot in self._open if self._block(slot) <= horizon]:
            del self._open[slot]

    def within(self, wanted: range, *, plain: bool) -> Iterator[tuple[int, Cell]]:
        """Give the slots among those wanted that have samples, in order, with cells of the caller's own.

        With `plain` they are good for plain statistics only.
        """
        copied = summed if plain else merged
        found = [(slot, copied((cell,))) for slot, cell in self._open.items() if slot in wanted]
        for block, data in self._packed.items():
            if wanted.start <= block <= wanted.stop - self.tier.block:
                found += unpacked(data, plain=plain)
            elif wanted.start - self.tier.block < block < wanted.stop:
                found += [one for one in unpacked(data, plain=plain) if one[0] in wanted]
        return iter(sorted(found, key=_SLOT))

    def __len__(self) -> int:
        return len(self._open) + sum(map(count_of, self._packed.values()))

    def _block(self, slot: int) -> int:
        return slot - slot % self.tier.block

    def _opened(self, slot: int) -> Cell:
        block = self._block(slot)
        if block > self._newest:
            self._pack()
            self._newest = block
        if (data := self._packed.pop(block, None)) is not None:
            self._open.update(unpacked(data))
        return self._open.setdefault(slot, Cell())

    def _pack(self) -> None:
        blocks: dict[int, dict[int, Cell]] = {}
        for slot, cell in self._open.items():
            blocks.setdefault(self._block(slot), {})[slot] = cell
        self._packed |= {block: packed(cells) for block, cells in blocks.items()}
        self._open.clear()
