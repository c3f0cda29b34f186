"""One mapping of a history of the edge: the worker, and the reference that watches it."""

from collections import defaultdict
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from tailrace.kinesis.engine import Record
from tailrace.mapping.event import Source
from tailrace.mapping.rules.actions import Discard, Invoke
from tailrace.mapping.rules.answers import JudgedTry
from tailrace.mapping.rules.lane import Lane
from tailrace.mapping.rules.shard import Dealt
from tailrace.mapping.rules.states import LaneState
from tailrace.mapping.settings import MappingSettings
from tailrace.mapping.state import WorkerState
from tests.simulation.paused import deliveries, delivery, worker
from tests.simulation.reference import Reference, must
from tests.simulation.scheduler import Lock, Scheduler
from tests.simulation.stage import Stage

FAILED = "PROBLEM: Function call failed"
MARK = "Update"
"""Begins the name of what an update leaves in the configuration."""
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


class Injected(Exception):  # noqa: N818  it is what the tape has go wrong
    """What goes wrong by the tape."""


class Surroundings(NamedTuple):
    """What a mapping stands in."""

    stage: Stage
    scheduler: Scheduler
    surroundings: worker.WorkerContext
    store: MutableMapping[str, Any]
    flights: "list[Flight]"
    broke: Callable[[BaseException], None]
    """Keeps a broken promise, whatever the edge makes of the error."""
    filters: dict[int, tuple[Callable[[Record], bool], tuple[str, ...]]]
    """The filter of each plan, and its patterns, by their identity."""

    def now(self) -> float:
        """Tell the time."""
        return self.surroundings.clock.now()


class Flight:
    """An invocation under way."""

    def __init__(self, action: Invoke[Record], settings: MappingSettings) -> None:
        self.action, self.settings = action, settings


class Reading:
    """The deliveries of a mapping from one starting position on, and the model of them."""

    def __init__(self, stage: Stage, deliveries: deliveries.Deliveries, reference: Reference) -> None:
        self._stage, self.deliveries, self.reference = stage, deliveries, reference
        self._known: dict[str, delivery.Delivery] = {}
        self._adopted: defaultdict[str, int] = defaultdict(int)
        self.see()
        reference.created(deliveries._begin)

    @property
    def running(self) -> bool:
        """Whether something of it may still be invoked."""
        return any(one._reader for one in self._known.values())  # `running` itself might pause

    def see_read(self, now: float) -> None:
        """See that nothing waits, now that all threads rest, unless it has to."""
        for shard_id, one in self._known.items():
            reader, alarm = one._reader, one._alarm
            if reader and self.deliveries.stream.deleted:
                must(reader.busy, "of a stream that is gone nothing is read", shard_id)
                continue
            calls = [call for _, _, call in one._clock._calls if call._function == one._wake]
            failed = any(call is not alarm for call in calls)  # goes on a moment after an error of ours
            if reader is None or failed or one._wanted is not one._plan:
                continue
            wanted = 0 if reader.saturated else reader._wanted()
            must(not wanted or reader.position == one.shard.latest, "what was put is read", shard_id)
            if alarm is None or alarm.due > now:
                ready = [lane.state for lane in reader._lanes if is_ready(lane, now, reader._settings)]
                must(not ready, "what can be sent is sent", shard_id, ready)

    def see(self) -> None:
        """Tell the model what is in the stream."""
        self._stage.see(self.reference, self.deliveries.stream.shards)

    def watch(self, now: float) -> None:
        """Tell the model what has become of it since."""
        for shard_id, one in list(self._known.items()):
            self._look_at(shard_id, one, now)
        for one in self.deliveries._deliveries:
            shard_id = one.shard.shard_id
            if shard_id not in self._known:
                self._known[shard_id] = one
                self._stage.met["a child begins"] += bool(one.shard.parents)
                self._stage.note("begin", shard_id)
                self.reference.begun(shard_id, now)

    def _look_at(self, shard_id: str, one: delivery.Delivery, now: float) -> None:
        if self.reference.shards[shard_id].finished:
            return
        if one.finished:
            self._stage.met["a closed shard is done"] += 1
            self.reference.finished(shard_id, now)
        elif not taken(one._lock):  # what is between two states is not looked at
            reader, remains = one._reader, one._remains
            unfinished = remains.unfinished[0][0] if remains.unfinished else remains.position
            self.reference.checkpointed(shard_id, reader.checkpoint if reader else unfinished, now)

    def adopt(self, shard_id: str, target: "Target") -> None:
        """See that a plan is none that another has replaced."""
        self.see()
        before = self._adopted[shard_id]
        must(target.number >= before, "a configuration that was replaced never comes back", shard_id)
        if target.number > before:
            self._adopted[shard_id] = target.number
            self.reference.changed(shard_id, target.settings)


class Mapped:
    """A mapping from its creation, or from a restart, to its end."""

    def __init__(self, surroundings: Surroundings, uuid: str, stored: dict[str, Any] | None = None) -> None:
        self._surroundings, stage = surroundings, surroundings.stage
        if stored is None:
            starting, moment = stage.draw_start(surroundings.now())
            stored = {
                "UUID": uuid,
                "FunctionArn": FUNCTION,
                "EventSourceArn": stage.stream.arn,
                "StartingPosition": starting,
                **({} if moment is None else {"StartingPositionTimestamp": moment}),
                **configured(stage.draw_settings()),
            }
        enabled = stored.pop("State", None) not in {WorkerState.DISABLING, WorkerState.DISABLED}
        self.worker = worker.MappingWorker(
            stored,
            "role",
            enabled=enabled,
            surroundings=surroundings.surroundings._replace(target=self._target),
        )
        self._deliver = self.worker._deliver
        vars(self.worker)["_deliver"] = self._delivering
        self.answered = self.gone = False  # answered: its id is known
        self.readings: list[Reading] = []
        self._results = {stored.get("LastProcessingResult")}
        self._judged_at = 0.0
        self._noted = -1, ""
        self._updates = self._plans = 0
        self.marks: set[str] = {name for name in stored if name.startswith(MARK)}

    @property
    def reading(self) -> Reading:
        """What it reads now."""
        return self.readings[-1]

    @property
    def running(self) -> bool:
        """Whether something of it may still be invoked."""
        return any(reading.running for reading in self.readings)

    # What is asked of it

    def create(self) -> None:
        """Come into being, as LocalStack's provider does it."""
        self._surroundings.store[self.worker.uuid] = self.worker.esm_config | {"State": WorkerState.CREATING}
        self.worker.create()
        self.answered = True

    def update(self, settings: MappingSettings) -> None:
        """Change some of the settings; each update leaves a mark of its own."""
        self._updates += 1
        mark = f"{MARK}{self._updates}-{self._surroundings.now()}"
        with suppress(worker.DeletingError):
            self.worker.update(lambda mapping: mapping | configured(settings) | {mark: True}, "role")
            self.marks.add(mark)

    def turn(self, *, on: bool) -> None:
        """Enable or disable."""
        with suppress(worker.DeletingError):
            self.worker.update(dict, "role", enabled=on)

    def delete(self) -> None:
        """Go, once what is under way has ended."""
        asked = self._surroundings.now()

        def gone() -> None:
            over = self._surroundings.now() >= asked + worker.PATIENCE
            must(over or not self.running, "a mapping goes after its last invocation", self.worker.uuid)
            self.gone = True
            for reading in self.readings:
                reading.reference.deleted = True

        with suppress(worker.DeletingError):
            self.worker.delete(gone)

    def rewind(self, starting: str, moment: float | None) -> None:
        """Deliver once more from a position on."""
        self.worker.rewind(starting, moment)

    def _delivering(self, stream: Any, begin: Callable[..., int | None]) -> deliveries.Deliveries:  # noqa: ANN401  an engine's
        """Begin to read a stream, as the worker does; the model begins anew with it."""
        found = self._deliver(stream, begin)
        asked = begin.keywords if isinstance(begin, partial) else None
        mapping = self.worker.esm_config
        starting = asked["starting"] if asked else mapping["StartingPosition"]
        moment = asked["moment"] if asked else mapping.get("StartingPositionTimestamp")
        stage = self._surroundings.stage
        reference = Reference(
            stage.retention, starting if moment is None else moment, MappingSettings.of(mapping)
        )
        self.readings.append(Reading(stage, found, reference))
        return found

    def _target(
        self, _: dict[str, Any], settings: MappingSettings, __: str, noted: Callable[[str, int], None]
    ) -> "Target":
        self._plans += 1
        accepts = self._surroundings.stage.filtering(settings.patterns, self.reading.reference)
        self._surroundings.filters[id(settings.patterns)] = accepts, settings.patterns

        def note(result: str, order: int) -> None:
            self._noted = max(self._noted, (order, result))
            noted(result, order)

        return Target(self._surroundings, self, self._plans, settings, note)

    # What is seen of it from outside, between two steps of the threads

    def watch(self) -> None:
        """Tell the models what has become of the mapping since."""
        for reading in self.readings:
            reading.see()
        if self.readings:
            self.reading.watch(self._surroundings.now())

    def see_at_rest(self) -> None:
        """See that all is read that there is room for, and that what rests is no longer on its way to it."""
        if self.readings and not self.gone:
            self.reading.see_read(self._surroundings.now())
            newest = {self._noted[1], worker.GONE}
            result = self.worker._mapping.configuration.get("LastProcessingResult")
            waits = self.worker._rewinding is not None and not self.running
            must(not waits, "what is to be delivered once more waits for nothing else", self.worker.uuid)
            must(result in newest or not self._noted[1], "the newest result stays", result, self._noted)
        moving = self.worker.current_state in {WorkerState.DISABLING, WorkerState.DELETING} and not self.gone
        must(not moving or self.running, "what rests is Disabled, or gone", self.worker.current_state)

    def see_mirrored(self) -> None:
        """See that the provider's store says what the mapping is, and no more once it is gone."""
        stored = self._surroundings.store.get(self.worker.uuid)
        if self.gone:
            must(stored is None, "a mapping that is gone leaves nothing", stored)
            return
        now = self.worker.esm_config
        must(self.marks <= now.keys(), "no update is lost", self.marks - now.keys())
        must(stored == now | {"State": self.worker.current_state}, "the store says what is", stored)
        must(self.worker._rewinding is None, "what is to be delivered once more is", self.worker.uuid)
        result = now.get("LastProcessingResult")
        if result != worker.GONE:  # which an invocation replaces
            known = result in self._results and self._noted[1] in {"", result}
            must(
                known, "the last result is that of the newest invocation", result, self._noted, self._results
            )

    def judged(self, *, well: bool) -> None:
        """Take note of what an invocation came to; of several at one time any may be the newest."""
        now = self._surroundings.now()
        if now > self._judged_at:
            self._judged_at = now
            self._results = set()
        self._results.add("OK" if well else FAILED)


class Target:
    """The function and the destination of one plan."""

    def __init__(
        self,
        surroundings: Surroundings,
        mapped: Mapped,
        number: int,
        settings: MappingSettings,
        noted: Callable[[str, int], None],
    ) -> None:
        self._surroundings, self._stage, self._mapped = surroundings, surroundings.stage, mapped
        self._reading = mapped.reading
        self.number, self.settings, self.result = number, settings, noted

    def source(self, shard_id: str) -> Source:
        """Name the stream: this is asked for when a delivery goes over to the plan, and for each event."""
        with self._judging():
            self._reading.adopt(shard_id, self)
        return Source(self._stage.stream.arn, "us-east-1", shard_id, "role")

    def invoke(self, source: Source, action: Invoke[Record]) -> JudgedTry:
        """Have the function invoked, and wait until the tape lets it answer."""
        stage, reference, shard_id = self._stage, self._reading.reference, source.shard_id
        positions = stage.positions(action.records)
        stage.note("send", self._mapped.worker.uuid, shard_id, positions, self._surroundings.now())
        with self._judging():
            reference.sent(shard_id, positions, action, self._surroundings.now())
        if len(reference.shards[shard_id].sending) > 1:
            stage.met["two lanes of a shard at once"] += 1
        flight = Flight(action, self.settings)
        self._surroundings.flights.append(flight)
        self._surroundings.scheduler.block(flight)
        described, verdict, _ = stage.answer(action, self.settings)
        stage.note("answer", shard_id, described.kind, self._surroundings.now())
        stage.met[f"answer {described.kind}"] += 1
        with self._judging():
            reference.judged(shard_id, positions, action, described, self._surroundings.now())
        self._mapped.judged(well=described.kind in {"PROCESSED", "PARTLY"})
        if described.kind == "FAULT":
            raise Injected
        return verdict

    def discard(self, source: Source, action: Discard[Record]) -> None:
        """Report records, unless the destination refuses them."""
        stage, positions = self._stage, self._stage.positions(action.records)
        stage.note("discard", source.shard_id, positions)
        stage.met[f"discarded by {action.condition.name}"] += 1
        with self._judging():
            self._reading.reference.discarded(source.shard_id, positions, action, self._surroundings.now())
        self._surroundings.scheduler.pause()
        if stage.fails(30):
            stage.met["a destination refuses"] += 1
            raise Injected

    def polled(self, dealt: Dealt) -> None:
        """Take note of what a read gave."""
        self._surroundings.scheduler.pause()
        if dealt.polled and self._stage.fails(5):
            self._stage.met["an error of our own"] += 1
            raise Injected

    def _judging(self) -> "_Judging":
        return _Judging(self._surroundings.broke)


class _Judging:
    """Notes a promise that breaks within it."""

    def __init__(self, broke: Callable[[BaseException], None]) -> None:
        self._broke = broke

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception):
            self._broke(error)


def is_ready(lane: Lane[Record], now: float, settings: MappingSettings) -> bool:
    """Tell whether a lane has a batch that waits for nothing."""
    if lane.state is LaneState.HOLDING:
        return lane._batches[0].due <= now
    return lane.state is LaneState.GATHERING and lane.waiting >= settings.batch_size


def taken(lock: object) -> bool:
    """Tell whether somebody has a lock."""
    return isinstance(lock, Lock) and lock.taken


def configured(settings: MappingSettings) -> dict[str, Any]:
    """Word settings as the API does."""
    return {
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.window,
        "MaximumRetryAttempts": settings.retries,
        "MaximumRecordAgeInSeconds": settings.max_age,
        "BisectBatchOnFunctionError": settings.bisect,
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if settings.partial_answers else [],
        "ParallelizationFactor": settings.factor,
        "TumblingWindowInSeconds": settings.tumbling,
        "FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in settings.patterns]},
    }
