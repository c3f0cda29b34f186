"""How promises are tried: traffic, with faults or without, and a look at what became of it."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from tailrace.testing.bench import Bench
from tailrace.testing.sending import Put

from .adapter import Adapter
from .finding import Break, Found, Wanted, breaks, cost, tells_order
from .rows import KEPT, NOT_SHOWN, Row
from .tried import FEW, TriedPipeline

if TYPE_CHECKING:
    from tailrace.testing.audit import Acknowledged

USUAL = 120
"""Events of the ordinary run, at least: more where batches are larger."""
MOST = 2_000
REDELIVERIES = 3
NO_DESTINATION = ": the mapping has no on-failure destination"
BATCHED = {
    "kinesis.PutRecords", "firehose.PutRecordBatch", "events.PutEvents", "sqs.SendMessageBatch",
    "dynamodb.BatchWriteItem", "dynamodb.BatchGetItem", "dynamodb.TransactWriteItems",
}  # fmt: skip
CONFLICTS = {"dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.DeleteItem"}
EARLY = 1
"""A seed whose first number is a small one: it befalls the first call, be there few or many."""
LASTING_AT_MOST = 5.0
"""Seconds for which a call is throttled, where the function may run longer."""
LATE_AT_MOST = 10.0
"""Seconds by which an answer is late: past the function's timeout, where that is not longer than this."""


class Trials(TriedPipeline):
    """The trials of one pipeline; each gives a row."""

    def __init__(self, adapter: Adapter, bench: Bench, *, stop: bool = False) -> None:
        super().__init__(adapter, bench)
        self.stop = stop
        """Whether a promise that one trial has broken is tried no further."""
        self._calls: dict[str, int] | None = None
        self._rare: set[str] = set()
        self._usual: list[Acknowledged] = []
        self._since = 0.0
        self.hopeless = ""
        """Why nothing more need be tried: ordinary traffic stored nothing at all."""

    @property
    def calls(self) -> dict[str, int]:
        """The calls that the function makes, as one run shows that is watched; each with how often."""
        if self._calls is None:
            self.usual("watched")
        return self._calls or {}

    def usual(self, promise: str) -> Row:
        """Put ordinary events, in batches as large as they may be, and watch what the function calls."""
        shards = self.bench.streams.shards(self.subject.stream)
        number = min(max(USUAL, 2 * self.subject.batch_size * shards), MOST)
        watched = self.bench.faults.watch(self.subject.function)
        self._since = self.bench.clock.now() - 0.001
        records: list[Acknowledged] = []
        row = self.run(
            promise,
            "ordinary traffic",
            lambda: self.events(number),
            wanted=Wanted(given_up=False),
            kept=records,
            seen=self._judge,
        )
        self._calls = watched.calls
        watched.remove()
        self._usual = records
        return row

    def _judge(self, found: Found) -> None:
        """Note whether ordinary traffic stored anything."""
        result = self.subject.mapping_result()
        said = f"; the mapping's last result: {result}" if result else ""
        self.hopeless = "" if found.stored else f"ordinary traffic stored nothing{said}"

    def waiting(self, promise: str) -> Row:
        """Put events before the mapping begins to read, as when a stack has just been made."""

        @contextmanager
        def paused() -> Iterator[None]:
            self.subject.enable(enabled=False)
            try:
                yield
            finally:
                self.subject.read_from(self.subject.starting_position())
                self.subject.enable(enabled=True)

        name = "put before the mapping began to read"
        return self.run(promise, name, lambda: self.events(FEW), during=paused)

    def redelivered(self, promise: str) -> Iterator[Row]:
        """Deliver the ordinary run's records again from their start, several times."""
        if not self._usual:
            self.usual(promise)
        for time in range(1, REDELIVERIES + 1):
            began = monotonic()
            self.subject.read_from(self._since)
            found = self.subject.settle(self._usual, moving=True)
            broken = self.wrong(self._usual, found, Wanted())
            name = f"delivered again, {time} of {REDELIVERIES}"
            yield self.row(promise, name, self._usual, found, began, broken)

    def failing(self, promise: str) -> Iterator[Row]:
        """Let each call of the function fail in ways that pass."""
        for call in self.calls:
            for name, rule in self._ways(call):
                yield self.faulty(promise, name, rule)
        for call in sorted(self._rare):
            for name, rule in self._ways(call):
                yield self.faulty(promise, f"{name}, with a malformed record", rule, self._mixed)
        rule = {**self.invoking, "do": "throttle", "times": 2}
        yield self.faulty(promise, "no concurrency for the function", rule)

    def _ways(self, call: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the ways in which a call can fail and pass, with their names."""
        mine: dict[str, Any] = {"on": call, "function": self.subject.function}
        timeout = self.subject.timeout
        late = timeout + 0.5 if timeout < LATE_AT_MOST else 2.0
        lasting = min(timeout + 1, LASTING_AT_MOST)
        yield f"{call} throttled twice", {**mine, "times": 2}
        yield f"{call} throttled for {lasting:g} s", {**mine, "lasting": lasting}
        if call in CONFLICTS:
            yield f"{call} in conflict", {**mine, "times": 2, "code": "TransactionConflictException"}
        half = {"do": "entries", "share": 0.5, "seed": EARLY}
        if call in BATCHED:
            yield f"{call}: half of its entries fail", {**mine, **half, "times": 3}
        slow = {"do": "delay", "moment": "after", "seconds": late, "times": 1}
        yield f"{call} answered {late:g} s late", {**mine, **slow}
        yield f"{call}: answer lost after the work", {**mine, "do": "lose", "times": 1}

    def _mixed(self) -> list[Put]:
        """Make a few events with a malformed record among them."""
        bad = self.adapter.malformed(self._number)
        return [*self.events(FEW // 2), *([bad] if bad else []), *self.events(FEW // 2)]

    def killed(self, promise: str) -> Iterator[Row]:
        """Kill the function before and after each of its calls, and around its answer."""
        for call in self.calls:
            for moment in ("before", "after"):
                rule = {**self._first(call), "do": "kill", "moment": moment}
                yield self.faulty(promise, f"killed {moment} {call}", rule)
        for moment, words in (("answer", "in the middle of its answer"), ("after", "once it has answered")):
            rule = {**self.invoking, "do": "kill", "moment": moment, "times": 2}
            yield self.faulty(promise, f"killed {words}", rule)
        rule = {**self.invoking, "do": "out-of-memory", "times": 1}
        yield self.faulty(promise, "out of memory", rule)

    def _first(self, call: str) -> dict[str, Any]:
        """Return what a fault of the function's first call of a kind begins with."""
        return {"on": call, "function": self.subject.function, "nth": 1}

    def timed_out(self, promise: str) -> Iterator[Row]:
        """Let the function's time be over before its first call, after it, and as it answers."""
        for call in list(self.calls)[:1]:
            for moment in ("before", "after"):
                rule = {**self._first(call), "do": "timeout", "moment": moment}
                yield self.faulty(promise, f"timed out {moment} {call}", rule)
        rule = {**self.invoking, "do": "timeout", "times": 2}
        yield self.faulty(promise, "timed out as it answered", rule)

    def ordered(self, promise: str) -> Iterator[Row]:
        """Put many events of few keys, some of whose calls are answered late, at random."""
        first = self._ordered(promise, "ordinary traffic", ())
        yield first
        if first.verdict == NOT_SHOWN:
            return
        slow = {"do": "delay", "seconds": 0.05, "probability": 0.5, "seed": EARLY}
        for call in self.calls:
            rule = {**slow, "on": call, "function": self.subject.function}
            yield self._ordered(promise, f"{call} slow now and then", (rule,))
        failing = {**self.invoking, "do": "timeout", "times": 2}
        yield self._ordered(promise, "batches delivered again", (failing,))

    def _ordered(self, promise: str, name: str, faults: Sequence[dict[str, Any]]) -> Row:
        words: list[bool] = []
        row = self.run(
            promise,
            name,
            lambda: self.events(3 * FEW),
            faults=faults,
            seen=lambda found: words.append(tells_order(found)),
        )
        if row.verdict == KEPT and not any(words):
            why = "what is stored tells no order: give `applied_at`, or `last`"
            return Row(self.name, promise, name, NOT_SHOWN, row.events, row.faults, row.seconds, why)
        return row

    def neighbours(self, promise: str) -> Iterator[Row]:
        """Put a record that can never be stored among good ones."""
        bad = self.adapter.malformed(self._number)
        if bad is None:
            return
        began = monotonic()
        self.subject.recover()
        good = self.events(FEW)
        puts = [*good[: FEW // 2], bad, *good[FEW // 2 :]]
        watched = self.bench.faults.watch(self.subject.function)
        records = self.subject.put(puts)
        found = self.subject.settle(
            records, moving=True, until=self.bench.clock.now() + self.adapter.blocks_at_most
        )
        known = set(self.calls) if self._calls is not None else set(watched.calls)
        self._rare = set(watched.calls) - known
        watched.remove()
        wrong = records[FEW // 2]
        broken = [one for one in breaks([wrong], found, Wanted(order=False, once=False)) if one]
        broken += cost(records, found, wrong)
        if self.promises("once"):
            broken += breaks(
                [one for one in records if one != wrong and found.is_stored(one)], found, Wanted(order=False)
            )
        yield self.row(promise, "a malformed record among good ones", records, found, began, broken)

    def poison(self, promise: str) -> Iterator[Row]:
        """Put a record on which the function dies, each time, among good ones."""
        began = monotonic()
        self.subject.recover()
        first, key = self.events(FEW), f"poison-{secrets.token_hex(4)}"
        (dying,) = self.events(1)
        puts = [*first[: FEW // 2], dying._replace(key=key), *first[FEW // 2 :]]
        rule = {**self.invoking, "do": "kill", "moment": "before"}
        fault = self.bench.faults.add(**rule, content=key, may_stay_out=True)
        start = self.bench.clock.now()
        records = self.subject.put(puts)
        limit = start + self.adapter.blocks_at_most
        found = self.subject.settle(records, moving=True, until=limit)
        blocked = self.bench.clock.now() - start
        fault.remove()
        wrong = records[FEW // 2]
        broken = []
        nowhere = "" if self.subject.mapping.settings.destination else NO_DESTINATION
        if found.behind:
            promised = f"promised: {self.adapter.blocks_at_most:g} s"
            broken.append(Break(wrong, f"holds up those behind it for {blocked:.0f} s ({promised}){nowhere}"))
        elif not found.is_set_aside(wrong):
            broken.append(Break(wrong, f"is in no dead letter{nowhere}"))
        broken += [
            one
            for one in breaks(records, found, Wanted(order=False))
            if one.record != wrong and not found.behind
        ]
        row = self.row(promise, "a record on which the function dies", records, found, began, broken, [fault])
        yield row
        self.subject.recover()

    def resharded(self, promise: str) -> Iterator[Row]:
        """Change the number of shards under traffic, and change it back."""
        streams, stream = self.bench.streams, self.subject.stream
        before = streams.shards(stream)
        more = min(2 * before, max(self.adapter.shards_at_most, before // 2))
        if more == before:
            more = max(1, before // 2)
        for target in (more, before):

            @contextmanager
            def resharding(target: int = target) -> Iterator[None]:
                yield
                streams.reshard(stream, target)

            shown = streams.shards(stream)
            yield self.run(
                promise,
                f"from {shown} shards to {target}",
                lambda: self.events(3 * FEW),
                during=resharding,
                after=3 * FEW,
            )
