"""The rules for one shard: what to read, which lane a record belongs to, how far all is settled.

Records of one partition key go to one lane, so they stay in order; lanes run side by side, and one that is
blocked does not hold up the others, until it has too much waiting behind it. The shard has **one**
checkpoint: the position of its lowest unfinished record. What lies before it is never read again; after a
restart, what lies after it is read again, even if some lane had finished it: that is why delivery is at
least once.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple
from zlib import crc32

from tailrace.mapping.event import Record
from tailrace.mapping.rules.actions import Ended, Read, Wait, Work
from tailrace.mapping.rules.answers import JudgedTry
from tailrace.mapping.rules.lane import IDLE, Lane, PendingRecord
from tailrace.mapping.rules.windows import Windows
from tailrace.mapping.settings import MappingSettings

MOST_READ = 10_000
"""Records of one read, as of GetRecords."""

AHEAD = 10_000
"""Records that wait in all lanes together before the shard reads no further."""


class Remains[R: Record](NamedTuple):
    """Where a shard stands when its settings change: what was read and is unfinished, and what comes next."""

    position: int
    unfinished: tuple[tuple[int, R], ...] = ()
    windows: Windows | None = None


class Dealt(NamedTuple):
    """How many records a read gave, and how many of them the filters let pass."""

    polled: int
    passed: int


class ShardReader[R: Record]:
    """The rules of one shard under one set of settings.

    `weigh` says how many bytes a record adds to the event, `accepts` whether it passes the filters, `expand`
    gives the records that one record stands for: they share its position, and only together do they settle
    it.
    """

    def __init__(  # noqa: PLR0913  what is decided elsewhere, all of it named
        self,
        settings: MappingSettings,
        remains: Remains[R],
        *,
        weigh: Callable[[R], int],
        accepts: Callable[[R], bool],
        expand: Callable[[R], Iterable[R]] | None = None,
        new_request_id: Callable[[], str],
        retention: float,
    ) -> None:
        self._settings = settings
        self._weigh = weigh
        self._accepts = accepts
        self._expand = expand
        self._position = remains.position
        self._windows = _windows(settings, remains.windows)
        self._lanes: list[Lane[R]] = [
            Lane(settings, new_request_id=new_request_id, retention=retention, windows=self._windows)
            for _ in range(settings.factor)
        ]
        self._turn = 0  # the lane that is asked first
        self._more = True  # there may be records that were not read
        self._ended = False  # the shard is closed, and read to its end
        self._left = remains.unfinished
        self._result: str | None = None

    @property
    def position(self) -> int:
        """The position to read from next."""
        return self._position

    @property
    def checkpoint(self) -> int:
        """The position of the lowest record that is not settled; all before it are."""
        found = self._left[0][0] if self._left else self._position
        for lane in self._lanes:
            lowest = lane.lowest
            if lowest is not None and lowest < found:
                found = lowest
        return found

    def take_result(self) -> str | None:
        """Say what `LastProcessingResult` is by the newest try of any lane; None if that was taken before."""
        result, self._result = self._result, None
        return result

    def retain(self, seconds: float) -> None:
        """Take note of how long the stream keeps a record now."""
        for lane in self._lanes:
            lane.retention = seconds

    def look(self) -> None:
        """Take note that there may be new records."""
        self._more = True

    def remains(self) -> Remains[R]:
        """Tell what is unfinished; only when no lane is busy, so that nothing is sent twice."""
        pending = [(one.position, one.record) for lane in self._lanes for one in lane.pending()]
        pending.sort(key=itemgetter(0))
        return Remains(self._position, (*pending, *self._left), self._windows)

    @property
    def busy(self) -> bool:
        """Whether some lane waits to be told what came of its action."""
        return any(lane.busy for lane in self._lanes)

    @property
    def saturated(self) -> bool:
        """Whether every lane is busy."""
        return all(lane.busy for lane in self._lanes)

    def step(self, now: float) -> Read | Work[R] | Wait | Ended:
        """Say what to do next. Several actions may be under way at once, one for each lane."""
        if self._left:
            passing = self._passing(self._left)
            self._left = ()
            self._deal(passing, now)
        soonest: float | None = None
        for number in (*range(self._turn, len(self._lanes)), *range(self._turn)):
            lane = self._lanes[number]
            if lane.busy or lane.settled:
                continue
            action = lane.step(now, dry=not self._more, last=self._ended)
            self._note(lane)
            if not isinstance(action, Wait):
                self._turn = (number + 1) % len(self._lanes)
                return Work(number, action)
            if action.until is not None and (soonest is None or action.until < soonest):
                soonest = action.until
        if self._more and not self._ended and (limit := self._wanted()):
            return Read(self._position, limit)
        if self._ended and all(lane.settled for lane in self._lanes):
            return Ended()
        return IDLE if soonest is None else Wait(soonest)

    def receive(self, start: int, records: Sequence[R], now: float, *, ended: bool = False) -> Dealt:
        """Take what a read gave: records from position `start` on; `ended` if none can follow."""
        if start < self._position:
            raise ValueError(f"records from {start} on, which is before {self._position}")
        found: Iterable[tuple[int, R]] = enumerate(records, start)
        if self._expand:
            found = ((position, one) for position, record in found for one in self._expand(record))
        passing = self._passing(found)  # first: what raises changes nothing
        self._position = start + len(records)
        self._more = bool(records)
        self._ended = ended
        self._deal(passing, now)
        return Dealt(len(records), len(passing))

    def judged(self, lane: int, verdict: JudgedTry, now: float) -> None:
        """Take what became of an invocation."""
        self._lanes[lane].judged(verdict, now)
        self._note(self._lanes[lane])

    def reported(self, lane: int, now: float) -> None:
        """Take note that discarded records are reported, or could not be: they are done with."""
        self._lanes[lane].reported(now)

    def _note(self, lane: Lane[R]) -> None:
        """Take over what a lane's newest try came to, if there was one since."""
        if lane.result:
            self._result, lane.result = lane.result, None

    def _passing(self, records: Iterable[tuple[int, R]]) -> list[PendingRecord[R]]:
        """Give the records that pass the filters; the others are settled."""
        return [
            PendingRecord(position, record, self._weigh(record))
            for position, record in records
            if self._accepts(record)
        ]

    def _deal(self, records: list[PendingRecord[R]], now: float) -> None:
        for pending in records:
            self._lanes[self._lane_of(pending.record)].offer(pending, now)

    def _lane_of(self, record: R) -> int:
        return lane_of(record.partition_key, len(self._lanes))

    def _wanted(self) -> int:
        """Count the records to read now.

        A single lane reads what its next batch takes. Several read ahead, so that each finds full batches
        of its own keys; unless too many wait already.
        """
        if len(self._lanes) == 1:
            return min(self._lanes[0].wants, MOST_READ)
        if not any(lane.wants for lane in self._lanes):
            return 0
        room = max(AHEAD, self._settings.batch_size) - sum([lane.waiting for lane in self._lanes])
        return max(0, min(room, MOST_READ))


def lane_of(partition_key: str, lanes: int) -> int:
    """Return which of a shard's lanes the records of a key go to."""
    return crc32(partition_key.encode(errors="replace")) % lanes if lanes > 1 else 0


def _windows(settings: MappingSettings, before: Windows | None) -> Windows | None:
    """Go on with the open window, if windows are as long as before."""
    if not settings.tumbling:
        return None
    kept = before.window if before and before.seconds == settings.tumbling else None
    return Windows(settings.tumbling, kept, before.state) if before and kept else Windows(settings.tumbling)
