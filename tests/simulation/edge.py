"""The edge under the same histories: workers, deliveries and their threads, as the tape lets them run.

Everything of a mapping is real but the clock, the function, the destination and the threads. At each lock,
and at some statements in between, the tape decides which thread goes on; time passes while all of them rest.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from tailrace.clock import StandingClock
from tailrace.kinesis.engine import Draft, Stream
from tailrace.mapping.state import WorkerState
from tests.simulation.mapped import Flight, Injected, Mapped, Surroundings
from tests.simulation.paused import Pauses, crew, worker
from tests.simulation.records import LARGE, SMALL
from tests.simulation.reference import Broken, must
from tests.simulation.scheduler import Scheduler
from tests.simulation.stage import LONGEST_DEBT, START, Sized, Stage
from tests.simulation.tape import Tape

PATIENCE = 50_000
"""Steps in which all is settled once nothing fails any more."""
MOST_ASKED = 3
"""Requests that are under way at once."""
FAR = (150, 150, 15)
"""Statements between two pauses, at most: some histories have many."""
BETWEEN_STREAMS = 4.0
"""Seconds between two streams of a name, at least: their records' numbers differ then."""
TIMES = (0.1, 0.4, 1.0, 3.0, 20.0, 31.0, 65.0, 310.0)
LOG = logging.getLogger("tailrace.mapping")


class Complaints(logging.Handler):
    """Takes what the edge logs as an error: that is a broken promise, unless the tape had it go wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.broken: BaseException | None = None

    def keep(self, error: BaseException) -> None:
        """Keep the first broken promise."""
        self.broken = self.broken or error

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an error that nobody injected."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, Injected):
            self.keep(error or Broken(record.getMessage()))


class Edge(Stage):
    """One history of the edge. `run` raises `Broken` if a promise does not hold."""

    weights = (SMALL, SMALL, SMALL, LARGE)
    weighs = False  # a large record is one that fills a shard's second; events are weighed as they are

    def __init__(self, tape: Tape, met: defaultdict[str, int], *, steps: int, hashed: bool = True) -> None:
        super().__init__(tape, met, hashed=hashed)
        self.steps = steps
        self.scheduler = Scheduler(tape)
        self.until = START
        self.complaints = Complaints()
        self.mappings: list[Mapped] = []
        self._store: dict[str, Any] = {}
        self._ids = count(1)
        self._put_at, self._puts = 0.0, 0
        self._doomed = False  # it is killed as soon as an invocation is under way
        self._begin_process(START)
        self._far = self.tape.pick(FAR)
        self._left = self._far

    def _begin_process(self, now: float) -> None:
        """Begin with a clock, threads and locks, as a process does; what was under way is gone."""
        self.clock = StandingClock(now)
        self.flights: list[Flight] = []
        self._crew = crew.Crew("delivery", self.scheduler)
        surroundings = worker.WorkerContext(
            self.engine, self.clock, self._crew, lambda _: self._store, target=_nobody
        )
        self._surroundings = Surroundings(
            self, self.scheduler, surroundings, self._store, self.flights, self.complaints.keep, {}
        )
        self._asked = 0  # by somebody outside, and not answered yet
        self._resharding = False
        self.engine.on_created(self._begin_stream)  # before any mapping
        self._begin_stream(self.stream)

    def _begin_stream(self, stream: Stream) -> None:
        self.stream = stream
        self.stream.retention_hours = self.retention / 3600  # type: ignore[assignment]  # as short as it likes
        self.stream._lock = self.scheduler.lock()  # type: ignore[assignment]  # a pause wherever it is taken

    def run(self) -> str:
        """Live, let nothing fail any more, and see that all is settled; returns the history's hash."""
        LOG.addHandler(self.complaints)
        before, LOG.propagate = LOG.propagate, False
        Pauses.decide = self._pause_at_times
        vars(worker)["record_filter"] = lambda patterns: self._surroundings.filters[id(patterns)][0]
        try:
            self._run()
        finally:
            Pauses.decide = _rush
            LOG.removeHandler(self.complaints)
            LOG.propagate = before
        return self.digest

    def _run(self) -> None:
        self._make()
        for _ in range(self.steps):
            self._step()
        self.calm = True
        self._settle()  # first as things are: nobody is woken who should have been
        if self.stream.deleted:
            self._start("stream", self._remake_stream)
            self._settle()
        if self._latest.worker.enabled:
            self._see_settled()
        self._start("enable", partial(self._latest.turn, on=True))
        self._settle()
        self._start("put", lambda: self.put(self.clock.now()))
        self._settle()
        self._see_settled()
        self.met["a thread waits for a lock"] += self.scheduler.waits

    @property
    def _latest(self) -> Mapped:
        return self.mappings[-1]

    def _pause_at_times(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._left = 1 + self.tape.draw(self._far)
            self.scheduler.pause()

    # What happens

    def _step(self) -> None:
        if self._doomed and self.flights and not self._resharding:  # a stream is kept whole
            self._kill()
        chosen = self.tape.draw(100)
        if self._asked < MOST_ASKED and chosen < 40:
            self._ask(chosen)
        elif chosen < 44:
            self._land()
        elif chosen < 47:
            self.scheduler.time_out()
        elif not self._go_on():
            self.until = max(self.until, self.clock.now()) + self.tape.pick(TIMES)

    def _go_on(self) -> bool:
        """Let a thread run; if all rest, let time pass."""
        if self.scheduler.step():
            self._watch()
            return True
        self._see_rested()
        now = self.clock.now()
        if now >= self.until:
            return False
        due = self.clock._next_due()
        passing = min(self.until, max(now, due)) - now if due is not None else self.until - now
        self.scheduler.start("time", lambda: self.clock.advance(passing))
        return True

    def _settle(self) -> None:
        """Do what there is to do, until there is nothing."""
        for _ in range(PATIENCE):
            if self._go_on():
                continue
            due = self.clock._next_due()
            if self.flights:
                self._land()
            elif due is None:
                return
            else:
                self.until = max(due, self.clock.now() + 0.001)

    def _land(self) -> None:
        """Let an invocation under way end."""
        if self.flights:
            place = self.tape.draw(len(self.flights)) if len(self.flights) > 1 else 0
            self.scheduler.free(self.flights.pop(place))

    # What is asked from outside

    def _ask(self, chosen: int) -> None:
        if chosen < 24:
            self._start("put", lambda: self.put(self.clock.now()))
        elif chosen < 28:
            self._start("reshard", self._reshard)
        elif chosen < 30 and self.tape.draw(3) == 2:
            self._go_wrong()
        elif self._latest.answered:
            self._change(self._latest)

    def _go_wrong(self) -> None:
        """Kill the process, or delete the stream or make it again."""
        if self.stream.deleted:
            self._start("stream", self._remake_stream)
        elif self.tape.draw(2):
            self._start("stream", lambda: self.engine.delete(self.stream, self.clock.now()))
        else:
            self._doomed = True

    def _remake_stream(self) -> None:
        """Make the stream again once it is gone; in another second than before, as always on AWS."""
        due = self.stream.created + BETWEEN_STREAMS
        if self.stream.deleted and self.clock.now() < due:
            self.clock.call_at(due, self._remake_stream)
        elif self.stream.deleted:
            self.met["the stream is deleted and made again"] += 1
            self.engine.create(Draft("s", "0" * 12, "us-east-1", 1 + self.tape.draw(3)), self.clock.now())

    def _kill(self) -> None:
        """End the process, and begin another with the stream and what the provider's store has."""
        self.met["a kill with invocations under way"] += bool(self.flights)
        self._doomed = False
        self.scheduler.kill()
        self.engine._listeners = ()
        for shard in self.stream.shards.values():
            shard._wakes = ()
        for mapped in self.mappings[:-1]:
            self._store.pop(mapped.worker.uuid, None)
            mapped.gone = True
        before = self._latest
        self._begin_process(self.clock.now())
        stored = self._store.get(before.worker.uuid)
        if stored is None:
            must(not before.answered, "a mapping that was made is in the store", before.worker.uuid)
            self.mappings.pop()
            self._make()
            return
        must(before.marks <= stored.keys(), "an update that was answered is in the store", before.marks)
        self.mappings[-1] = Mapped(self._surroundings, before.worker.uuid, dict(stored))
        self._start("restart", self._latest.create)

    def _start(self, name: str, work: Callable[[], None]) -> None:
        def asked() -> None:
            work()
            self._asked -= 1

        self._asked += 1
        self.scheduler.start(name, asked)

    def _change(self, mapped: Mapped) -> None:
        chosen = self.tape.draw(10)
        if chosen < 4:
            self.met["the mapping is updated"] += 1
            self.met["updated with invocations under way"] += bool(self.flights)
            settings = self.draw_settings()
            self._start("update", lambda: mapped.update(settings))
        elif chosen < 5:
            self.met["all is delivered once more"] += 1
            starting = self.draw_start(self.clock.now())
            self._start("rewind", lambda: mapped.rewind(*starting))
        elif chosen < 8:
            self.met["disabled or enabled"] += 1
            on = bool(self.tape.draw(2))
            self._start("turn", lambda: mapped.turn(on=on))
        else:
            self.met["the mapping is deleted and made again"] += 1
            self.met["deleted with invocations under way"] += bool(self.flights)
            self._start("delete", mapped.delete)
            self._make()

    def _put_one(self, entry: Sized, now: float) -> None:
        if self.stream.deleted:
            return
        before, self._put_at = self._put_at, max(self._put_at, now)
        self._puts = mine = self._puts + 1
        [(shard_id, number)] = self.stream.put([entry], now, limited=self.limited)
        if number is None:
            self.met["a put at the edge is throttled"] += 1
            must(self.limited, "without limits every record is acknowledged")
            rested = mine == self._puts and now >= before + LONGEST_DEBT
            must(not rested, "a shard that rested has room", shard_id)

    def _reshard(self) -> None:
        if not (self._resharding or self.stream.deleted):  # the stream is UPDATING: a second one is refused
            self._resharding = True
            self.reshard(self.clock.now())
            self._resharding = False

    def _make(self) -> None:
        mapped = Mapped(self._surroundings, f"mapping-{next(self._ids)}")
        self.mappings.append(mapped)
        self._start("create", mapped.create)

    # What has to hold

    def _watch(self) -> None:
        for shard_id, shard in self.shards.items():
            self.look(shard_id, shard)
        for mapped in self.mappings:
            if not mapped.gone:
                mapped.watch()
        if self.complaints.broken:
            raise self.complaints.broken

    def _see_rested(self) -> None:
        """See that nothing is left to do, now that all threads rest."""
        self.scheduler.see_no_deadlock()
        must(not self._crew._tasks, "what is to be done finds a thread", len(self._crew._tasks))
        for mapped in self.mappings:
            mapped.see_at_rest()

    def _see_settled(self) -> None:
        self._watch()
        for mapped in self.mappings:
            mapped.see_mirrored()
            must(mapped is self._latest or mapped.gone, "what is deleted goes", mapped.worker.current_state)
        latest = self._latest
        must(
            latest.worker.current_state is WorkerState.ENABLED,
            "what is enabled is Enabled",
            latest.worker.uuid,
        )
        reference = latest.reading.reference
        reference.settled(self.clock.now())
        for shard_id, shard in self.shards.items():
            done = reference.shards[shard_id].finished
            must(done or not shard.closed, "in the end closed shards are done", shard_id)


def _rush() -> None:
    """Pause nowhere: no history is lived."""


def _nobody(*_: object) -> Any:  # noqa: ANN401  each mapping has a target of its own
    raise AssertionError
