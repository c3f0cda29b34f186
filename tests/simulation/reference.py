"""What has to hold, written from how AWS behaves and from what delivery promises, never from our own tables.

A record ends in one of four ways: the function processed it, it was reported to the destination, a filter
kept it out, or it left the stream. The model is told what happens and raises `Broken` with the promise.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

FIRST_DELAY = 0.3  # seconds; the recordings bound the first delay from 0.24 to 0.47
LARGEST = 6 * 1024 * 1024
FAILURES = {"ERROR", "REJECTED", "UNFINISHED"}  # the function was invoked, and failed
UNSPENT = {"THROTTLED", "MISSING", "FAULT"}  # it was never invoked, or nobody knows


class Broken(AssertionError):  # noqa: N818  a promise that was broken
    """A promise that does not hold."""


def must(holds: object, promise: str, *seen: object) -> None:
    """Raise Broken unless something holds."""
    if not holds:
        raise Broken(f"{promise}: {' '.join(map(str, seen))}" if seen else promise)


@dataclass(slots=True)
class Known:
    """A record as the model knows it."""

    shard: str
    position: int
    key: str
    arrival: float
    passes: bool
    weight: int
    settled: bool = False
    reported: bool = False
    failures: int = 0  # invocations of it that ran and failed
    again: bool = False  # a crash came after it was sent: it may come once more


@dataclass(slots=True)
class ShardState:
    """A shard as the model knows it."""

    parents: tuple[str, ...]
    records: list[Known] = field(default_factory=list)
    low: int = 0  # all before it are at an end
    checkpoint: int = 0
    begun: bool = False
    finished: bool = False
    sending: list[tuple[Known, ...]] = field(default_factory=list)
    window: float | None = None  # start of the window that is open
    state: str = "{}"
    closed_windows: set[float] = field(default_factory=set)


@dataclass(slots=True)
class Attempt:
    """The tries of one batch, by its request id."""

    records: tuple[int, ...]
    spent: int = 0
    failed_at: float | None = None


class Reference:
    """The model of one mapping over one stream."""

    def __init__(self, retention: float) -> None:
        self.retention = retention
        self.settings: Any = None
        self.shards: dict[str, ShardState] = {}
        self.attempts: dict[str, Attempt] = {}
        self.by_key: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)

    # What happens

    def opened(self, shard: str, parents: tuple[str, ...]) -> None:
        """Take note of a new shard of the stream."""
        self.shards[shard] = ShardState(parents)

    def put(self, shard: str, key: str, arrival: float, *, passes: bool, weight: int) -> None:
        """Take note of a record that was acknowledged."""
        state = self.shards[shard]
        record = Known(shard, len(state.records), key, arrival, passes, weight)
        state.records.append(record)
        if passes:
            self.by_key[shard, key].append(record)

    def begun(self, shard: str, now: float) -> None:
        """Parents before children: a shard begins once, after all of its parents are settled."""
        state = self.shards[shard]
        must(not state.begun, "a shard begins once", shard)
        state.begun = True
        for parent in state.parents:
            above = self.shards[parent]
            must(above.finished, "parents before children", shard, parent)
            must(self._low(above, now) == len(above.records), "a parent is settled first", shard, parent)

    def finished(self, shard: str, now: float) -> None:
        """See that a shard is done only when all of it is at an end."""
        state = self.shards[shard]
        must(self._low(state, now) == len(state.records), "done means settled", shard)
        must(not state.sending, "done means that nothing is under way", shard)
        must(state.window is None, "the end of a shard closes its window", shard)
        state.finished = True

    def sent(self, shard: str, positions: list[int], action: Any, now: float) -> None:  # noqa: ANN401  the rules' own
        """See what a batch that goes to the function has to be."""
        state = self.shards[shard]
        batch = tuple(state.records[position] for position in positions)
        must(positions == sorted(set(positions)), "a batch is in order", positions)
        must(len(batch) <= self.settings.batch_size, "no batch is larger than BatchSize", len(batch))
        must(batch or action.window, "no batch is empty", shard)
        must(sum(one.weight for one in batch) <= LARGEST, "an event is at most 6 MB")
        for record in batch:
            must(record.passes, "what a filter keeps out is not sent", record)
            must(not record.settled or record.again, "what is settled is not sent again", record)
            must(not self._too_old(record, now), "what is too old is not sent", record, now)
        self._in_order(batch, now)
        keys = {one.key for one in batch}
        for other in state.sending:
            must(not keys & {one.key for one in other}, "one key, one lane", keys)
        must(len(state.sending) < self.settings.factor, "no more lanes than ParallelizationFactor")
        self._window_sent(state, batch, action.window)
        self._attempted(action.request_id, positions, now)
        state.sending.append(batch)

    def judged(self, shard: str, positions: list[int], action: Any, verdict: Any, now: float) -> None:  # noqa: ANN401  the rules' own
        """Take in what the function answered."""
        state = self.shards[shard]
        batch = tuple(state.records[position] for position in positions)
        state.sending.remove(batch)
        attempt, kind = self.attempts[action.request_id], verdict.kind.name
        if kind in FAILURES:
            attempt.spent += 1
            for record in batch:
                record.failures += 1
            if self.settings.retries >= 0:
                must(attempt.spent <= self.settings.retries + 1, "n retries are n + 1 invocations", attempt)
        if kind in FAILURES | UNSPENT:
            attempt.failed_at = now
            return
        done = len(batch) if kind == "PROCESSED" else verdict.processed
        for record in batch[:done]:
            self._settle(record)
        self._window_answered(state, action.window, verdict)

    def discarded(self, shard: str, positions: list[int], action: Any, now: float) -> None:  # noqa: ANN401  the rules' own
        """See why records are given up, reported to the destination if there is one."""
        state = self.shards[shard]
        for position in positions:
            record = state.records[position]
            must(not record.settled or record.again, "no record goes to two places", record)
            if action.condition.name == "AGE":
                must(
                    now >= record.arrival + self.settings.max_age >= 0, "dropped by age means too old", record
                )
            record.reported = True
            self._settle(record)
        self._in_order(tuple(state.records[position] for position in positions), now)
        if action.condition.name == "RETRIES":
            must(self.settings.retries >= 0, "without a limit nothing is exhausted")
            for record in (state.records[position] for position in positions):
                spent = record.failures > self.settings.retries or record.weight > LARGEST
                must(spent, "only what ran and failed uses up retries", record)
            must(
                action.invoke_count == self.settings.retries + 1,
                "the message counts n + 1",
                action.invoke_count,
            )
        must(action.invoke_count >= 1, "the message counts at least 1")
        if action.window and action.window.final:
            self._close_window(state)

    def checkpointed(self, shard: str, position: int, now: float) -> None:
        """See that the checkpoint never goes back, and never past what is unfinished."""
        state = self.shards[shard]
        must(position >= state.checkpoint, "the checkpoint never goes back", shard, position)
        must(position <= self._low(state, now), "no checkpoint past an unfinished record", shard, position)
        state.checkpoint = position

    def crashed(self) -> None:
        """Only the checkpoints are left: what lies behind them may come again."""
        for state in self.shards.values():
            for record in state.records[state.checkpoint :]:
                record.again = True
            state.sending.clear()
            state.window, state.state = None, "{}"
            state.closed_windows.clear()
            state.begun = state.begun and state.finished

    def changed(self, settings: Any) -> None:  # noqa: ANN401  the rules' own
        """Other settings hold from now on; nothing is under way."""
        must(not any(state.sending for state in self.shards.values()), "a change waits for what is under way")
        if self.settings is None or settings.tumbling != self.settings.tumbling:
            for state in self.shards.values():
                state.window, state.state = None, "{}"
                state.closed_windows.clear()
        self.settings = settings

    def settled(self, now: float) -> None:
        """In the end every record is at an end."""
        for shard, state in self.shards.items():
            low = self._low(state, now)
            must(low == len(state.records), "in the end all is settled", shard, low, len(state.records))

    # What it knows

    def _low(self, state: ShardState, now: float) -> int:
        """Give the position of the lowest record that is not at an end."""
        while state.low < len(state.records):
            record = state.records[state.low]
            if record.passes and not record.settled and now < record.arrival + self.retention:
                break
            state.low += 1
        return state.low

    def _settle(self, record: Known) -> None:
        record.settled, record.again = True, False

    def _too_old(self, record: Known, now: float) -> bool:
        return bool(self.settings.max_age >= 0 and now >= record.arrival + self.settings.max_age)

    def _in_order(self, batch: tuple[Known, ...], now: float) -> None:
        """See that nothing before a record of its key is unfinished."""
        first = {record.key: record for record in reversed(batch)}
        for key, record in first.items():
            earlier = self.by_key[record.shard, key]
            while earlier and (earlier[0].settled or now >= earlier[0].arrival + self.retention):
                if earlier[0] is record:
                    break
                earlier.pop(0)
            before = [one for one in earlier if one.position < record.position and not one.settled]
            gone = all(now >= one.arrival + self.retention for one in before)
            must(gone, "order per key", record, before[:1])

    def _attempted(self, request_id: str, positions: list[int], now: float) -> None:
        attempt = self.attempts.setdefault(request_id, Attempt(tuple(positions)))
        must(attempt.records == tuple(positions), "one request id, one batch", request_id)
        if attempt.failed_at is not None:
            must(now >= attempt.failed_at + FIRST_DELAY, "a failed batch rests before it is sent again", now)

    # Windows

    def _window_sent(self, state: ShardState, batch: tuple[Known, ...], view: Any) -> None:  # noqa: ANN401  the rules' own
        tumbling = self.settings.tumbling
        must(bool(view) == bool(tumbling), "a window where there is one")
        if not view:
            return
        start = view.window.start
        must(start % tumbling == 0 and view.window.end == start + tumbling, "windows are aligned", start)
        for record in batch:
            must(
                start <= record.arrival < view.window.end, "a record is in the window of its arrival", record
            )
            must(start not in state.closed_windows, "a window that is closed stays closed", record)
        if state.window is not None:
            must(start == state.window, "a window is closed before the next", start, state.window)
        must(not view.final or not batch, "the last invocation has no records")
        must(view.early <= view.final, "early is final too")
        must(view.state == (state.state if state.window is not None else "{}"), "state goes on", view.state)
        if state.window is None:
            state.window, state.state = start, "{}"

    def _window_answered(self, state: ShardState, view: Any, verdict: Any) -> None:  # noqa: ANN401  the rules' own
        if not view:
            return
        if view.final:
            if not view.early:
                state.closed_windows.add(view.window.start)
            self._close_window(state)
        else:
            state.state = verdict.state or "{}"

    @staticmethod
    def _close_window(state: ShardState) -> None:
        state.window, state.state = None, "{}"
