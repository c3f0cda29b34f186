"""Samples of one metric added up, with their distribution. Pure: no clock, no store.

CloudWatch keeps what it needs to answer any statistic later: count, sum, extremes, and how often each value
came. So does a cell; beyond `EXACT` different values it keeps them to within half a percent. A cell takes
some 370 bytes of memory; those that hardly change any more are packed, to a few bytes each.
"""

import math
import zlib
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

EXACT = 400
"""Different values that a cell keeps exactly."""
WIDTH = math.log(1.01)
"""Natural logarithm of the ratio between the borders of one bucket, for more values than that."""
QUICKEST = 1
"""zlib's level: more takes longer, and packs hardly better."""
UNKNOWN = -1
"""In place of how many values a packed cell has: they are not known. 0: every sample is the lowest value."""


class CellKey(NamedTuple):
    """A metric's identity within a second. `dimensions` in order of name."""

    account: str
    region: str
    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    second: int


def key(
    owner: tuple[str, str], metric: tuple[str, str, str], dimensions: Mapping[str, str], at: float
) -> CellKey:
    """Of (account, region), (namespace, name, unit), dimensions, and epoch seconds."""
    return CellKey(*owner, *metric, tuple(sorted(dimensions.items())), int(at))


class Cell:
    """Samples added up, of one metric and one stretch of time.

    >>> cell = cell_of([1.0, 1.0, 4.0])
    >>> cell.count, cell.total, cell.low, cell.high, dict(cell.items())
    (3.0, 6.0, 1.0, 4.0, {1.0: 2.0, 4.0: 1.0})
    """

    __slots__ = ("_values", "count", "distributed", "high", "low", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.low = math.inf
        self.high = -math.inf
        self.distributed = True
        """Whether every sample's value is known; not so where a statistic set was published."""
        self._values: dict[float, float] | None = None  # None: every sample is `low`

    def add(self, value: float, count: float = 1.0) -> None:
        """Add a value that came `count` times."""
        if self.distributed and self.count and (self._values is not None or value != self.low):
            values = self._opened()
            values[value] = values.get(value, 0.0) + count
            if len(values) > EXACT:
                self._values = _bucketed(values.items())
        self.count += count
        self.total += value * count
        self.low = min(self.low, value)
        self.high = max(self.high, value)

    def add_set(self, count: float, total: float, low: float, high: float) -> None:
        """Add a statistic set: of its values only the extremes are known, unless they are all the same."""
        if count <= 0:
            return
        if low == high:
            self.add(low, count)
            return
        self.distributed = False
        self._values = None
        self.count += count
        self.total += total
        self.low = min(self.low, low)
        self.high = max(self.high, high)

    def merge(self, other: "Cell") -> None:
        """Add all that another cell holds."""
        if not other.count:
            return
        if not (self.distributed and other.distributed):
            self.distributed = False
            self._values = None
        elif len(other.items()) > 1 or (self.count and (self._values is not None or self.low != other.low)):
            values = self._opened()
            for value, count in other.items():
                values[value] = values.get(value, 0.0) + count
            if len(values) > EXACT:
                self._values = _bucketed(values.items())
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)

    def copied(self) -> "Cell":
        """Return another cell with the same samples, which does not change when this one does."""
        other = Cell.__new__(Cell)
        other.count, other.total, other.low, other.high = self.count, self.total, self.low, self.high
        other.distributed = self.distributed
        other._values = self._values and self._values.copy()  # noqa: SLF001  another of its own kind
        return other

    def items(self) -> Collection[tuple[float, float]]:
        """Give each value and how often it came; nothing where that is not known."""
        if not self.distributed or not self.count:
            return ()
        return ((self.low, self.count),) if self._values is None else self._values.items()

    def _opened(self) -> dict[float, float]:
        if self._values is None:
            self._values = {self.low: self.count} if self.count and self.distributed else {}
        return self._values


def cell_of(samples: Iterable[float]) -> Cell:
    """Add up samples."""
    cell = Cell()
    for sample in samples:
        cell.add(sample)
    return cell


def repeated(value: float, count: float) -> Cell:
    """Return `count` samples of one value."""
    cell = Cell()
    cell.add(value, count)
    return cell


def merged(cells: Sequence[Cell]) -> Cell:
    """Return one cell of many: a new one, which does not change when they do."""
    if len(cells) == 1:
        return cells[0].copied()
    whole = Cell()
    for cell in cells:
        whole.merge(cell)
    return whole


def summed(cells: Sequence[Cell]) -> Cell:
    """Return one cell of many, without their distribution: enough for plain statistics, and much quicker."""
    whole = Cell()
    whole.distributed = False
    if len(cells) == 1:
        (one,) = cells
        whole.count, whole.total, whole.low, whole.high = one.count, one.total, one.low, one.high
        return whole
    whole.count = sum([cell.count for cell in cells])
    whole.total = sum([cell.total for cell in cells])
    whole.low = min([cell.low for cell in cells])
    whole.high = max([cell.high for cell in cells])
    return whole


def packed(cells: Mapping[int, Cell]) -> bytes:
    """Pack cells, each with a number that names it.

    >>> [(number, cell.total) for number, cell in unpacked(packed({60: cell_of([1.0, 2.0])}))]
    [(60, 3.0)]
    """
    each = cells.values()
    values = [cell._values if cell.distributed else None for cell in each]  # noqa: SLF001  what is packed
    columns = array("d", (len(cells), *cells))
    columns.extend(cell.count for cell in each)
    columns.extend(cell.total for cell in each)
    columns.extend(cell.low for cell in each)
    columns.extend(cell.high for cell in each)
    columns.extend(
        len(known or ()) if cell.distributed else UNKNOWN for cell, known in zip(each, values, strict=True)
    )
    columns.extend(chain.from_iterable(known for known in values if known))
    columns.extend(chain.from_iterable(known.values() for known in values if known))
    return zlib.compress(columns.tobytes(), QUICKEST)


def unpacked(data: bytes, *, plain: bool = False) -> Iterable[tuple[int, Cell]]:
    """Give the cells that were packed, in the order in which they were; with `plain` as `summed` would."""
    columns = array("d")
    columns.frombytes(zlib.decompress(data))
    size = int(columns[0])
    numbers, *sums, sizes = (columns[1 + at * size : 1 + (at + 1) * size] for at in range(6))
    cells = [*map(_cell, *sums)]
    if not plain:
        rest = columns[1 + 6 * size :].tolist()
        pairs = zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True)
        for cell, known in zip(cells, sizes, strict=True):
            cell.distributed = known != UNKNOWN
            if known > 0:
                cell._values = dict(islice(pairs, int(known)))  # noqa: SLF001  one that is made here
    return zip(map(int, numbers), cells, strict=True)


def count_of(data: bytes) -> int:
    """Return how many cells were packed."""
    return int(array("d", zlib.decompressobj().decompress(data, array("d").itemsize))[0])


def _cell(count: float, total: float, low: float, high: float) -> Cell:
    cell = _NEW(Cell)
    cell.count = count
    cell.total = total
    cell.low = low
    cell.high = high
    cell.distributed = False
    cell._values = None  # noqa: SLF001  one that is made here
    return cell


_NEW = Cell.__new__


def _bucketed(items: Iterable[tuple[float, float]]) -> dict[float, float]:
    """Put values together that differ by less than a percent; zero stays zero."""
    buckets: dict[float, float] = {}
    for value, count in items:
        middle = value
        if value and math.isfinite(value):
            middle = math.copysign(math.exp(round(math.log(abs(value)) / WIDTH) * WIDTH), value)
        buckets[middle] = buckets.get(middle, 0.0) + count
    return buckets
