from typing import Any

import pytest

from tailrace.startup.door import is_whole, whole

pytestmark = pytest.mark.unit


class Usual:
    """A response as Twisted has it, and what goes over the wire: pieces at once, the headers before them."""

    def __init__(self, length: str | None) -> None:
        self.started = False
        self.headers = [("content-type", "text/plain")] + ([("Content-length", length)] if length else [])
        self.sent: list[object] = []
        self.request = self

    def write(self, data: bytes) -> None:
        """Take a piece from another thread."""
        if not self.started:
            self._sendResponseHeaders()
        self.sent.append(("waited", data))
        self.started = True

    def _sendResponseHeaders(self) -> None:  # noqa: N802  Twisted's name
        self.sent.append("headers")

    def finish(self) -> None:
        """End as Twisted does."""
        if not self.started:
            self._sendResponseHeaders()


class Network:
    """Where a response writes to, in Twisted's own thread."""

    def __init__(self, sent: list[object]) -> None:
        self._sent = sent

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._sent.append(data)


def answered(length: str | None, *pieces: bytes) -> list[object]:
    """Return what is sent of an answer in these pieces."""
    response: Any = whole(Usual)(length)
    response.request = Network(response.sent)
    for piece in pieces:
        response.write(piece)
    response.finish()
    sent: list[object] = response.sent
    return sent


def test_a_whole_body_goes_with_the_headers() -> None:
    """Nobody waits for a body that is all there is."""
    assert answered("2", b"{}") == ["headers", b"{}"]


def test_pieces_go_one_by_one() -> None:
    """A body in pieces is sent as it comes, and so is one whose length nobody told."""
    assert answered("4", b"{}", b"[]") == ["headers", ("waited", b"{}"), ("waited", b"[]")]
    assert answered(None, b"{}") == ["headers", ("waited", b"{}")]


def test_more_than_was_promised_is_not_lost() -> None:
    """What comes after a body that seemed whole is sent after it."""
    assert answered("2", b"{}", b"[]") == ["headers", ("waited", b"{}[]")]


def test_no_body() -> None:
    """An answer without a body has its headers."""
    assert answered("0") == ["headers"]


def test_length_is_read_whatever_its_case() -> None:
    """Names of headers have no case."""
    assert is_whole([("CONTENT-LENGTH", "1")], b"a")
    assert not is_whole([("Content-Length", "2")], b"a")
    assert not is_whole([], b"a")
