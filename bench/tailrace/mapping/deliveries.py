"""All shards of one stream on their way to one function: parents before children."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tailrace.clock import CLOCK, Clock
from tailrace.kinesis.engine import Shard, Stream
from tailrace.mapping.crew import Crew
from tailrace.mapping.delivery import CREW, Delivery, DeliveryPlan
from tailrace.mapping.rules.family import Family


class Behind(NamedTuple):
    """How far a mapping is behind its stream: records that are not settled, and the age of the oldest."""

    records: int
    seconds: float


class Deliveries:
    """The deliveries of a mapping, one for each shard that runs.

    `begin` gives the position at which each shard is read first that there is now; None for a shard that need
    not be read. Shards that come later are read from their first record on.
    `halted` is called when none of them runs any more.
    """

    def __init__(
        self,
        stream: Stream,
        begin: Callable[[Shard], int | None],
        halted: Callable[[], None],
        *,
        clock: Clock = CLOCK,
        crew: Crew = CREW,
    ) -> None:
        self.stream = stream
        self._halted = halted
        self._clock, self._crew = clock, crew
        self._lock = crew.threads.lock()
        self._family = Family()
        self._plan: DeliveryPlan | None = None
        self._deliveries: list[Delivery] = []
        self._begin = {shard.shard_id: begin(shard) for shard in list(stream.shards.values())}
        for shard_id, position in self._begin.items():
            if position is None:
                self._family.done(shard_id)
        self._begin_ready()

    @property
    def running(self) -> bool:
        """Whether some delivery may still invoke the function."""
        return any(delivery.running for delivery in self._deliveries)

    @property
    def checkpoints(self) -> Mapping[str, int]:
        """The lowest unsettled position of each shard that was begun and is not done."""
        return {one.shard.shard_id: one.checkpoint for one in self._deliveries if not one.finished}

    def behind(self, now: float) -> Behind:
        """Tell how far they are behind, in shards too that wait for their parents."""
        with self._lock:
            places = [(one.shard, one.checkpoint) for one in self._deliveries if not one.finished]
            places += [
                (shard, self._begin.get(shard.shard_id) or 0)
                for shard in list(self.stream.shards.values())
                if not self._family.begun(shard.shard_id)
            ]
        records, oldest = 0, now
        for shard, position in places:
            page = shard.read(position, 1)
            if page.records:
                records += shard.latest - page.start
                oldest = min(oldest, page.records[0].arrival)
        return Behind(records, max(0.0, now - oldest))

    def follow(self, plan: DeliveryPlan | None) -> None:
        """Deliver by this plan from now on, or not at all."""
        with self._lock:
            self._plan = plan
            for delivery in self._deliveries:
                delivery.follow(plan)

    def _stopped(self, delivery: Delivery) -> None:
        """Begin the children of a shard that is done; tell if nothing runs any more."""
        with self._lock:
            if delivery.finished:
                self._family.done(delivery.shard.shard_id)
                self._deliveries = [one for one in self._deliveries if one is not delivery]
                for one in self._begin_ready():
                    one.follow(self._plan)
        if not self.running:
            self._halted()

    def _begin_ready(self) -> list[Delivery]:
        shards = dict(self.stream.shards)
        ready = self._family.ready({shard_id: shard.parents for shard_id, shard in shards.items()})
        begun = [
            Delivery(
                self.stream,
                shards[shard_id],
                self._begin.get(shard_id) or 0,
                self._stopped,
                clock=self._clock,
                crew=self._crew,
            )
            for shard_id in ready
        ]
        self._deliveries += begun
        return begun
