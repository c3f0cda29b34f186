"""A shard's whole life, simulated: records that arrive over time, a function that follows a script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from tailrace.mapping.rules.actions import Discard, Ended, Invoke, Read, Wait, Work
from tailrace.mapping.rules.answers import InvocationResult, JudgedTry, Kind
from tailrace.mapping.rules.shard import Remains, ShardReader
from tailrace.mapping.rules.windows import WindowView
from tailrace.mapping.settings import MappingSettings

DAY = 86_400.0
FAILED = JudgedTry(Kind.ERROR, answer=InvocationResult("$LATEST", "Unhandled"))
PROCESSED = JudgedTry(Kind.PROCESSED, answer=InvocationResult("$LATEST", None))
REJECTED = JudgedTry(Kind.REJECTED, answer=InvocationResult("$LATEST", None))
THROTTLED = JudgedTry(Kind.THROTTLED)
MISSING = JudgedTry(Kind.MISSING)


class Item(NamedTuple):
    """A record of the simulated shard."""

    sequence_number: str
    arrival: float
    size: int = 200
    passes: bool = True
    partition_key: str = "key"
    data: str = ""


class Call(NamedTuple):
    """One invocation, as it was made and as it ended."""

    at: float
    ended: float
    records: tuple[Item, ...]
    request_id: str
    verdict: JudgedTry
    window: WindowView | None = None

    @property
    def processed(self) -> tuple[Item, ...]:
        """The records that it settled."""
        return self.records if self.verdict.kind is Kind.PROCESSED else self.records[: self.verdict.processed]


class Report(NamedTuple):
    """One discard, as it was asked for."""

    at: float
    discard: Discard[Any]

    @property
    def records(self) -> tuple[Item, ...]:
        """The records that are given up."""
        return self.discard.records


type Function = Callable[[tuple[Item, ...]], JudgedTry]


def items(arrivals: Iterable[float]) -> list[Item]:
    """Make records that arrive at these times."""
    return [Item(f"{number:056d}", at) for number, at in enumerate(arrivals, start=1)]


def partly(index: int) -> JudgedTry:
    """Name this record of the batch as the first that failed."""
    answer = InvocationResult("$LATEST", None)
    return JudgedTry(Kind.PARTLY if index else Kind.UNFINISHED, processed=index, answer=answer)


def sizes(history: "History") -> list[int]:
    """Count the records of each invocation."""
    return [len(call.records) for call in history.calls]


@dataclass
class History:
    """Runs a shard's rules over its records and keeps all that happened; invocations overlap by lane."""

    settings: MappingSettings
    shard: Sequence[Item]
    function: Function = lambda _: PROCESSED
    retention: float = DAY
    duration: float = 0.01
    now: float = 0.0
    closed: bool = False
    log: list[Call | Report] = field(default_factory=list, repr=False)
    checkpoints: list[int] = field(default_factory=list, repr=False)
    rested: bool = False
    ended: bool = False

    def __post_init__(self) -> None:
        self._ids = count(1)
        self._looked = (-1.0, -1)
        self._running: list[tuple[float, int, tuple[int, Call]]] = []
        self.reader = self._new_reader(Remains(0))

    def restart(self) -> None:
        """Go on from the checkpoint alone, as after a crash."""
        self._running = []
        self.reader = self._new_reader(Remains(self.reader.checkpoint))

    def change(self, settings: MappingSettings) -> None:
        """Go on under other settings, once what is under way has ended."""
        while self._running:
            self._end_one()
        self.settings = settings
        self.reader = self._new_reader(self.reader.remains())

    def run(self, steps: int = 100_000) -> "History":
        """Step until the shard is read to its end and nothing is left to do; at most so many steps."""
        for _ in range(steps):
            self.rested = not self._step()
            if self.rested:
                return self
            self.checkpoints.append(self.reader.checkpoint)
        return self

    @property
    def calls(self) -> list[Call]:
        """All invocations, in the order in which they began."""
        return [entry for entry in self.log if isinstance(entry, Call)]

    @property
    def reports(self) -> list[Report]:
        """All discards, in order."""
        return [entry for entry in self.log if isinstance(entry, Report)]

    @property
    def processed(self) -> list[Item]:
        """The records that the function processed, in the order in which it did."""
        return [record for call in self.calls for record in call.processed]

    @property
    def discarded(self) -> list[Item]:
        """The records that were reported to the destination, in order."""
        return [record for report in self.reports for record in report.records]

    def _new_reader(self, remains: Remains[Item]) -> ShardReader[Item]:
        return ShardReader(
            self.settings,
            remains,
            weigh=lambda item: item.size,
            accepts=lambda item: item.passes,
            new_request_id=lambda: f"request-{next(self._ids)}",
            retention=self.retention,
        )

    def _step(self) -> bool:
        """Do what the shard asks; False if it waits for records that never come."""
        match self.reader.step(self.now):
            case Read(position, limit):
                self._read(position, limit)
            case Wait(until):
                return self._wait(until)
            case Work(lane, Invoke(records, request_id, window)):
                verdict = self.function(records)
                call = Call(self.now, self.now + self.duration, records, request_id, verdict, window)
                self.log.append(call)
                heappush(self._running, (call.ended, len(self.log), (lane, call)))
                if not self._others_may_begin:
                    self._end_one()
            case Work(lane, Discard() as discard):
                self.log.append(Report(self.now, discard))
                self.reader.reported(lane, self.now)
            case Ended():
                self.ended = True
                return False
        return True

    @property
    def _others_may_begin(self) -> bool:
        return self.settings.factor > 1

    def _wait(self, until: float | None) -> bool:
        coming = [item.arrival for item in self.shard[self.reader.position :]][:1]
        if coming and coming[0] <= self.now and self._looked != (self.now, self.reader.position):
            self._looked = self.now, self.reader.position
            self.reader.look()
            return True
        coming = [arrival for arrival in coming if arrival > self.now]
        ends = [ended for ended, _, _ in self._running[:1]]
        times = [*coming, *ends, *([] if until is None else [until])]
        if not times:
            return False
        assert until is None or until > self.now
        if ends and ends[0] <= min(times):
            self._end_one()
            return True
        self.now = max(self.now, min(times))
        self.reader.look()
        return True

    def _end_one(self) -> None:
        ended, _, (lane, call) = heappop(self._running)
        self.now = max(self.now, ended)
        self.reader.judged(lane, call.verdict, self.now)

    def _read(self, position: int, limit: int) -> None:
        gone = self.now - self.retention
        while position < len(self.shard) and self.shard[position].arrival <= gone:
            position += 1
        ready = [item for item in self.shard[position : position + limit] if item.arrival <= self.now]
        ended = self.closed and position + len(ready) == len(self.shard)
        self.reader.receive(position, ready, self.now, ended=ended)
