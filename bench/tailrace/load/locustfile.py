"""A User around the sender. Locust loads this in its own environment, after it has replaced the threads.

Each task sends a batch by the sender's rules: order of each key, limits, retries. What a worker begins and
what is acknowledged stands in its ledger before anything else happens.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError
from locust import User, constant, constant_throughput, events, runners, task
from locust.exception import StopUser

from tailrace.endpoint import EndpointError
from tailrace.load.account import clients
from tailrace.load.ledgers import WorkerLedger, event_id
from tailrace.load.plan import LoadPlan
from tailrace.sentences import sentence
from tailrace.stream.again import put_again
from tailrace.stream.errors import StreamError
from tailrace.stream.event import Event
from tailrace.stream.rules import Rules
from tailrace.stream.sender import Stop
from tailrace.stream.writing import WritableStream, configuration

PLAN = LoadPlan.from_environment(os.environ)
runners.HEARTBEAT_LIVENESS = 15
"""Seconds of silence after which the master gives a worker up; Locust's three are few on a busy machine."""
runners.CONNECT_RETRY_COUNT = 6
"""Times five seconds that a worker waits for a master that took its connection and says nothing."""

NAME = os.environ.get("TAILRACE_WORKER", "")
"""Of this worker; empty in the master."""


def stream() -> WritableStream:
    """Find the stream; where nobody answers, say why and end this process, for which the command looks."""
    try:
        client = clients(PLAN.endpoint, PLAN.region)("kinesis", **configuration(Rules.requests))
        return WritableStream.find(client, PLAN.stream)
    except (BotoCoreError, EndpointError, StreamError) as error:
        sys.exit(sentence(error))


STREAM: Any = stream() if NAME else None
"""Found before the worker is ready: it takes a second or more, in which no heartbeat goes out."""


class Worker:
    """What the users of one worker share: its name, its numbers, its ledger."""

    def __init__(self) -> None:
        self.name = NAME
        self.ledger = WorkerLedger(Path(PLAN.ledgers), self.name)
        self.next = 0
        self.under_way = 0

    def take(self) -> range:
        """Give the numbers of the next batch, none if all are sent; they are in the ledger then."""
        left = PLAN.batch if PLAN.count is None else min(PLAN.batch, PLAN.count - self.next)
        numbers = range(self.next, self.next + max(0, left))
        if numbers:
            self.next = numbers.stop
            self.under_way += 1
            self.ledger.begun(numbers.start, numbers.stop)
        return numbers

    def done(self) -> None:
        """Note that a batch is accounted for; the last one ends the worker's ledger."""
        self.under_way -= 1
        if PLAN.count is not None and self.next >= PLAN.count and not self.under_way:
            self.ledger.ended(self.next)


WORKER: list[Worker] = []


@events.test_start.add_listener
def begin(environment: Any, **_: object) -> None:  # noqa: ANN401  Locust's
    """Open the ledger, in a worker; the master sends nothing."""
    del environment
    if NAME:
        WORKER.append(Worker())


@events.test_stop.add_listener
def end(environment: Any, **_: object) -> None:  # noqa: ANN401  Locust's
    """End the ledger of a worker whose time is over; what is under way then stays unknown."""
    del environment
    if WORKER and not WORKER[-1].under_way and (PLAN.count is None or WORKER[-1].next < PLAN.count):
        WORKER[-1].ledger.ended(WORKER[-1].next)


class Sending(User):
    """Somebody who sends."""

    wait_time = constant_throughput(PLAN.rate / PLAN.batch / PLAN.users) if PLAN.rate else constant(0)

    @task
    def send(self) -> None:
        """Send a batch, and tell Locust how long it took."""
        worker = WORKER[-1]
        numbers = worker.take()
        if not numbers:
            raise StopUser
        batch = [
            Event(
                PLAN.event(event_id(worker.name, n)),
                f"k-{n % PLAN.keys}",
                event_id(worker.name, n),
                None,
                n,
                None,
            )
            for n in numbers
        ]
        began = time.perf_counter()
        put = put_again(STREAM, batch, worker.ledger.acknowledged, Stop())
        took = (time.perf_counter() - began) * 1000
        worker.done()
        self.environment.events.request.fire(
            request_type="PutRecords",
            name=PLAN.stream,
            response_time=took,
            response_length=sum(event.size for event in batch),
            exception=RuntimeError(put.given_up[0].reason) if put.given_up else None,
            context={},
        )
