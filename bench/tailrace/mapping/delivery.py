"""One shard of a stream on its way to a function: what the rules of the shard ask for is done here.

No thread belongs to a shard. A put, a time that has come or a change of plan has some thread of the crew step
the rules; that thread does what one lane wants, and leaves the further lanes to others. A shard without
records costs a subscription, and nothing that runs.
"""

import logging
from collections.abc import Callable
from enum import Enum
from functools import partial
from itertools import count
from typing import Any, NamedTuple, Protocol

from tailrace.clock import CLOCK, Clock, ScheduledCall
from tailrace.identifiers import request_id
from tailrace.kinesis.engine import Record, Shard, Stream
from tailrace.mapping.aggregates import deaggregated
from tailrace.mapping.crew import Crew
from tailrace.mapping.event import EventScale, Source
from tailrace.mapping.rules.actions import Discard, Ended, Invoke, Read, Wait, Work
from tailrace.mapping.rules.answers import JudgedTry, Kind
from tailrace.mapping.rules.shard import Dealt, Remains, ShardReader
from tailrace.mapping.settings import MappingSettings

LOG = logging.getLogger(__name__)
HOUR = 3600
PAUSE = 1.0
"""Seconds to wait after an error of our own, so that it cannot fill the log."""
CREW = Crew("mapping")
ORDER = count()
"""Numbers of what is noted outside of the locks: of two shards' results the newer one stays."""


class DeliveryTarget(Protocol):
    """What a delivery needs of the world outside the stream. Only `source` may be called under a lock."""

    def invoke(self, source: Source, action: Invoke[Any]) -> JudgedTry:
        """Invoke the function and judge what came of it."""

    def discard(self, source: Source, action: Discard[Any]) -> None:
        """Report records to the on-failure destination."""

    def source(self, shard_id: str) -> Source:
        """Give what every record of the shard repeats in its event."""

    def polled(self, dealt: Dealt) -> None:
        """Take note of what a read gave."""

    def result(self, result: str, order: int) -> None:
        """Take note of what `LastProcessingResult` is, unless that of a higher order is known already."""


class DeliveryPlan(NamedTuple):
    """How to deliver, until another plan replaces it."""

    settings: MappingSettings
    accepts: Callable[[Record], bool]
    target: DeliveryTarget
    deaggregates: bool = False
    """Aggregates of the Kinesis Producer Library are taken apart, as for a consumer."""


class _Gate(Enum):
    RESTING = "nobody steps the rules; whoever brings news has somebody do it"
    STEPPING = "some thread steps the rules, or is about to, and will look for news"
    FULL = "every lane is busy; the first that ends steps the rules and looks for news"


class Delivery:
    """Delivers a shard, in order, from where it stands.

    It keeps its place while it has no plan, so that a mapping that is enabled again goes on where it stopped.
    Another plan begins when all that is under way by the one before has ended.
    `halted` is called, in some thread, when the last invocation of the last plan is over, and when the
    shard is done for good (`finished`).
    """

    def __init__(  # noqa: PLR0913  where from, and what to run on
        self,
        stream: Stream,
        shard: Shard,
        position: int,
        halted: Callable[["Delivery"], None],
        *,
        clock: Clock = CLOCK,
        crew: Crew = CREW,
    ) -> None:
        self.shard = shard
        self.finished = False
        self._stream = stream
        self._halted = halted
        self._clock = clock
        self._crew = crew
        self._lock = crew.threads.lock()  # of these five
        self._remains: Remains[Record] = Remains(position)
        self._wanted: DeliveryPlan | None = None
        self._plan: DeliveryPlan | None = None
        self._reader: ShardReader[Record] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._gate = crew.threads.lock()  # of these three
        self._state = _Gate.RESTING
        self._news = False
        self._alarm: ScheduledCall | None = None

    @property
    def running(self) -> bool:
        """Whether it may still invoke the function."""
        return self._reader is not None

    @property
    def checkpoint(self) -> int:
        """The position of the lowest record that is not settled."""
        with self._lock:
            if self._reader:
                return self._reader.checkpoint
            left = self._remains.unfinished
            return left[0][0] if left else self._remains.position

    def follow(self, plan: DeliveryPlan | None) -> None:
        """Deliver by this plan from now on, or not at all; an invocation under way is not cut short."""
        with self._lock:
            self._wanted = plan
            self._adopt()
        self._wake()

    # Who steps the rules

    def _wake(self) -> None:
        """Have somebody step the rules; there may be new records, a time may have come."""
        with self._gate:
            self._news = True
            if self._state is not _Gate.RESTING:
                return
            self._state = _Gate.STEPPING
        self._crew.run(self._work)

    def _work(self) -> None:
        """Step the rules and do what they want; an error of ours has it done once more, a little later."""
        try:
            self._work_on()
        except Exception:
            LOG.exception("%s of %s: delivery failed, goes on", self.shard.shard_id, self._stream.arn)
            with self._gate:
                self._state = _Gate.RESTING
            self._clock.call_at(self._clock.now() + PAUSE, self._wake)

    def _work_on(self) -> None:
        """Step the rules, and do what one lane wants, until there is nothing to do or somebody else steps."""
        while True:
            with self._lock:
                was, before = self._reader, self._plan
                work, plan = self._next(), self._plan
                stopped = was is not None and self._reader is None
                result = was.take_result() if was else None  # of what was too large to be sent
                order = next(ORDER)
            if before and result:
                before.target.result(result, order)
            if stopped:
                self._halted(self)
            if work is None or plan is None:
                return
            self._do(plan, work)
            with self._gate:
                if self._state is _Gate.STEPPING:
                    self._news = True
                    return
                self._state = _Gate.STEPPING

    def _next(self) -> Work[Record] | None:
        """Step until a lane wants something, or nothing is to be done now."""
        while True:
            with self._gate:
                news, self._news = self._news, False
            settled = self._adopt()
            if news and self._reader:
                self._reader.look()
            step = self._step() if settled else Wait(None)  # or else the lanes would never come to rest
            if isinstance(step, Work):
                self._hand_over()
                return step
            if self._rest(step.until):
                return None

    def _step(self) -> Work[Record] | Wait:
        reader, plan = self._reader, self._plan
        while reader and plan:
            now = self._clock.now()
            reader.retain(self._stream.retention_hours * HOUR)
            step = reader.step(now)
            if isinstance(step, Read):
                page = self._stream.read(self.shard, step.position, step.limit, now)
                plan.target.polled(reader.receive(page.start, page.records, now, ended=page.ended))
            elif isinstance(step, Ended):
                self.finished, self._wanted = True, None
                self._adopt()
                break
            else:
                return step
        return Wait(None)

    def _hand_over(self) -> None:
        """Leave the other lanes to another thread, if any is free."""
        with self._gate:
            if self._reader and self._reader.saturated:
                self._state = _Gate.FULL
                return
        self._crew.run(self._work)

    def _rest(self, until: float | None) -> bool:
        """Have nobody step until a time or news; False if there are some already."""
        with self._gate:
            if self._news:
                return False
            self._state = _Gate.RESTING
            if self._alarm is None or self._alarm.due != until:
                if self._alarm:
                    self._alarm.cancel()
                self._alarm = None if until is None else self._clock.call_at(until, self._wake)
            return True

    # What is done

    def _adopt(self) -> bool:
        """Go over to the plan that is wanted; False while an invocation by the one before is under way."""
        wanted = None if self._stream.deleted or self.finished else self._wanted
        if wanted is self._plan:
            return True
        if self._reader and self._reader.busy:
            return False
        if self._reader:
            self._remains = self._reader.remains()
        self._unsubscribe()
        self._unsubscribe = self.shard.subscribe(self._wake) if wanted else lambda: None
        self._plan = wanted
        self._reader = wanted and ShardReader(
            wanted.settings,
            self._remains,
            weigh=EventScale(wanted.target.source(self.shard.shard_id)),
            accepts=wanted.accepts,
            expand=partial(deaggregated, keys=self.shard.keys) if wanted.deaggregates else None,
            new_request_id=request_id,
            retention=self._stream.retention_hours * HOUR,
        )
        return True

    def _do(self, plan: DeliveryPlan, work: Work[Record]) -> None:
        """Do what a lane wants, and tell it what came of it, whatever goes wrong with us."""
        reader, lane, action = self._reader, work.lane, work.action
        if reader is None:
            raise RuntimeError("a busy lane without its rules")
        if isinstance(action, Invoke):
            verdict = self._invoke(plan, action)
            with self._lock:
                reader.judged(lane, verdict, self._clock.now())
                result, order = reader.take_result(), next(ORDER)
            if result:
                plan.target.result(result, order)
        else:
            self._discard(plan, action)
            with self._lock:
                reader.reported(lane, self._clock.now())

    def _invoke(self, plan: DeliveryPlan, action: Invoke[Record]) -> JudgedTry:
        try:
            return plan.target.invoke(plan.target.source(self.shard.shard_id), action)
        except Exception:
            LOG.exception("%s of %s: the invocation failed", self.shard.shard_id, self._stream.arn)
            return JudgedTry(Kind.FAULT)

    def _discard(self, plan: DeliveryPlan, action: Discard[Record]) -> None:
        try:
            plan.target.discard(plan.target.source(self.shard.shard_id), action)
        except Exception:
            LOG.exception("%s of %s: records are not reported", self.shard.shard_id, self._stream.arn)
