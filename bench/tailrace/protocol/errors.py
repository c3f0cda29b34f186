"""What an API answers when it refuses a request, in AWS's own words.

RequestError
├── InternalFailureError       InternalFailure (HTTP 500)
├── ValidationFailedError      ValidationException
└── SerializationFailedError   SerializationException (its text is `Message` on the wire)
"""


class RequestError(Exception):
    """A refusal: `code` is AWS's name for it, `message` the sentence beside it."""

    code = "InternalFailure"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def as_json(self) -> dict[str, str]:
        """Give the error's body on the wire."""
        return {"__type": self.code, "message": self.message}


class InternalFailureError(RequestError):
    """An error of ours."""

    status = 500


class ValidationFailedError(RequestError):
    """The request breaks a constraint of the service's model."""

    code = "ValidationException"


class SerializationFailedError(RequestError):
    """The request's JSON has a value of the wrong type, or is no JSON at all."""

    code = "SerializationException"

    def as_json(self) -> dict[str, str]:
        """Give the error's body on the wire, where this one has its own spelling."""
        return {"__type": self.code, "Message": self.message}
