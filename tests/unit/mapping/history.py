"""A lane's whole life, simulated: records that arrive over time, a function that follows a script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from tailrace.mapping.actions import Discard, Gather, Invoke, Read, Rest
from tailrace.mapping.answers import Answer, Kind, Verdict
from tailrace.mapping.lane import Lane
from tailrace.mapping.settings import Settings

DAY = 86_400.0
FAILED = Verdict(Kind.ERROR, answer=Answer("$LATEST", "Unhandled"))
PROCESSED = Verdict(Kind.PROCESSED, answer=Answer("$LATEST", None))
REJECTED = Verdict(Kind.REJECTED, answer=Answer("$LATEST", None))
THROTTLED = Verdict(Kind.THROTTLED)
MISSING = Verdict(Kind.MISSING)


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
    verdict: Verdict

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


type Function = Callable[[tuple[Item, ...]], Verdict]


def items(arrivals: Iterable[float]) -> list[Item]:
    """Make records that arrive at these times."""
    return [Item(f"{number:056d}", at) for number, at in enumerate(arrivals, start=1)]


def partly(index: int) -> Verdict:
    """Name this record of the batch as the first that failed."""
    answer = Answer("$LATEST", None)
    return Verdict(Kind.PARTLY if index else Kind.UNFINISHED, processed=index, answer=answer)


def sizes(history: "History") -> list[int]:
    """Count the records of each invocation."""
    return [len(call.records) for call in history.calls]


@dataclass
class History:
    """Runs a lane over a shard and keeps all that happened."""

    settings: Settings
    shard: Sequence[Item]
    function: Function = lambda _: PROCESSED
    retention: float = DAY
    duration: float = 0.01
    now: float = 0.0
    log: list[Call | Report] = field(default_factory=list)
    checkpoints: list[str | None] = field(default_factory=list)
    rested: bool = False

    def __post_init__(self) -> None:
        self._ids = count(1)
        self._position = self._resume = 0
        self.lane = self._new_lane()

    def restart(self) -> None:
        """Go on with a new lane from the old one's checkpoint, as after an update."""
        checkpoint = self.lane.checkpoint
        if checkpoint:
            self._resume = next(
                (place for place, item in enumerate(self.shard) if item.sequence_number > checkpoint),
                len(self.shard),
            )
        self._position = self._resume
        self.lane = self._new_lane()

    def run(self, steps: int = 100_000) -> "History":
        """Step until the shard is read to its end and nothing is left to do; at most so many steps."""
        for _ in range(steps):
            self.rested = not self._step()
            if self.rested:
                return self
            self.checkpoints.append(self.lane.checkpoint)
        return self

    @property
    def calls(self) -> list[Call]:
        """All invocations, in order."""
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

    def _new_lane(self) -> Lane[Item]:
        return Lane(
            self.settings,
            weigh=lambda item: item.size,
            accepts=lambda item: item.passes,
            new_request_id=lambda: f"request-{next(self._ids)}",
            retention=self.retention,
        )

    def _step(self) -> bool:
        """Do what the lane asks; False if it waits for records that never come."""
        match self.lane.step(self.now):
            case Read(limit):
                self._read(limit)
            case Gather(until):
                coming = [item.arrival for item in self.shard[self._position :]][:1]
                times = [*coming, *([] if until is None else [until])]
                if not times:
                    return False
                self.now = max(self.now, min(times))
            case Rest(until):
                assert until > self.now
                self.now = until
            case Invoke(records, request_id):
                at, self.now = self.now, self.now + self.duration
                verdict = self.function(records)
                self.log.append(Call(at, self.now, records, request_id, verdict))
                self.lane.judged(verdict, self.now)
            case Discard() as discard:
                self.log.append(Report(self.now, discard))
                self.lane.reported(self.now)
        return True

    def _read(self, limit: int) -> None:
        gone = self.now - self.retention
        while self._position < len(self.shard) and self.shard[self._position].arrival <= gone:
            self._position += 1
        ready = [
            item for item in self.shard[self._position : self._position + limit] if item.arrival <= self.now
        ]
        self._position += len(ready)
        self.lane.receive(ready, self.now)
