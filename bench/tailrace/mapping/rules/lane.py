"""One batch's life: the rules by which the records of one lane are gathered, sent, retried, split, given up.

A lane is offered records and reads nothing. Whoever runs it asks `step(now)` what to do, does it, and
tells it what came of it. `states.py` has the tables, and explains the theory.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tailrace.mapping.event import Record, fits
from tailrace.mapping.rules.actions import Condition, Discard, Invoke, Wait
from tailrace.mapping.rules.answers import InvocationResult, JudgedTry, Kind
from tailrace.mapping.rules.backoff import delay
from tailrace.mapping.rules.states import FAILURES, TRANSITIONS, LaneEvent, LaneState
from tailrace.mapping.rules.windows import Windows, WindowView
from tailrace.mapping.settings import FOREVER, MappingSettings

IDLE = Wait(None)
"""There is nothing to do."""


class OutOfTurn(Exception):  # noqa: N818  it is an error of whoever runs the lane, and says so
    """The lane was told of something that cannot happen in its state."""


class PendingRecord[R: Record](NamedTuple):
    """A record that a lane has: its position in the shard, and the bytes that it adds to an event."""

    position: int
    record: R
    weight: int


class _Batch[R: Record]:
    """Records that are sent together, and what became of them so far."""

    def __init__(
        self, pending: Sequence[PendingRecord[R]], due: float, view: WindowView | None = None
    ) -> None:
        self.pending = tuple(pending)
        self.due = due
        self.view = view  # of a batch that closes a window, and has no records
        self.done = False
        self.tries = 0  # failed tries that spent the budget
        self.failures = 0  # failures of any kind, for the backoff
        self.exhausted = False
        self.request_id: str | None = None
        self.answer: InvocationResult | None = None

    @property
    def records(self) -> tuple[R, ...]:
        return tuple([one.record for one in self.pending])


class Lane[R: Record]:
    """The state machine of one lane.

    `retention` is how many seconds the stream keeps a record; it may be changed at any time.
    `windows` are the shard's tumbling windows, None without.
    `result` is what the newest try has `LastProcessingResult` say, until somebody takes it away.
    """

    def __init__(
        self,
        settings: MappingSettings,
        *,
        new_request_id: Callable[[], str],
        retention: float,
        windows: Windows | None = None,
    ) -> None:
        self._settings = settings
        self._new_request_id = new_request_id
        self.retention = retention
        self._windows = windows
        self.state = LaneState.GATHERING
        self.result: str | None = None
        self._waiting: deque[PendingRecord[R]] = deque()  # not yet in a batch
        self._weight = 0  # of all that wait
        self._batches: deque[_Batch[R]] = deque()  # what is left of the batch in progress, in order
        self._since = 0.0  # when the window of the next batch began
        self._dropping = 0  # how many records of the batch are being reported

    # What it has

    @property
    def busy(self) -> bool:
        """Whether it waits to be told what came of its last action."""
        return self.state in (LaneState.SENDING, LaneState.DISCARDING)

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do: no record, no batch, and no window that has to be closed."""
        if self._batches or self._waiting:
            return False
        return self._windows is None or self._windows.window is None

    @property
    def waiting(self) -> int:
        """How many records wait for a batch."""
        return len(self._waiting)

    @property
    def wants(self) -> int:
        """How many more records the next batch takes; 0 while another is in progress."""
        return (
            max(0, self._settings.batch_size - len(self._waiting)) if self.state is LaneState.GATHERING else 0
        )

    @property
    def lowest(self) -> int | None:
        """The position of its first unfinished record; None without any."""
        for batch in self._batches:
            if batch.pending:
                return batch.pending[0].position
        return self._waiting[0].position if self._waiting else None

    def pending(self) -> Iterator[PendingRecord[R]]:
        """Give all that is unfinished, in order."""
        for batch in self._batches:
            yield from batch.pending
        yield from self._waiting

    def offer(self, pending: PendingRecord[R], now: float) -> None:
        """Take one more record; it is later than those before."""
        if not self._waiting:
            self._since = max(self._since, now)
        self._waiting.append(pending)
        self._weight += pending.weight

    # What to do next

    def step(self, now: float, *, dry: bool = True, last: bool = False) -> Wait | Invoke[R] | Discard[R]:
        """Say what to do next.

        `dry` tells that all records that there are were read, `last` that none can follow at all.
        """
        while True:
            gathering = self.state is LaneState.GATHERING
            action = self._gather(now, dry=dry, last=last) if gathering else self._hold(now)
            if action is not None:
                return action

    def _gather(self, now: float, *, dry: bool, last: bool) -> Wait | None:
        if not self._waiting and (self._windows is None or self._windows.window is None):
            return IDLE
        count, full = self._front()
        ends = self._since + self._settings.window
        if self._closes_window(now, count, dry=dry, last=last):
            self._begin(_Batch((), due=now, view=self._view(final=True)), now)
            return None
        if count and (full or last or now >= ends):
            self._begin(_Batch(self._take(count), due=now), now)
            return None
        if count:
            return Wait(ends)
        return Wait(self._windows.closes() if self._windows and self._windows.window else None)

    def _closes_window(self, now: float, count: int, *, dry: bool, last: bool) -> bool:
        if self._windows is None or self._windows.window is None:
            return False
        if count:
            return self._waiting[0].record.arrival >= self._windows.window.end
        return last or (dry and self._windows.over(now))

    def _front(self) -> tuple[int, bool]:
        """Count the waiting records that the next batch takes; tell whether it could take no more."""
        most = self._settings.batch_size
        count = min(len(self._waiting), most)
        if not count or (fits(self._weight) and self._windows is None):
            return count, count == most
        end = self._windows.of(self._waiting[0].record.arrival).end if self._windows else math.inf
        weight = 0
        for place, one in enumerate(self._waiting):
            weight += one.weight
            if place == count:
                return place, True
            if place and not (fits(weight) and one.record.arrival < end):
                return place, True
        return count, count == most or not fits(weight)

    def _take(self, count: int) -> list[PendingRecord[R]]:
        taken = [self._waiting.popleft() for _ in range(count)]
        self._weight -= sum([one.weight for one in taken])
        return taken

    def _begin(self, batch: _Batch[R], now: float) -> None:
        self._batches.append(batch)
        self._move(LaneEvent.COMPLETE, now)

    def _hold(self, now: float) -> Wait | Invoke[R] | Discard[R] | None:
        if self.state is not LaneState.HOLDING:
            raise OutOfTurn(f"step while {self.state.value}: what came of the last action?")
        batch = self._batches[0]
        if batch.exhausted:
            return self._drop(batch, len(batch.pending), Condition.RETRIES, now)
        if (aged := self._older_than(self._settings.max_age, batch, now)) or self._window_aged(batch, now):
            return self._drop(batch, aged, Condition.AGE, now)
        if lapsed := self._older_than(self.retention, batch, now):
            self._settle(batch, lapsed)
            self._move(LaneEvent.LAPSE, now)
            return None
        if now < batch.due:
            return Wait(min(batch.due, self._next_expiry(batch)))
        if len(batch.pending) == 1 and not fits(batch.pending[0].weight):
            self._fail(batch, JudgedTry(Kind.TOO_LARGE), now)
            return None
        if self._windows and not batch.view:
            self._windows.open(batch.pending[0].record.arrival)
        batch.request_id = batch.request_id or self._new_request_id()
        self._move(LaneEvent.SEND, now)
        return Invoke(batch.records, batch.request_id, batch.view or self._view())

    # What came of it

    def judged(self, verdict: JudgedTry, now: float) -> None:
        """Take what became of the invocation."""
        if self.state is not LaneState.SENDING:
            raise OutOfTurn(f"a verdict while {self.state.value}")
        batch = self._batches[0]
        if verdict.kind in FAILURES:
            self._fail(batch, verdict, now)
            return
        self.result = "OK"
        whole = verdict.kind is Kind.PROCESSED
        self._settle(batch, len(batch.pending) if whole else verdict.processed)
        rest = [_Batch(batch.pending, due=now + delay(1))] if batch.pending else []
        self._replace(self._returned(batch, verdict, now) + rest)
        self._move(LaneEvent.SETTLE, now)

    def reported(self, now: float) -> None:
        """Take note that the discarded records are reported, or could not be: they are done with."""
        if self.state is not LaneState.DISCARDING:
            raise OutOfTurn(f"a report while {self.state.value}")
        batch = self._batches[0]
        self._settle(batch, self._dropping)
        if batch.view and self._windows:
            self._windows.close()
        self._move(LaneEvent.REPORTED, now)

    # The parts of it

    def _returned(self, batch: _Batch[R], verdict: JudgedTry, now: float) -> list[_Batch[R]]:
        """Keep the window's state; give the batch that ends the window early, if the state is too large."""
        if self._windows is None:
            return []
        if batch.view:
            self._windows.close()
        elif self._windows.returned(verdict.state or ""):
            return [_Batch((), due=now, view=self._view(final=True, early=True))]
        return []

    def _view(self, *, final: bool = False, early: bool = False) -> WindowView | None:
        return self._windows.view(final=final, early=early) if self._windows else None

    def _shown(self, batch: _Batch[R]) -> WindowView | None:
        """Show the window of records that are given up, perhaps before it was ever opened."""
        if self._windows:
            self._windows.open(batch.pending[0].record.arrival)
        return self._view()

    def _fail(self, batch: _Batch[R], verdict: JudgedTry, now: float) -> None:
        cost = FAILURES[verdict.kind]
        self.result = "PROBLEM: Function call failed"
        batch.failures += 1
        batch.tries += cost.spends
        batch.due = now + delay(batch.failures)
        batch.answer = verdict.answer
        if cost.splits and self._settings.bisect and len(batch.pending) > 1:
            middle = len(batch.pending) // 2
            self._replace(
                [_Batch(half, batch.due) for half in (batch.pending[:middle], batch.pending[middle:])]
            )
        elif cost.spends and self._settings.retries != FOREVER:
            batch.exhausted = batch.tries > self._settings.retries
        self._move(LaneEvent.FAIL, now)

    def _replace(self, batches: Sequence[_Batch[R]]) -> None:
        """Let these batches take the place of the one in progress."""
        self._batches.popleft()
        self._batches.extendleft(reversed(batches))

    def _drop(self, batch: _Batch[R], count: int, condition: Condition, now: float) -> Discard[R]:
        self._dropping = count
        self._move(LaneEvent.DROP, now)
        return Discard(
            records=batch.records[:count],
            condition=condition,
            request_id=batch.request_id or self._new_request_id(),
            invoke_count=max(1, batch.tries),
            answer=batch.answer if condition is Condition.RETRIES else None,
            window=batch.view or self._shown(batch),
        )

    @staticmethod
    def _settle(batch: _Batch[R], count: int) -> None:
        """Be done with the first records of the batch; what is left is another batch to the function."""
        batch.pending = batch.pending[count:]
        batch.done = not batch.pending
        batch.request_id = None

    @staticmethod
    def _older_than(age: float, batch: _Batch[R], now: float) -> int:
        """Count the leading records that arrived so many seconds ago or earlier."""
        pending = batch.pending
        if age == FOREVER or not pending or now < pending[0].record.arrival + age:
            return 0
        fresh = (place for place, one in enumerate(pending) if now < one.record.arrival + age)
        return next(fresh, len(pending))

    def _window_aged(self, batch: _Batch[R], now: float) -> bool:
        """Tell whether a window's last invocation is given up: its age counts from the window's end."""
        age = self._settings.max_age
        return batch.view is not None and age != FOREVER and now >= batch.view.window.end + age

    def _next_expiry(self, batch: _Batch[R]) -> float:
        ages = [age for age in (self._settings.max_age, self.retention) if age != FOREVER]
        since = batch.pending[0].record.arrival if batch.pending else batch.due
        return since + min(ages)

    def _move(self, event: LaneEvent, now: float) -> None:
        self.state = TRANSITIONS[self.state][event]
        while self.state is LaneState.HOLDING and self._batches and self._batches[0].done:
            self._batches.popleft()
        if self.state is LaneState.HOLDING and not self._batches:
            self.state = LaneState.GATHERING
            self._since = now
