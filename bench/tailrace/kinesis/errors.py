"""What Kinesis answers when it refuses, in AWS's own words.

RequestError (protocol)
├── AccessDeniedError          AccessDeniedException
├── DryRunError                DryRunOperationException: the request would have succeeded
├── ExpiredIteratorError       ExpiredIteratorException
├── InvalidArgumentError       InvalidArgumentException
├── LimitExceededError         LimitExceededException
├── NotOfferedError            UnsupportedOperationException: AWS does it, this engine does not
├── ResourceInUseError         ResourceInUseException
│   └── AlreadySubscribedError
├── ResourceNotFoundError      ResourceNotFoundException
│   └── UnknownStream
├── ThroughputExceededError    ProvisionedThroughputExceededException
└── UnknownOperationError      UnknownOperationException
"""

import re

from tailrace.protocol.errors import RequestError


class AccessDeniedError(RequestError):
    """Another account's resource, and no policy that allows it."""

    code = "AccessDeniedException"


class DryRunError(RequestError):
    """The request asked only whether it would succeed, and it would."""

    code = "DryRunOperationException"

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"DryRunOperation validation succeeded while calling {operation} operation.:"
            " Request would have succeeded, but DryRun flag is set."
        )


class ExpiredIteratorError(RequestError):
    """An iterator older than five minutes."""

    code = "ExpiredIteratorException"


class InvalidArgumentError(RequestError):
    """Well-formed, and still meaningless."""

    code = "InvalidArgumentException"


class LimitExceededError(RequestError):
    """More than the account or the stream may have."""

    code = "LimitExceededException"


class NotOfferedError(RequestError):
    """AWS does this; this engine does not, and says so instead of taking it and doing nothing."""

    code = "UnsupportedOperationException"


class ResourceInUseError(RequestError):
    """The name is taken, or the stream is not in a state that allows this."""

    code = "ResourceInUseException"


class AlreadySubscribedError(ResourceInUseError):
    """The consumer subscribed to the shard a moment ago."""


class ResourceNotFoundError(RequestError):
    """A stream, shard or tag holder that is not there."""

    code = "ResourceNotFoundException"


class UnknownStream(ResourceNotFoundError):  # noqa: N818  the seam's name
    """No stream of this name in this account and region."""

    def __init__(self, name: str, account: str) -> None:
        super().__init__(f"Stream {name} under account {account} not found.")


class ThroughputExceededError(RequestError):
    """A shard was asked for more than it may do per second."""

    code = "ProvisionedThroughputExceededException"

    def __init__(self, shard_id: str, stream: str, account: str) -> None:
        super().__init__(f"Rate exceeded for shard {shard_id} in stream {stream} under account {account}.")

    @staticmethod
    def shard_of(message: str) -> str | None:
        """Give the shard that a message of this error names; None for a message of another one.

        >>> ThroughputExceededError.shard_of(ThroughputExceededError("shardId-1", "clicks", "1").message)
        'shardId-1'
        """
        found = re.match(r"Rate exceeded for shard (\S+) in stream ", message)
        return found and found[1]


class UnknownOperationError(RequestError):
    """No operation of Kinesis has this name."""

    code = "UnknownOperationException"
