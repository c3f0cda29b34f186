"""What requests for items count in CloudWatch, noted while they are answered, and stored a moment later."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.cells import Cell, CellKey, key

from .measures import RequestSample

NAMESPACE = "AWS/DynamoDB"

type Place = tuple[str, str]
"""An account and region."""
type Noted = tuple[Place, RequestSample, int]

_noted: deque[Noted] = deque()


def note(place: Place, samples: Iterable[RequestSample]) -> None:
    """Note samples of now."""
    second = int(CLOCK.now())
    _noted.extend([(place, sample, second) for sample in samples])
    cloudwatch.FLUSHER.note()


def record_noted() -> None:
    """Record what was noted; `cloudwatch` calls this before it is read."""
    noted = [_noted.popleft() for _ in range(len(_noted))]
    cloudwatch.STORE.add_all(added_up(noted))


def added_up(noted: Iterable[Noted]) -> Iterator[tuple[CellKey, Cell]]:
    """Add up the samples of each metric and second."""
    cells: dict[CellKey, Cell] = {}
    for place, sample, second in noted:
        which = _key(place, (sample.name, sample.unit, sample.table, sample.operation), second)
        if (cell := cells.get(which)) is None:
            cell = cells[which] = Cell()
        cell.add(sample.value)
    yield from cells.items()


@lru_cache(1024)
def _key(place: Place, about: tuple[str, str, str | None, str | None], second: int) -> CellKey:
    name, unit, table, operation = about
    named = {"TableName": table, "Operation": operation}
    dimensions = {name: value for name, value in named.items() if value is not None}
    return key(place, (NAMESPACE, name, unit), dimensions, second)
