"""A mapping at work, with the interface of LocalStack's `EsmWorker`.

What a mapping is stands in one immutable `Mapping`. It is replaced whole, under one lock, in `_become`, which
also writes it to the provider's store: no thread ever writes back what it read before somebody else's change.
"""

import logging
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any, NamedTuple

from tailrace.arns import Arn
from tailrace.clock import Clock
from tailrace.kinesis.engine import Engine, Shard, Stream, UnknownStream
from tailrace.mapping.crew import Crew
from tailrace.mapping.deliveries import Behind, Deliveries
from tailrace.mapping.delivery import ORDER, DeliveryPlan, DeliveryTarget
from tailrace.mapping.filters import record_filter
from tailrace.mapping.history import HISTORIES
from tailrace.mapping.request import seconds
from tailrace.mapping.rules.beginning import first_position
from tailrace.mapping.rules.shard import Dealt
from tailrace.mapping.settings import MappingSettings
from tailrace.mapping.state import REASON, WorkerState

LOG = logging.getLogger(__name__)
PATIENCE = 2.0
"""Seconds that disabling and deleting wait for invocations under way; AWS waits no longer than that."""
MINUTE = 60
GONE = "PROBLEM: Stream not found"
"""What `LastProcessingResult` says once the stream is deleted; AWS's own words were never recorded."""


class DeletingError(Exception):
    """The mapping is being deleted: nothing else can be done with it."""


class WorkerContext(NamedTuple):
    """What a mapping's worker works with."""

    engine: Engine
    clock: Clock
    crew: Crew
    store: Callable[[Arn], MutableMapping[str, Any]]
    """Where the provider keeps mappings by their ids, for the account and region of a function."""
    target: Callable[[dict[str, Any], MappingSettings, str, Callable[[str, int], None]], DeliveryTarget]
    """Makes the function of a mapping: of its configuration, settings, role, and who notes its results."""


class Mapping(NamedTuple):
    """What a mapping is: nothing in it is ever changed in place."""

    configuration: dict[str, Any]  # as the Lambda API words it, without its state
    state: WorkerState
    enabled: bool
    role: str


AT_WORK: dict[str, "MappingWorker"] = {}
"""The workers of all mappings, by id."""


class MappingWorker:
    """The worker of one mapping, for its whole life: updates, disabling, enabling keep it and its places."""

    state_transition_reason = REASON

    def __init__(
        self, configuration: dict[str, Any], role: str, *, enabled: bool, surroundings: WorkerContext
    ) -> None:
        self._engine, self._clock, self._crew, self._stores, self._target = surroundings
        self._lock = self._crew.threads.reentrant_lock()
        self._mapping = Mapping(dict(configuration), WorkerState.CREATING, enabled, role)
        self._deliveries: Deliveries | None = None
        self._retired: list[Deliveries] = []  # of streams that were deleted, while an invocation is under way
        self._plan: DeliveryPlan | None = None
        self._gone: Callable[[], None] = lambda: None
        self._rewinding: tuple[str, float | None] | None = None
        self._result_order = -1
        self.rewound = 0
        """How often it was sent back to its stream's first record."""

    @property
    def uuid(self) -> str:
        """The mapping's id."""
        return str(self._mapping.configuration["UUID"])

    @property
    def enabled(self) -> bool:
        """Whether it is to deliver."""
        return self._mapping.enabled

    @property
    def current_state(self) -> WorkerState:
        """The state as the API names it."""
        return self._mapping.state

    @property
    def esm_config(self) -> dict[str, Any]:
        """The configuration as LocalStack's store has it."""
        return self._mapping.configuration

    def behind(self, now: float) -> Behind | None:
        """Tell how far it is behind its stream; None if that is gone."""
        return self._deliveries.behind(now) if self._deliveries else None

    @property
    def delivering(self) -> bool:
        """Whether an invocation may still be under way."""
        known = [self._deliveries] if self._deliveries else []
        return any(one.running for one in [*known, *self._retired])

    def abandon(self) -> None:
        """Be gone at once, whatever is still under way: nobody waits for it any more."""
        self._rest(WorkerState.DELETING)

    def create(self) -> None:
        """Settle where each shard is read from; start, if the mapping is enabled."""
        with self._lock:
            AT_WORK[self.uuid] = self
            self._engine.on_created(self._stream_made)
            self._settle_positions()
            if self.enabled:
                self.start()
            else:
                self._become(state=WorkerState.DISABLED)

    def start(self) -> None:
        """Deliver by the configuration as it stands, each shard from where it was left."""
        with self._lock:
            self._become(enabled=True, state=WorkerState.ENABLED)
            self._settle_positions()
            self._follow()

    def update(
        self,
        change: Callable[[dict[str, Any]], dict[str, Any]],
        role: str,
        *,
        enabled: bool | None = None,
    ) -> dict[str, Any]:
        """Have another configuration, made of the present one; an invocation under way ends by the old.

        `enabled` is left as it is where it is None. Returns the new configuration. Raises DeletingError.
        """
        with self._lock:
            self._refuse_if_deleting()
            self._become(configuration=change(self._mapping.configuration), role=role)
            if self.enabled if enabled is None else enabled:
                self.start()
            else:
                self.stop()
            return self._mapping.configuration

    def stop(self) -> None:
        """Disable: no further invocation begins. Once the last one is over the state is `Disabled`."""
        with self._lock:
            self._become(enabled=False, state=WorkerState.DISABLING)
            self._halt()

    def delete(self, gone: Callable[[], None] = lambda: None) -> None:
        """Stop for good; `gone` is called once the last invocation is over, and the mapping with it.

        Raises DeletingError if that was asked for before.
        """
        with self._lock:
            self._refuse_if_deleting()
            self._gone = gone
            self._engine.off_created(self._stream_made)
            self._become(state=WorkerState.DELETING)
            self._halt()

    def rewind(self, starting: str = "TRIM_HORIZON", moment: float | None = None) -> None:
        """Deliver once more what the stream holds, from its first record on, or as another position says.

        `starting` and `moment` are those of a mapping that is made (`rules/beginning.py`). What is under way
        ends first, so that no shard is delivered twice at the same time.
        """
        with self._lock:
            self._rewinding = starting, moment
            self._plan = None
            if self._deliveries:
                self._deliveries.follow(None)
            if not self.delivering:
                self._halted()

    def _begin_again(self) -> None:
        starting, moment = self._rewinding or ("TRIM_HORIZON", None)
        self._rewinding = None
        if self._deliveries and not self._deliveries.stream.deleted:
            begin = partial(first_position, starting=starting, moment=moment)
            self._deliveries = self._deliver(self._deliveries.stream, begin)
        self.rewound += 1
        if self.enabled and self.current_state is WorkerState.ENABLED:
            self._follow()

    def stop_for_shutdown(self) -> None:
        """Begin no further invocation; the state in the store stays."""
        self._engine.off_created(self._stream_made)
        with self._lock:
            self._plan = None
            if self._deliveries:
                self._deliveries.follow(None)

    def note(self, changed: dict[str, Any]) -> None:
        """Take over properties that no delivery depends on."""
        with self._lock:
            self._become(configuration=self._mapping.configuration | changed)

    def _refuse_if_deleting(self) -> None:
        if self.current_state is WorkerState.DELETING:
            raise DeletingError(self.uuid)

    def _follow(self) -> None:
        if self._deliveries is None or self._rewinding:
            return  # there is none, or it begins again once it rests
        configuration, _, _, role = self._mapping
        settings = MappingSettings.of(configuration)
        function = self._target(configuration, settings, role, self._note_result)
        consumer = Arn.of(configuration["EventSourceArn"]).consumer
        plan = DeliveryPlan(settings, record_filter(settings.patterns), function, deaggregates=bool(consumer))
        self._plan = plan
        self._deliveries.follow(plan)
        if settings.counted:
            self._count_idle(plan)

    def _count_idle(self, plan: DeliveryPlan) -> None:
        """Publish a poll without records each minute, as AWS does; a poll here costs nothing otherwise."""
        with self._lock:
            if self._plan is plan:
                plan.target.polled(Dealt(0, 0))
                self._clock.call_at(self._clock.now() + MINUTE, partial(self._count_idle, plan))

    def _halt(self) -> None:
        self._plan = None
        if self._deliveries:
            self._deliveries.follow(None)
        if self.delivering:
            self._clock.call_at(self._clock.now() + PATIENCE, partial(self._rest, self.current_state))
        else:
            self._halted()

    def _halted(self) -> None:
        """Come to rest: no delivery runs any more."""
        with self._lock:
            if self.delivering:
                return
            if self._rewinding:
                self._begin_again()
            if self._deliveries and self._deliveries.stream.deleted:
                self._note_result(GONE, next(ORDER))
            self._rest(self.current_state)

    def _rest(self, state: WorkerState) -> None:
        """End a transition, if it is still the one that was meant."""
        with self._lock:
            if state is not self.current_state:
                return
            if state is WorkerState.DISABLING:
                self._become(state=WorkerState.DISABLED)
            elif state is WorkerState.DELETING:
                AT_WORK.pop(self.uuid, None)
                HISTORIES.forget([self.uuid])
                self._store().pop(self.uuid, None)
                self._gone()

    def _settle_positions(self) -> None:
        """Fix where each shard is read from, unless that is settled for this very stream."""
        arn = Arn.of(self._mapping.configuration["EventSourceArn"])
        try:
            stream = self._engine.stream(arn.account, arn.region, arn.name)
        except UnknownStream:
            LOG.warning("%s: its stream %s is gone", self.uuid, arn.name)
            self._note_result(GONE, next(ORDER))
            return
        if self._deliveries is None or stream is not self._deliveries.stream:
            before = [self._deliveries] if self._deliveries else []
            self._retired = [one for one in [*self._retired, *before] if one.running]
            self._deliveries = self._deliver(stream, self._begin)

    def _deliver(self, stream: Stream, begin: Callable[[Shard], int | None]) -> Deliveries:
        return Deliveries(stream, begin, self._halted, clock=self._clock, crew=self._crew)

    def _begin(self, shard: Shard) -> int | None:
        """Give the position at which a shard of the stream as it is now is read first."""
        configuration = self._mapping.configuration
        moment = configuration.get("StartingPositionTimestamp")
        return first_position(
            shard, configuration["StartingPosition"], None if moment is None else seconds(moment)
        )

    def _stream_made(self, stream: Stream) -> None:
        """Go on with a new stream of the old one's name: it is another, so it is read as at the beginning."""
        with self._lock:
            if stream.arn == str(Arn.of(self._mapping.configuration["EventSourceArn"]).parent):
                self._settle_positions()
                if self.enabled and self.current_state is WorkerState.ENABLED:
                    self._follow()

    def _note_result(self, result: str, order: int) -> None:
        with self._lock:
            if order > self._result_order:
                self._result_order = order
                if self._mapping.configuration.get("LastProcessingResult") != result:
                    self.note({"LastProcessingResult": result})

    def _become(self, **changed: Any) -> None:  # noqa: ANN401  the mapping's own fields
        """Be another mapping from now on, for everybody: the one place that changes it, and the store."""
        self._mapping = self._mapping._replace(**changed)
        store = self._store()
        if self.uuid in store:
            store[self.uuid] = self._mapping.configuration | {"State": self._mapping.state}

    def _store(self) -> MutableMapping[str, Any]:
        return self._stores(Arn.of(self._mapping.configuration["FunctionArn"]))
