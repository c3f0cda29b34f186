"""The rules by which a mapping delivers the records of one lane of one shard.

Rule 1 for readers: everything that decides what is sent, retried, split, dropped or checkpointed stands here
and in the tables of `states.py`, which explains the theory.
Rule 2: nothing here does I/O, starts a thread or looks at a clock. Whoever runs a lane asks `step(now)` what
to do, does it, and tells the lane what came of it. A lane does not know whether it has the whole shard or
only the records of some keys, nor what a record looks like in JSON.
"""

from collections import deque
from collections.abc import Callable, Sequence

from tailrace.mapping.actions import Action, Condition, Discard, Gather, Invoke, Read, Rest
from tailrace.mapping.answers import Answer, Kind, Verdict
from tailrace.mapping.backoff import delay
from tailrace.mapping.event import Record, fits
from tailrace.mapping.settings import FOREVER, Settings
from tailrace.mapping.states import FAILURES, TRANSITIONS, Event, State


class OutOfTurn(Exception):  # noqa: N818  it is an error of whoever runs the lane, and says so
    """The lane was told of something that cannot happen in its state."""


class _Batch[R: Record]:
    """Records that are sent together, and what became of them so far."""

    def __init__(self, records: Sequence[R], due: float) -> None:
        self.records = tuple(records)
        self.due = due
        self.tries = 0  # failed tries that spent the budget
        self.failures = 0  # failures of any kind, for the backoff
        self.exhausted = False
        self.request_id: str | None = None
        self.answer: Answer | None = None


class Lane[R: Record]:
    """The state machine of one lane.

    `weigh` says how many bytes a record adds to the event, `accepts` whether it passes the filter.
    `retention` is how many seconds the stream keeps a record; it may be changed at any time.
    `checkpoint` is the last sequence number up to which all is settled, None while nothing is.
    `result` is what `LastProcessingResult` says, None while nothing was tried.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        weigh: Callable[[R], int],
        accepts: Callable[[R], bool],
        new_request_id: Callable[[], str],
        retention: float,
    ) -> None:
        self._settings = settings
        self._weigh = weigh
        self._accepts = accepts
        self._new_request_id = new_request_id
        self.retention = retention
        self.state = State.GATHERING
        self.checkpoint: str | None = None
        self.result: str | None = None
        self._waiting: deque[tuple[R, int]] = deque()  # accepted and weighed, not yet in a batch
        self._weight = 0  # of all that wait
        self._batches: deque[_Batch[R]] = deque()  # what is left of the batch in progress, in order
        self._seen: str | None = None  # the last sequence number read, whether it passed the filter or not
        self._since = 0.0  # when the window of the next batch began
        self._more = True  # the stream may have records that were not read
        self._dropping = 0  # how many records of the batch are being reported

    # What to do next

    def step(self, now: float) -> Action[R]:
        """Say what to do next."""
        while True:
            action = self._gather(now) if self.state is State.GATHERING else self._hold(now)
            if action is not None:
                return action

    def _gather(self, now: float) -> Action[R] | None:
        count, full = self._front()
        if full or (count and now >= self._since + self._settings.window):
            self._batches.append(_Batch(self._take(count), due=now))
            self._move(Event.COMPLETE, now)
            return None
        if self._more:
            return Read(self._settings.batch_size - count)
        self._more = True  # whatever ends the wait, look for records then
        return Gather(self._since + self._settings.window if count else None)

    def _front(self) -> tuple[int, bool]:
        """Count the waiting records that the next batch takes; tell whether it could take no more."""
        count = len(self._waiting)
        if fits(self._weight):
            return count, count == self._settings.batch_size
        weight = 0
        for count, (_, more) in enumerate(self._waiting):
            weight += more
            if count and not fits(weight):
                return count, True
        return len(self._waiting), True

    def _take(self, count: int) -> list[R]:
        taken = [self._waiting.popleft() for _ in range(count)]
        self._weight -= sum(weight for _, weight in taken)
        return [record for record, _ in taken]

    def _hold(self, now: float) -> Action[R] | None:
        if self.state is not State.HOLDING:
            raise OutOfTurn(f"step while {self.state.value}: what came of the last action?")
        batch = self._batches[0]
        if batch.exhausted:
            return self._drop(batch, len(batch.records), Condition.RETRIES, now)
        if aged := self._older_than(self._settings.max_age, batch, now):
            return self._drop(batch, aged, Condition.AGE, now)
        if lapsed := self._older_than(self.retention, batch, now):
            self._settle(batch, lapsed)
            self._move(Event.LAPSE, now)
            return None
        if now < batch.due:
            return Rest(min(batch.due, self._next_expiry(batch)))
        if len(batch.records) == 1 and not fits(self._weigh(batch.records[0])):
            self._fail(batch, Verdict(Kind.TOO_LARGE), now)
            return None
        batch.request_id = batch.request_id or self._new_request_id()
        self._move(Event.SEND, now)
        return Invoke(batch.records, batch.request_id)

    # What came of it

    def receive(self, records: Sequence[R], now: float) -> None:
        """Take what a read gave: records in order, later than those before; nothing if there was nothing."""
        if self.state is not State.GATHERING:
            raise OutOfTurn(f"records while {self.state.value}")
        self._more = bool(records)
        if not records:
            return
        if not self._waiting:
            self._since = now
        weighed = [(record, self._weigh(record)) for record in records if self._accepts(record)]
        self._waiting.extend(weighed)
        self._weight += sum(weight for _, weight in weighed)
        self._seen = records[-1].sequence_number
        self._pass_filtered()

    def judged(self, verdict: Verdict, now: float) -> None:
        """Take what became of the invocation."""
        if self.state is not State.SENDING:
            raise OutOfTurn(f"a verdict while {self.state.value}")
        batch = self._batches[0]
        if verdict.kind in FAILURES:
            self._fail(batch, verdict, now)
            return
        self.result = "OK"
        whole = verdict.kind is Kind.PROCESSED
        self._settle(batch, len(batch.records) if whole else verdict.processed)
        self._batches[0] = _Batch(batch.records, due=now + delay(1))
        self._move(Event.SETTLE, now)

    def reported(self, now: float) -> None:
        """Take note that the discarded records are reported, or could not be: they are done with."""
        self._settle(self._batches[0], self._dropping)
        self._move(Event.REPORTED, now)

    # The parts of it

    def _fail(self, batch: _Batch[R], verdict: Verdict, now: float) -> None:
        cost = FAILURES[verdict.kind]
        self.result = "PROBLEM: Function call failed"
        batch.failures += 1
        batch.tries += cost.spends
        batch.due = now + delay(batch.failures)
        batch.answer = verdict.answer
        if cost.splits and self._settings.bisect and len(batch.records) > 1:
            self._bisect(batch)
        elif cost.spends and self._settings.retries != FOREVER:
            batch.exhausted = batch.tries > self._settings.retries
        self._move(Event.FAIL, now)

    def _bisect(self, batch: _Batch[R]) -> None:
        middle = len(batch.records) // 2
        halves = _Batch(batch.records[:middle], batch.due), _Batch(batch.records[middle:], batch.due)
        self._batches.popleft()
        self._batches.extendleft(reversed(halves))

    def _drop(self, batch: _Batch[R], count: int, condition: Condition, now: float) -> Discard[R]:
        self._dropping = count
        self._move(Event.DROP, now)
        return Discard(
            records=batch.records[:count],
            condition=condition,
            request_id=batch.request_id or self._new_request_id(),
            invoke_count=max(1, batch.tries),
            answer=batch.answer if condition is Condition.RETRIES else None,
        )

    def _settle(self, batch: _Batch[R], count: int) -> None:
        """Be done with the first records of the batch; what is left is another batch to the function."""
        self.checkpoint = batch.records[count - 1].sequence_number
        batch.records = batch.records[count:]
        batch.request_id = None

    def _older_than(self, age: float, batch: _Batch[R], now: float) -> int:
        """Count the leading records that arrived so many seconds ago or earlier."""
        if age == FOREVER:
            return 0
        fresh = (place for place, record in enumerate(batch.records) if now < record.arrival + age)
        return next(fresh, len(batch.records))

    def _next_expiry(self, batch: _Batch[R]) -> float:
        ages = [age for age in (self._settings.max_age, self.retention) if age != FOREVER]
        return batch.records[0].arrival + min(ages)

    def _pass_filtered(self) -> None:
        """With nothing in hand, what was filtered out at the end is settled too."""
        if not self._waiting and not self._batches:
            self.checkpoint = self._seen

    def _move(self, event: Event, now: float) -> None:
        self.state = TRANSITIONS[self.state][event]
        while self.state is State.HOLDING and self._batches and not self._batches[0].records:
            self._batches.popleft()
        if self.state is State.HOLDING and not self._batches:
            self.state = State.GATHERING
            self._since = now
            self._pass_filtered()
