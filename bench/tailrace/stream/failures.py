"""What a failed request means for the events in it."""

from enum import Enum

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004


class Meaning(Enum):
    """What is to be done about a failed request."""

    PASSES = "try again"
    INVALID = "something in this request is not valid"
    FATAL = "no request can succeed"


_PASSING = {
    "InternalFailure",
    "InternalServerError",
    "KMSThrottlingException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ResourceInUseException",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_INVALID = {
    "InvalidArgumentException",
    "ValidationException",
    "SerializationException",
    "RequestEntityTooLarge",
}
_TOO_LARGE = 413
_SERVER_ERROR = 500


def meaning(error: Exception) -> Meaning:
    """Judge by AWS's error code and HTTP status; what never reached AWS, or got no answer, may pass."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _PASSING or status >= _SERVER_ERROR:
            return Meaning.PASSES
        return Meaning.INVALID if code in _INVALID or status == _TOO_LARGE else Meaning.FATAL
    if isinstance(error, ConnectionError | HTTPClientError):
        return Meaning.PASSES
    if isinstance(error, BotoCoreError):
        return Meaning.FATAL
    return Meaning.FATAL


def answered(error: Exception) -> bool:
    """Tell whether a failure is an answer: somebody was reached, and said no."""
    return isinstance(error, ClientError)


def said(error: Exception) -> str:
    """Return the failure in one line."""
    if isinstance(error, ClientError):
        known = error.response.get("Error", {})
        return f"{known.get('Code', '?')}: {known.get('Message', '')}".strip()
    return f"{type(error).__name__}: {error}"
