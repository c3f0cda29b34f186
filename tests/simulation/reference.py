"""What has to hold, written from how AWS behaves and from what delivery promises, never from our own tables.

A record ends in one of four ways: the function processed it, it was reported to the destination, a filter
kept it out, or it left the stream. The model is told what happens and raises `Broken` with the promise.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

FIRST_DELAY = 0.3  # seconds; the recordings bound the first delay from 0.24 to 0.47
LARGEST = 6 * 1024 * 1024
FAILURES = {"ERROR", "REJECTED", "UNFINISHED"}  # the function was invoked, and failed
UNSPENT = {"THROTTLED", "MISSING", "FAULT"}  # it was never invoked, or nobody knows
BY_DATA, BY_KEY = '{"data":{"keep":[true]}}', '{"partitionKey":["a","b","c"]}'  # the filters, see `passes`


class Broken(AssertionError):  # noqa: N818  a promise that was broken
    """A promise that does not hold."""


def must(holds: object, promise: str, *seen: object) -> None:
    """Raise Broken unless something holds."""
    if not holds:
        raise Broken(f"{promise}: {' '.join(map(str, seen))}" if seen else promise)


class Meant(NamedTuple):
    """What the function meant: how many records are before the failed one, and its window's state."""

    kind: str
    processed: int = 0
    state: str = "{}"


class Put(NamedTuple):
    """A record that was acknowledged; its data are "wanted", "unwanted", "poison", or "text" (no JSON)."""

    key: str
    arrival: float
    weight: int
    data: str


class Known:
    """A record as the model knows it."""

    __slots__ = ("again", "arrival", "failures", "key", "position", "put", "settled", "weight")

    def __init__(self, position: int, put: Put) -> None:
        self.position, self.put = position, put
        self.key, self.arrival, self.weight, _ = put
        self.settled = False
        self.failures = 0  # invocations of it that ran and failed
        self.again = False  # a crash came after it was sent: it may come once more

    def __repr__(self) -> str:
        return f"record {self.position} ({self.key}, {self.put.data}, failed {self.failures} times)"


class ShardState:
    """A shard as the model knows it."""

    def __init__(self, parents: tuple[str, ...], settings: Any) -> None:  # noqa: ANN401  the rules' own
        self.parents, self.settings = parents, settings
        self.records: list[Known] = []
        self.by_key: defaultdict[str, list[Known]] = defaultdict(list)
        self.low = 0  # all before it are at an end
        self.checkpoint = 0
        self.begun = self.finished = False
        self.sending: list[list[Known]] = []
        self.window: float | None = None  # start of the window that is open
        self.state = "{}"
        self.closed_windows: set[float] = set()

    def without_window(self) -> None:
        """Forget which window is open, and which are closed."""
        self.window, self.state = None, "{}"
        self.closed_windows.clear()


class Attempt:
    """The tries of one batch, by its request id."""

    def __init__(self, records: list[int]) -> None:
        self.records, self.spent = records, 0
        self.failed_at: float | None = None


def passes(put: Put, filters: tuple[str, ...]) -> bool:
    """Tell whether one of the filters lets a record pass: by its data, if they are JSON, or by its key."""
    wanted = BY_DATA in filters and put.data in {"wanted", "poison"}
    return not filters or wanted or (BY_KEY in filters and put.key in {"a", "b", "c"})


class Reference:
    """The model of one mapping over one stream."""

    def __init__(self, retention: float, start: str | float, settings: Any) -> None:  # noqa: ANN401  the rules' own
        self.retention, self.start, self.settings = retention, start, settings
        self.shards: dict[str, ShardState] = {}
        self.attempts: dict[str, Attempt] = {}
        self.deleted = False

    # What happens

    def opened(self, shard: str, parents: tuple[str, ...]) -> None:
        """Take note of a new shard of the stream."""
        self.shards[shard] = ShardState(parents, self.settings)

    def put(self, shard: str, put: Put) -> None:
        """Take note of a record that was acknowledged."""
        state = self.shards[shard]
        record = Known(len(state.records), put)
        state.records.append(record)
        state.by_key[put.key].append(record)

    def created(self, latest: Mapping[str, int | None]) -> None:
        """Leave out what lies before the starting position; `latest` is None for a shard that was closed."""
        for shard, end in latest.items():
            state = self.shards[shard]
            before = 0 if self.start == "TRIM_HORIZON" else len(state.records)
            for record in state.records[: end if self.start == "LATEST" else before]:
                record.settled = not isinstance(self.start, float) or record.arrival < self.start
            state.finished = self.start == "LATEST" and end is None

    def begun(self, shard: str, now: float) -> None:
        """Parents before children: a shard begins once, after all of its parents are settled."""
        state = self.shards[shard]
        must(not state.begun, "a shard begins once", shard)
        state.begun = True
        for parent in state.parents:
            above = self.shards[parent]
            gone = all(now >= record.arrival + self.retention for record in above.records)
            must(above.finished or gone, "parents before children", shard, parent)
            must(self._low(above, now) == len(above.records), "a parent is settled first", shard, parent)

    def filtered(self, shard: str, position: int, patterns: tuple[str, ...]) -> None:
        """See that a record that is kept out passes none of the filters."""
        record = self.shards[shard].records[position]
        must(not passes(record.put, patterns), "a filter keeps out only what it is to", record)
        record.settled = True

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
        must(not self.deleted, "a mapping that is gone sends nothing", shard)
        settings, batch = state.settings, [state.records[position] for position in positions]
        must(positions == sorted(set(positions)), "a batch is in order", positions)
        must(len(batch) <= settings.batch_size, "no batch is larger than BatchSize", len(batch))
        must(batch or action.window, "no batch is empty", shard)
        must(sum([one.weight for one in batch]) <= LARGEST, "an event is at most 6 MB")
        oldest = now - settings.max_age if settings.max_age >= 0 else 0
        for one in batch:
            must(passes(one.put, settings.patterns), "what a filter keeps out is not sent", one)
            must(one.again or not one.settled, "what is settled is not sent again", one)
            must(one.arrival > oldest, "what is too old is not sent", one, now)
        self._in_order(state, batch, now)
        for other in state.sending:
            keys = {one.key for one in batch} & {one.key for one in other}
            must(not keys, "one key, one lane", keys)
        must(len(state.sending) < settings.factor, "no more lanes than ParallelizationFactor")
        self._window_sent(state, batch, action.window)
        attempt = self.attempts.setdefault(action.request_id, Attempt(positions))
        must(attempt.records == positions, "one request id, one batch", action.request_id)
        if attempt.failed_at is not None:
            must(now >= attempt.failed_at + FIRST_DELAY, "a failed batch rests before it is sent again", now)
        state.sending.append(batch)

    def judged(self, shard: str, positions: list[int], action: Any, meant: Meant, now: float) -> None:  # noqa: ANN401  the rules' own
        """Take in what the function answered."""
        state = self.shards[shard]
        batch = [state.records[position] for position in positions]
        state.sending.remove(batch)
        attempt, kind = self.attempts[action.request_id], meant.kind
        if kind in FAILURES:
            attempt.spent += 1
            for record in batch:
                record.failures += 1
            if state.settings.retries >= 0:
                spent = attempt.spent <= state.settings.retries + 1
                must(spent, "n retries are n + 1 invocations", attempt.spent, positions)
        if kind in FAILURES | UNSPENT:
            attempt.failed_at = now
            return
        for record in batch[: meant.processed] if kind == "PARTLY" else batch:
            record.settled, record.again = True, False
        self._window_answered(state, action.window, meant)

    def discarded(self, shard: str, positions: list[int], action: Any, now: float) -> None:  # noqa: ANN401  the rules' own
        """See why records are given up: they are done with, whether the destination takes them or not."""
        state = self.shards[shard]
        batch = [state.records[position] for position in positions]
        settings, exhausted = state.settings, action.condition.name == "RETRIES"
        must(action.invoke_count >= 1, "the message counts at least 1")
        must(not exhausted or settings.retries >= 0, "without a limit nothing is exhausted")
        if exhausted:
            count = action.invoke_count
            must(count == settings.retries + 1, "the message counts n + 1", count)
        for one in batch:
            must(not one.settled or one.again, "no record goes to two places", one)
            spent = one.failures > settings.retries or one.weight > LARGEST
            must(not exhausted or spent, "only what ran and failed uses up retries", one)
            old = now >= one.arrival + settings.max_age and settings.max_age >= 0
            must(exhausted or old, "dropped by age means too old", one)
            one.settled, one.again = True, False
        self._in_order(state, batch, now)
        if action.window and action.window.final:
            state.window, state.state = None, "{}"

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
            state.without_window()
            state.begun = state.begun and state.finished

    def changed(self, shard: str, settings: Any) -> None:  # noqa: ANN401  the rules' own
        """Other settings hold for a shard from now on; nothing is under way."""
        state = self.shards[shard]
        must(not state.sending, "a change waits for what is under way")
        if settings.tumbling != state.settings.tumbling:
            state.without_window()
        state.settings = settings

    def settled(self, now: float) -> None:
        """In the end every record is at an end."""
        for shard, state in self.shards.items():
            low = self._low(state, now)
            must(low == len(state.records), "in the end all is settled", shard, low, len(state.records))

    # What it knows

    def _low(self, state: ShardState, now: float) -> int:
        """Give the position of the lowest record that is not at an end."""
        records, low, horizon = state.records, state.low, now - self.retention
        while low < len(records) and (records[low].settled or records[low].arrival <= horizon):
            low += 1
        state.low = low
        return low

    def _in_order(self, state: ShardState, batch: list[Known], now: float) -> None:
        """See that nothing before a record of its key is unfinished."""
        first = {record.key: record for record in reversed(batch)}
        for key, record in first.items():
            for one in state.by_key[key]:
                if one is record:
                    break
                gone = one.settled or now >= one.arrival + self.retention
                must(gone, "order per key", record, one)

    def _window_sent(self, state: ShardState, batch: list[Known], view: Any) -> None:  # noqa: ANN401  the rules' own
        tumbling = state.settings.tumbling
        must(bool(view) == bool(tumbling), "a window where there is one")
        if not view:
            return
        start = view.window.start
        must(start % tumbling == 0 and view.window.end == start + tumbling, "windows are aligned", start)
        for one in batch:
            inside = start <= one.arrival < view.window.end
            must(inside, "a record is in the window of its arrival", one)
            must(start not in state.closed_windows, "a window that is closed stays closed", one)
        if state.window is not None:
            must(start == state.window, "a window is closed before the next", start, state.window)
        must(not view.final or not batch, "the last invocation has no records")
        must(view.early <= view.final, "early is final too")
        must(view.state == (state.state if state.window is not None else "{}"), "state goes on", view.state)
        if state.window is None:
            state.window, state.state = start, "{}"

    @staticmethod
    def _window_answered(state: ShardState, view: Any, meant: Meant) -> None:  # noqa: ANN401  the rules' own
        if not view:
            return
        if not view.final:
            state.state = meant.state
            return
        if not view.early:
            state.closed_windows.add(view.window.start)
        state.window, state.state = None, "{}"
