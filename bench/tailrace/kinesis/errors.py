"""What Kinesis answers when it refuses, in AWS's own words.

KinesisError
├── ResourceNotFoundError      ResourceNotFoundException
│   └── UnknownStream
├── ResourceInUseError         ResourceInUseException
├── InvalidArgumentError       InvalidArgumentException
├── LimitExceededError         LimitExceededException
├── ThroughputExceededError    ProvisionedThroughputExceededException
├── ExpiredIteratorError       ExpiredIteratorException
├── ValidationFailedError      ValidationException
├── SerializationFailedError   SerializationException (its text is `Message` on the wire)
└── NotOfferedError            UnsupportedOperationException: AWS does it, this engine does not
"""


class KinesisError(Exception):
    """A refusal: `code` is AWS's name for it, `message` the sentence beside it. HTTP 400 throughout."""

    code = "InternalFailure"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def as_json(self) -> dict[str, str]:
        """Give the error's body on the wire."""
        return {"__type": self.code, "message": self.message}


class ResourceNotFoundError(KinesisError):
    """A stream, shard or tag holder that is not there."""

    code = "ResourceNotFoundException"


class UnknownStream(ResourceNotFoundError):  # noqa: N818  the seam's name
    """No stream of this name in this account and region."""

    def __init__(self, name: str, account: str) -> None:
        super().__init__(f"Stream {name} under account {account} not found.")


class ResourceInUseError(KinesisError):
    """The name is taken, or the stream is not in a state that allows this."""

    code = "ResourceInUseException"


class InvalidArgumentError(KinesisError):
    """Well-formed, and still meaningless."""

    code = "InvalidArgumentException"


class LimitExceededError(KinesisError):
    """More than the account or the stream may have."""

    code = "LimitExceededException"


class ThroughputExceededError(KinesisError):
    """A shard was asked for more than it may do per second."""

    code = "ProvisionedThroughputExceededException"

    def __init__(self, shard_id: str, stream: str, account: str) -> None:
        super().__init__(f"Rate exceeded for shard {shard_id} in stream {stream} under account {account}.")


class ExpiredIteratorError(KinesisError):
    """An iterator older than five minutes."""

    code = "ExpiredIteratorException"


class ValidationFailedError(KinesisError):
    """The request breaks a constraint of the service's model."""

    code = "ValidationException"


class SerializationFailedError(KinesisError):
    """The request's JSON has a value of the wrong type, or is no JSON at all."""

    code = "SerializationException"

    def as_json(self) -> dict[str, str]:
        """Give the error's body on the wire, where this one has its own spelling."""
        return {"__type": self.code, "Message": self.message}


class NotOfferedError(KinesisError):
    """AWS does this; this engine does not, and says so instead of taking it and doing nothing."""

    code = "UnsupportedOperationException"
