"""A delivery at the edge, with a clock that stands and threads that run when the test says so."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from tailrace.clock import StandingClock
from tailrace.kinesis.engine import Draft, Engine, Record
from tailrace.kinesis.hashkeys import hash_key
from tailrace.kinesis.settings import KinesisSettings
from tailrace.kinesis.shards import Entry
from tailrace.mapping.crew import Crew
from tailrace.mapping.delivery import Delivery, DeliveryPlan
from tailrace.mapping.event import Source
from tailrace.mapping.rules.actions import Discard, Invoke
from tailrace.mapping.rules.answers import InvocationResult, JudgedTry, Kind
from tailrace.mapping.rules.shard import Dealt
from tailrace.mapping.settings import MappingSettings

pytestmark = pytest.mark.unit
START = 1_700_000_000.0
PROCESSED = JudgedTry(Kind.PROCESSED)
FAILED = JudgedTry(Kind.ERROR, answer=InvocationResult("$LATEST", "Unhandled"))


class Queue(Crew):
    """Threads that do nothing by themselves: `run_all` does it."""

    def __init__(self) -> None:
        super().__init__("test")
        self.waiting: deque[Callable[[], None]] = deque()

    def run(self, task: Callable[[], None]) -> None:
        """Keep a task."""
        self.waiting.append(task)

    def run_all(self) -> None:
        """Do all that was asked for, and what comes of it."""
        while self.waiting:
            self.waiting.popleft()()


class Stand:
    """A stream of one shard, a delivery of it, and a function that does what `answer` says."""

    def __init__(self) -> None:
        self.clock = StandingClock(START)
        self.engine = Engine(b"secret", KinesisSettings(0.0))
        self.stream = self.engine.create(Draft("s", "0" * 12, "us-east-1"), START)
        self.crew = Queue()
        self.calls: list[list[str]] = []
        self.reports: list[list[str]] = []
        self.results: list[tuple[int, str]] = []
        self.halts = 0
        self.answer: Callable[[], JudgedTry] = lambda: PROCESSED
        self.reporting: Callable[[], None] = lambda: None
        [shard] = self.stream.shards.values()
        self.delivery = Delivery(self.stream, shard, 0, self.halted, clock=self.clock, crew=self.crew)

    def halted(self, _: Delivery) -> None:
        """Count."""
        self.halts += 1

    def put(self, *keys: str) -> None:
        """Put records whose keys are all that they say, and let them be delivered."""
        self.stream.put([Entry(key, "", hash_key(key)) for key in keys], self.clock.now())
        self.crew.run_all()

    def follow(self, **settings: Any) -> None:  # noqa: ANN401  the settings' own types
        """Deliver by these settings."""
        self.delivery.follow(DeliveryPlan(MappingSettings(**settings), lambda _: True, self))
        self.crew.run_all()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and what becomes due be done."""
        for _ in range(int(seconds)):
            self.clock.advance(1)
            self.crew.run_all()

    def invoke(self, _: Source, action: Invoke[Record]) -> JudgedTry:
        """Invoke the function."""
        self.calls.append([record.partition_key for record in action.records])
        return self.answer()

    def discard(self, _: Source, action: Discard[Record]) -> None:
        """Report records."""
        self.reports.append([record.partition_key for record in action.records])
        self.reporting()

    def source(self, shard_id: str) -> Source:
        """Name the source."""
        return Source(self.stream.arn, "us-east-1", shard_id, "role")

    def polled(self, dealt: Dealt) -> None:
        """Nothing."""

    def result(self, result: str, order: int) -> None:
        """Keep it."""
        self.results.append((order, result))


def broken() -> Any:  # noqa: ANN401  it never returns
    """Fail as our own code may."""
    raise KeyError("a fault of ours")


def test_a_fault_of_ours_costs_no_retry() -> None:
    """An error of ours while invoking is no failure of the function: retries 0 still deliver it."""
    stand = Stand()
    stand.answer = broken
    stand.follow(retries=0)
    stand.put("a")
    assert (stand.calls, stand.reports) == ([["a"]], [])
    stand.answer = lambda: PROCESSED
    stand.pass_time(3)
    assert (stand.calls, stand.reports) == ([["a"], ["a"]], [])
    assert stand.delivery.checkpoint == 1


def test_an_error_in_a_destination_redelivers_nothing() -> None:
    """With retries 0 a batch whose report fails, in whatever way, came once, and is done with."""
    stand = Stand()
    stand.answer, stand.reporting = (lambda: FAILED), broken
    stand.follow(retries=0)
    stand.put("a")
    stand.pass_time(60)
    assert (stand.calls, stand.reports) == ([["a"]], [["a"]])
    assert stand.delivery.checkpoint == 1


def test_disabled_and_enabled_again() -> None:
    """A delivery without a plan keeps its place, also in the middle of a batch that failed."""
    stand = Stand()
    stand.answer = lambda: FAILED
    stand.follow()
    stand.put("a", "b")
    stand.delivery.follow(None)
    stand.put("c")
    assert not stand.delivery.running
    stand.pass_time(60)
    assert stand.calls == [["a", "b"]]
    stand.answer = lambda: PROCESSED
    stand.follow(batch_size=2)
    assert stand.calls == [["a", "b"], ["a", "b"], ["c"]]


def test_the_last_result_of_a_disabled_mapping() -> None:
    """What an invocation came to that was under way when the mapping was disabled is told too."""
    stand = Stand()

    def disabled_meanwhile() -> JudgedTry:
        stand.delivery.follow(None)
        return FAILED

    stand.answer = disabled_meanwhile
    stand.follow()
    stand.put("a")
    assert [result for _, result in stand.results] == ["PROBLEM: Function call failed"]


def test_what_is_too_large_to_be_sent_is_a_problem() -> None:
    """A record that makes an event of more than 6 MB is never sent; its result is a problem."""
    stand = Stand()
    stand.follow(retries=0)
    stand.stream.put([Entry("a", "A" * (7 << 20), hash_key("a"))], stand.clock.now())
    stand.crew.run_all()
    assert (stand.calls, [result for _, result in stand.results]) == ([], ["PROBLEM: Function call failed"])


def test_a_retention_that_grows_meanwhile() -> None:
    """A record that fails is tried for as long as the stream keeps it, as its retention is by then."""
    stand = Stand()
    stand.answer = lambda: FAILED
    stand.follow()
    stand.put("a")
    stand.stream.retention_hours = 48
    stand.clock.advance(25 * 3600)
    stand.answer = lambda: PROCESSED
    before = len(stand.calls)
    stand.crew.run_all()
    assert stand.calls[before:] == [["a"]]


def test_each_result_is_told_once() -> None:
    """A shard that is looked at again without an invocation does not repeat what it told."""
    stand = Stand()
    stand.follow(window=3)
    stand.put("a")
    stand.pass_time(4)
    stand.put("b")
    assert [result for _, result in stand.results] == ["OK"]
    stand.answer = lambda: FAILED
    stand.pass_time(4)
    assert [result for _, result in stand.results] == ["OK", *["PROBLEM: Function call failed"] * 2]
    assert stand.results == sorted(stand.results)


def test_a_deleted_stream_halts() -> None:
    """Once its stream is deleted a delivery stops and says so."""
    stand = Stand()
    stand.follow()
    stand.engine.delete(stand.stream, stand.clock.now())
    stand.crew.run_all()
    assert (stand.delivery.running, stand.halts) == (False, 1)


def test_a_closed_shard_is_finished_after_its_last_record() -> None:
    """A shard that is closed is done when all of it is settled, not before."""
    stand = Stand()
    stand.answer = lambda: FAILED
    stand.follow()
    stand.put("a")
    stand.delivery.shard.close(int(START) + 1, START)
    stand.crew.run_all()
    assert not stand.delivery.finished
    stand.answer = lambda: PROCESSED
    stand.pass_time(3)
    assert (stand.delivery.finished, stand.halts) == (True, 1)


def test_many_idle_shards_cost_no_thread() -> None:
    """A delivery without records has nothing that runs and nothing that is due."""
    stand = Stand()
    stand.follow()
    assert list(stand.crew.waiting) == []
    stand.pass_time(5)
    assert stand.calls == []


def test_lanes_come_to_rest_before_another_plan() -> None:
    """While a lane is busy under the old plan no other begins anything; nothing is repeated."""
    stand = Stand()
    stand.follow(factor=4, batch_size=1)
    changed: list[bool] = []

    def change() -> JudgedTry:
        if not changed:
            changed.append(True)
            stand.delivery.follow(
                DeliveryPlan(MappingSettings(factor=2, batch_size=1), lambda _: True, stand)
            )
            while stand.crew.waiting:  # whoever would step the rules meanwhile
                stand.crew.waiting.popleft()()
            changed.append(len(stand.calls) == 1)
        return PROCESSED

    stand.answer = change
    stand.put(*"abcdefgh")
    assert changed == [True, True]
    assert sorted(stand.calls) == [[key] for key in "abcdefgh"]
