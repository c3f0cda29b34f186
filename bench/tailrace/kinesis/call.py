"""One request on its way through an operation."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tailrace.arns import Arn
from tailrace.kinesis.consumers import Consumer
from tailrace.kinesis.engine import Engine, Stream
from tailrace.kinesis.errors import (
    AccessDeniedError,
    DryRunError,
    InvalidArgumentError,
    LimitExceededError,
    NotOfferedError,
    ResourceInUseError,
    ResourceNotFoundError,
    UnknownStream,
)
from tailrace.kinesis.lifecycle import SlowChange
from tailrace.kinesis.policies import allows

DAY = 86_400
"""Seconds."""

type Request = dict[str, Any]  # as JSON has it, checked against the model
type Output = dict[str, Any] | None  # as JSON has it; None is an empty body


class Call(NamedTuple):
    """Who asks, where, when, of which engine; and whether a record is to fail although nothing is wrong."""

    engine: Engine
    account: str
    region: str
    now: float  # epoch seconds
    fails: Callable[[], bool] | None = None  # asked once for each record of a put; None: no faults
    count_limits: tuple[int, int] = (20_000, 50)  # shards, on-demand streams
    limited: bool = False  # shards and accounts are held to AWS's limits
    operation: str = ""

    def stream(self, request: Request) -> Stream:
        """Give the stream that a request names, in whatever state it is."""
        name, arn, stream_id = request.get("StreamName"), request.get("StreamARN"), request.get("StreamId")
        if arn is not None:
            return self.stream_by_arn(arn, name)
        if name is not None:
            return self._find(self.account, self.region, name)
        if stream_id is not None:
            return self._find_by_id(stream_id)
        raise InvalidArgumentError("Stream arn and stream name can't be empty at the same time")

    def stream_by_arn(self, arn: str, name: str | None = None) -> Stream:
        """Give the stream of an ARN, which must agree with the name where there is one."""
        found = self._parsed_arn(arn)
        if found.consumer:
            raise InvalidArgumentError(f"{arn} is the ARN of a consumer: expected that of a stream.")
        if name is not None and name != found.name:
            raise InvalidArgumentError(
                f"Input stream name {name} doesn't match the inferred name in stream arn {arn}"
            )
        stream = self._find(found.account, found.region, found.name)
        self._require_access(stream.account, stream.policy, arn)
        return stream

    def consumer(self, request: Request) -> Consumer:
        """Give the consumer that a request names by its ARN, or by its name and its stream's ARN."""
        arn = request.get("ConsumerARN")
        if arn is not None:
            return self.consumer_by_arn(arn)
        if not {"ConsumerName", "StreamARN"} <= set(request):
            raise InvalidArgumentError("Either ConsumerARN, or StreamARN and ConsumerName, must be given.")
        consumers = self.stream_by_arn(request["StreamARN"]).consumers
        return consumers.find(self.now, name=request["ConsumerName"])

    def consumer_by_arn(self, arn: str) -> Consumer:
        """Give the consumer of an ARN."""
        found = self._parsed_arn(arn)
        if not found.consumer:
            raise InvalidArgumentError(f"{arn} is the ARN of a stream: expected that of a consumer.")
        stream = self._find(found.account, found.region, found.name)
        consumer = stream.consumers.find(self.now, arn=arn)
        self._require_access(stream.account, consumer.policy, arn)
        return consumer

    def resource(self, arn: str) -> Stream | Consumer:
        """Give what has tags and policies: the stream or the consumer of an ARN."""
        return self.consumer_by_arn(arn) if self._parsed_arn(arn).consumer else self.stream_by_arn(arn)

    def serving(self, request: Request) -> Stream:
        """Give the stream that a request puts to or reads from; one being created is not there yet."""
        stream = self.stream(request)
        if stream.status(self.now) == "CREATING":
            raise UnknownStream(stream.name, stream.account)
        return stream

    def active(self, request: Request) -> Stream:
        """Give the stream that a request wants to change; it must be ACTIVE."""
        return self.require_active(self.stream(request))

    def require_active(self, stream: Stream) -> Stream:
        """Give the stream back if it is ACTIVE. Raises ResourceInUseError."""
        status = stream.status(self.now)
        if status != "ACTIVE":
            raise ResourceInUseError(
                f"Stream {stream.name} under account {stream.account} not ACTIVE, instead in state {status}"
            )
        return stream

    def due(self, change: SlowChange) -> float:
        """Tell when a change that begins now is over."""
        return self.now + self.engine.settings.seconds(change)

    def begin(self, stream: Stream, change: SlowChange, most: int) -> None:
        """Begin a change that a stream may go through so often in 24 hours, or raise LimitExceededError."""
        recent = [at for at in stream.changes.get(change, []) if at > self.now - DAY]
        if len(recent) >= most:
            raise LimitExceededError(
                f"Rate exceeded for stream {stream.name} under account {stream.account}."
            )
        stream.changes[change] = [*recent, self.now]
        stream.change(self.now, self.due(change))

    def unless_dry(self, request: Request) -> None:
        """Raise DryRunError if the request only asks whether it would succeed; all else is right."""
        if request.get("DryRun"):
            raise DryRunError(self.operation)

    def _parsed_arn(self, text: str) -> Arn:
        arn = Arn.maybe(text)
        if arn is None or arn.service != "kinesis" or arn.kind != "stream":
            raise NotOfferedError(
                f"This emulator knows streams and consumers only, no queues or channels: {text}"
            )
        if arn.region != self.region:
            raise InvalidArgumentError(
                f"The region specified in the ARN '{text}' does not match the endpoint region"
            )
        return arn

    def _require_access(self, owner: str, policy: str | None, arn: str) -> None:
        if owner != self.account and not allows(policy, self.account, self.operation, arn):
            raise AccessDeniedError(
                f"User: arn:aws:iam::{self.account}:root is not authorized to perform:"
                f" kinesis:{self.operation} on resource: {arn} because no resource-based policy allows the"
                f" kinesis:{self.operation} action"
            )

    def _find(self, account: str, region: str, name: str) -> Stream:
        self.engine.sweep(self.now)
        return self.engine.stream(account, region, name)

    def _find_by_id(self, stream_id: str) -> Stream:
        self.engine.sweep(self.now)
        for stream in self.engine.streams(self.account, self.region):
            if stream.stream_id == stream_id:
                return stream
        raise ResourceNotFoundError(f"Stream {stream_id} under account {self.account} not found.")
