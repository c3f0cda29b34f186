import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from tailrace.stream.failures import Meaning, meaning, said

pytestmark = pytest.mark.unit


def refused(code: str, status: int = 400) -> ClientError:
    """Make AWS's answer with this error code."""
    answer = {"Error": {"Code": code, "Message": "why"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutRecords")  # type: ignore[arg-type]  # the rest of it is not looked at


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused("ProvisionedThroughputExceededException"), Meaning.PASSES),
        (refused("ThrottlingException"), Meaning.PASSES),
        (refused("InternalFailure", 500), Meaning.PASSES),
        (refused("NeverHeardOf", 503), Meaning.PASSES),
        (refused("ValidationException"), Meaning.INVALID),
        (refused("NeverHeardOf", 413), Meaning.INVALID),
        (refused("ResourceNotFoundException"), Meaning.FATAL),
        (refused("AccessDeniedException"), Meaning.FATAL),
        (refused("NeverHeardOf"), Meaning.FATAL),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), Meaning.PASSES),
        (ReadTimeoutError(endpoint_url="http://127.0.0.1:1"), Meaning.PASSES),
        (NoCredentialsError(), Meaning.FATAL),
        (RuntimeError("a defect"), Meaning.FATAL),
    ],
)
def test_what_a_failed_request_means(error: Exception, expected: Meaning) -> None:
    """Throttling, the server's faults and the network may pass; a bad request is halved; all else ends it."""
    assert meaning(error) is expected


def test_a_failure_is_said_in_a_line() -> None:
    """AWS's code and message, or the kind of failure and its text."""
    assert said(refused("ThrottlingException")) == "ThrottlingException: why"
    assert said(RuntimeError("a defect")) == "RuntimeError: a defect"
