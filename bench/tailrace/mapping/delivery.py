"""One shard of a stream on its way to a function: the thread that does what a lane says."""

import logging
import time
import uuid
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any, NamedTuple, Protocol

from tailrace.kinesis.engine import Record, Shard, Stream
from tailrace.mapping.actions import Discard, Gather, Invoke, Read, Rest
from tailrace.mapping.answers import Verdict
from tailrace.mapping.event import Scale, Source
from tailrace.mapping.lane import Lane
from tailrace.mapping.settings import Settings

LOG = logging.getLogger(__name__)
HOUR = 3600
PAUSE = 1.0
"""Seconds to wait after an error of our own, so that it cannot fill the log."""


class Target(Protocol):
    """What a delivery needs of the world outside the stream."""

    def invoke(self, source: Source, action: Invoke[Any]) -> Verdict:
        """Invoke the function and judge what came of it."""

    def discard(self, source: Source, action: Discard[Any]) -> None:
        """Report records to the on-failure destination. Never raises."""

    def source(self, shard_id: str) -> Source:
        """Give what every record of the shard repeats in its event."""

    def result(self, result: str) -> None:
        """Take note of what `LastProcessingResult` is now."""


class Plan(NamedTuple):
    """How to deliver, until another plan replaces it."""

    settings: Settings
    accepts: Callable[[Record], bool]
    target: Target


class Delivery:
    """Delivers a shard, in order, from where it stands.

    It keeps its place while it has no plan, so that a mapping that is enabled again goes on where it stopped.
    `ended` is called in the thread that ends, when the last invocation of the last plan is over.
    """

    def __init__(self, stream: Stream, shard: Shard, position: int, ended: Callable[[], None]) -> None:
        self._stream = stream
        self._shard = shard
        self._position = position
        self._ended = ended
        self._plan: Plan | None = None
        self._thread: Thread | None = None
        self._lock = Lock()
        self._records = Event()  # there may be new records, or a new plan
        self._change = Event()  # there is a new plan

    @property
    def running(self) -> bool:
        """Whether it may still invoke the function."""
        return self._thread is not None

    def follow(self, plan: Plan | None) -> None:
        """Deliver by this plan from now on, or not at all; an invocation under way is not cut short."""
        with self._lock:
            self._plan = plan
            self._change.set()
            self._records.set()
            if plan and self._thread is None:
                name = f"mapping-{self._stream.name}-{self._shard.shard_id}"
                self._thread = Thread(target=self._run, name=name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        unsubscribe = self._shard.subscribe(self._records.set)
        try:
            while plan := self._next_plan():
                try:
                    self._deliver(plan)
                except Exception:
                    LOG.exception(
                        "%s of %s: delivery failed, goes on", self._shard.shard_id, self._stream.arn
                    )
                    self._change.wait(PAUSE)
        finally:
            unsubscribe()
            self._ended()

    def _next_plan(self) -> Plan | None:
        with self._lock:
            self._change.clear()
            if self._plan is None or self._stream.deleted:
                self._thread = None
                return None
            return self._plan

    def _deliver(self, plan: Plan) -> None:
        lane: Lane[Record] = Lane(
            plan.settings,
            weigh=Scale(plan.target.source(self._shard.shard_id)),
            accepts=plan.accepts,
            new_request_id=lambda: str(uuid.uuid4()),
            retention=self._stream.retention_hours * HOUR,
        )
        position = self._position
        try:
            while self._plan is plan and not self._stream.deleted:
                lane.retention = self._stream.retention_hours * HOUR
                position = self._do(lane, plan, position)
        finally:
            if lane.checkpoint:
                self._position = self._after(lane.checkpoint)

    def _do(self, lane: Lane[Record], plan: Plan, position: int) -> int:
        """Do what the lane asks; returns the position to read from next."""
        now = time.time()
        match lane.step(now):
            case Read(limit):
                self._records.clear()
                records = self._shard.read(position, limit)
                lane.receive(records, now)
                return self._after(records[-1].sequence_number) if records else position
            case Gather(until):
                self._records.wait(None if until is None else max(0.0, until - now))
            case Rest(until):
                if lane.result:  # here too: an event that is too large rests without an invocation
                    plan.target.result(lane.result)
                self._change.wait(max(0.0, until - now))
            case Invoke() as action:
                lane.judged(plan.target.invoke(plan.target.source(self._shard.shard_id), action), time.time())
                plan.target.result(lane.result or "")
            case Discard() as action:
                plan.target.discard(plan.target.source(self._shard.shard_id), action)
                lane.reported(time.time())
        return position

    def _after(self, sequence_number: str) -> int:
        """Give the position after this record, also if it has left the stream meanwhile."""
        return self._shard.position_of(str(int(sequence_number) + 1))
