"""One request on its way through an operation."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from tailrace.kinesis.engine import Engine, Stream
from tailrace.kinesis.errors import (
    InvalidArgumentError,
    NotOfferedError,
    ResourceInUseError,
    UnknownStream,
)

_ARN = re.compile(r"arn:aws[^:]*:kinesis:([^:]*):(\d{12}):stream/([^/]+)", re.ASCII)

type Request = dict[str, Any]  # as JSON has it, checked against the model
type Answer = dict[str, Any] | None  # as JSON has it; None is an empty body


class Call(NamedTuple):
    """Who asks, where, when, of which engine; and whether a record is to fail although nothing is wrong."""

    engine: Engine
    account: str
    region: str
    now: float  # epoch seconds
    fails: Callable[[], bool] | None = None  # asked once for each record of a put; None: no faults
    count_limits: tuple[int, int] = (20_000, 50)  # shards, on-demand streams

    def stream(self, request: Request) -> Stream:
        """Give the stream that a request names, in whatever state it is."""
        name, arn = request.get("StreamName"), request.get("StreamARN")
        if arn is not None:
            return self.stream_by_arn(arn, name)
        if name is None:
            raise InvalidArgumentError("Stream arn and stream name can't be empty at the same time")
        return self._find(self.account, self.region, name)

    def stream_by_arn(self, arn: str, name: str | None = None) -> Stream:
        """Give the stream of an ARN, which must agree with the name where there is one."""
        found = _ARN.fullmatch(arn)
        if found is None:
            raise NotOfferedError(f"This emulator knows streams only, no consumers or channels: {arn}")
        region, account, inferred = found.groups()
        if region != self.region:
            raise InvalidArgumentError(
                f"The region specified in the ARN '{arn}' does not match the endpoint region"
            )
        if name is not None and name != inferred:
            raise InvalidArgumentError(
                f"Input stream name {name} doesn't match the inferred name in stream arn {arn}"
            )
        return self._find(account, region, inferred)

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

    def _find(self, account: str, region: str, name: str) -> Stream:
        self.engine.sweep(self.now)
        return self.engine.stream(account, region, name)
