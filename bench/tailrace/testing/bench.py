"""What the fixture `tailrace` gives: all that a test of streaming needs, of one emulator."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from tailrace.moving import EmulatorClock
from tailrace.story.queues import Queue

from .audit import Acknowledged
from .clients import Aws
from .eventually import eventually
from .faults import Faults
from .ledger import Ledger
from .sending import PATIENCE, Put

RESHARDED = 60.0
"""Seconds that a stream may take to change its shards."""


class Bench:
    """One emulator, and one test on it.

    The ledger and the faults are each test's own; everything else is the same for all tests of the run, so
    fixtures of any scope may use it.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self.endpoint = endpoint
        self.aws = Aws(endpoint, region)
        self.clock = EmulatorClock(endpoint)
        self.faults = Faults(endpoint)
        self.ledger = Ledger()
        self._queues: dict[str, tuple[Queue, list[str]]] = {}

    def begin_test(self) -> None:
        """Give the next test a ledger of its own."""
        self.ledger = Ledger()

    @property
    def environ(self) -> dict[str, str]:
        """Variables that make any other program talk to the emulator: the AWS CLI, a deployer, an SDK."""
        return self.aws.environ

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a CloudFormation stack, by their keys."""
        (found,) = self.aws("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}

    def messages(self, queue_url: str) -> list[str]:
        """Return the bodies of all messages that a queue has had since this was first asked.

        Nothing is deleted; a message is hidden from other readers for two minutes.
        """
        queue, bodies = self._queues.setdefault(queue_url, (Queue(self.aws("sqs"), queue_url, wait=0), []))
        bodies += [message.body for message in queue.receive()]
        return list(bodies)

    @property
    def eventually(self) -> Callable[..., Any]:
        """Wait for a condition, bounded; it says what it saw when it gives up."""
        return eventually

    @cached_property
    def streams(self) -> "Streams":
        """Put records, noted in the test's ledger; change shards."""
        return Streams(self)

    @cached_property
    def functions(self) -> "Functions":
        """Invoke functions; read their logs and mappings."""
        return Functions(self.aws)


class Streams:
    """The streams of an emulator."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._kinesis = bench.aws("kinesis")

    def put(self, stream: str, puts: Iterable[Put], *, within: float = PATIENCE) -> list[Acknowledged]:
        """Put records until each is acknowledged, and note them in the test's ledger.

        Raises AssertionError, with what was refused, if that takes longer than `within` seconds.
        """
        return self._bench.ledger.put(self._kinesis, stream, puts, within=within)

    def reshard(self, stream: str, shards: int) -> None:
        """Change the number of a stream's open shards, and wait until that is done."""
        self._kinesis.update_shard_count(
            StreamName=stream, TargetShardCount=shards, ScalingType="UNIFORM_SCALING"
        )

        def done() -> bool:
            """See the stream active with that many shards."""
            return self._described(stream) == ("ACTIVE", shards)

        eventually(done, within=RESHARDED)

    def shards(self, stream: str) -> int:
        """Return the number of a stream's open shards."""
        return self._described(stream)[1]

    def _described(self, stream: str) -> tuple[str, int]:
        found = self._kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
        return found["StreamStatus"], found["OpenShardCount"]


class Functions:
    """The functions of an emulator."""

    def __init__(self, aws: Aws) -> None:
        self._lambda, self._logs = aws("lambda"), aws("logs")

    def mappings(self, function: str) -> list[dict[str, Any]]:
        """Return a function's event source mappings, as Lambda's API words them."""
        pages = self._lambda.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
        return [found for page in pages for found in page["EventSourceMappings"]]

    def log(self, function: str) -> list[str]:
        """Return the lines of a function's log, oldest first; none if it has not run."""
        configuration = self._lambda.get_function_configuration(FunctionName=function)
        group = (configuration.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{function}"
        try:
            pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            return [entry["message"] for page in pages for entry in page["events"]]
        except self._logs.exceptions.ResourceNotFoundException:
            return []
