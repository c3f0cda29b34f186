"""Packed bodies are unpacked, up to a limit."""

import gzip

import pytest

from tailrace.door.limits import Limits
from tailrace.door.packed import unpack
from tailrace.door.request import Body, HttpRequest, RefusedError

pytestmark = pytest.mark.unit


def packed(body: bytes, **headers: str) -> HttpRequest:
    """Return a request with a body packed with gzip."""
    named = {"X-Amz-Target": "A.B", "Content-Encoding": "gzip", "Content-Length": str(len(body))} | headers
    request = HttpRequest("POST", "/", "1.1", list(named.items()), Body(Limits()))
    request.body.add(body)
    return request


def test_unpacked() -> None:
    """What follows sees the body as if it had never been packed."""
    request = packed(gzip.compress(b"hello"))
    unpack(request)
    assert request.body.read() == b"hello"
    assert request.headers == [("X-Amz-Target", "A.B"), ("Content-Length", "5")]
    assert request.named == {"x-amz-target": "A.B", "content-length": "5"}


def test_a_bomb() -> None:
    """A body that unpacks to more than the limit is refused, and never unpacked whole."""
    with pytest.raises(RefusedError, match="unpacks to more than 1000 bytes"):
        unpack(packed(gzip.compress(b"x" * 1001)), 1000)
    unpack(packed(gzip.compress(b"x" * 1000)), 1000)


@pytest.mark.parametrize(
    "body", [b"hello", gzip.compress(b"hello")[:-9], b""], ids=["another", "cut", "nothing"]
)
def test_no_gzip(body: bytes) -> None:
    """What is no gzip, or not all of it, is refused."""
    with pytest.raises(RefusedError):
        unpack(packed(body))


@pytest.mark.parametrize(("service", "unpacked"), [("monitoring", True), ("s3", False), ("s3express", False)])
def test_by_signature(service: str, unpacked: bool) -> None:  # noqa: FBT001  as pytest passes it
    """Calls without a target are told by their signatures: an object of S3 is stored as it comes."""
    scope = f"test/20260102/us-east-1/{service}/aws4_request"
    request = packed(
        gzip.compress(b"hello"), Authorization=f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
    )
    request.leave_out("x-amz-target")
    unpack(request)
    assert (request.body.read() == b"hello") is unpacked
    assert ("content-encoding" in request.named) is not unpacked


def test_an_unsigned_body_stays_packed() -> None:
    """What nobody signed keeps its encoding: an object that is put by a presigned address."""
    request = packed(b"whatever")
    request.leave_out("x-amz-target")
    unpack(request)
    assert request.body.read() == b"whatever"
    assert request.named["content-encoding"] == "gzip"
