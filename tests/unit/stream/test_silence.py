import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tailrace.stream.failures import answered
from tailrace.stream.silence import NOTICED, Silence

pytestmark = pytest.mark.unit


def test_nobody_answers() -> None:
    """Requests that get no answer are noticed after a few seconds, since the first one, with the reason."""
    silence = Silence()
    silence.sent(10.0, first=True)
    assert silence.noticed(10.0 + NOTICED - 0.1, waiting=True) is None
    silence.failed("EndpointConnectionError")
    silence.sent(10.5, first=True)
    noticed = silence.noticed(10.0 + NOTICED, waiting=False)
    assert noticed is not None
    assert (noticed.since, noticed.reason) == (10.0, "EndpointConnectionError")


def test_a_request_that_hangs() -> None:
    """A request without any answer, not even a failure, is noticed as well."""
    silence = Silence()
    silence.sent(10.0, first=True)
    silence.sent(12.0, first=False)
    noticed = silence.noticed(10.0 + NOTICED, waiting=True)
    assert noticed is not None
    assert (noticed.since, noticed.reason) == (10.0, "no answer yet")


def test_an_answer_ends_it() -> None:
    """Where somebody answers again, nothing is said; nor where nothing was asked for a long time."""
    silence = Silence()
    silence.sent(10.0, first=True)
    silence.failed("EndpointConnectionError")
    silence.heard(20.0)
    assert silence.noticed(20.0, waiting=True) is None
    assert silence.noticed(1000.0, waiting=False) is None
    silence.sent(1000.0, first=True)
    assert silence.noticed(1001.0, waiting=True) is None


def test_a_refusal_is_an_answer() -> None:
    """Who refuses is there; who cannot be reached is not."""
    refused = ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutRecords")
    assert answered(refused)
    assert not answered(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
