"""HTTP/1.1 without I/O: bytes in, requests out; an answer in, bytes out. On httptools, Node's own parser.

It is strict: what two programs could read in two ways (two lengths, a length and chunks, lines without CR, a
header twice that may stand once) is no request. What it does not bound, is bounded here.
"""

from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import TYPE_CHECKING

import httptools

from .limits import Limits
from .request import Body, ConnectionEnds, HttpRequest, HttpResponse, RefusedError, lowered

if TYPE_CHECKING:
    from .request import Headers

OVERHEAD = 8
"""Bytes around the chunks of a body for each byte in it, at most, beyond those of a head."""
BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
END = b"0\r\n\r\n"
PER_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}
WEBSOCKET = "websocket"


class Parser:
    """One connection's requests, in the order in which they came.

    `judge` raises RefusedError for a request that may not come in; it is asked once its head is known.
    """

    def __init__(self, limits: Limits, place: ConnectionEnds, judge: Callable[[HttpRequest], None]) -> None:
        self._limits, self._place, self._judge = limits, place, judge
        self._ready: deque[HttpRequest] = deque()
        self._refused: RefusedError | None = None
        self._target, self._fed, self._continued = b"", 0, False
        self._headers: Headers = []
        self._request: HttpRequest | None = None
        self._parser = httptools.HttpRequestParser(self)
        self.rest = b""
        """What came after a request for a web socket, which is no HTTP any more."""

    @property
    def begun(self) -> bool:
        """Whether a request has begun that is not whole yet."""
        return self._fed > 0

    @property
    def received(self) -> int | None:
        """How much of a body has come that is not whole yet; None if none is under way."""
        return self._request.body.size if self._request else None

    @property
    def holds_back(self) -> bool:
        """Whether the client waits for a word before it sends its body (`Expect: 100-continue`)."""
        request = self._request
        if request is None or self._continued or self._ready or request.body.size:
            return False
        return request.version == "1.1" and request.named.get("expect", "").lower() == "100-continue"

    def note_continue(self) -> None:
        """Note that the client was told to go on."""
        self._continued = True

    def next(self) -> HttpRequest | None:
        """Return the next request that is whole."""
        return self._ready.popleft() if self._ready else None

    def feed(self, data: bytes) -> None:
        """Take bytes. Raises RefusedError for what is no request, or may not come in; nothing follows it."""
        self._fed += len(data)
        more: bytes | None = data
        while more is not None and self._refused is None:
            more = self._take(more)
        size = self._request.body.size if self._request else 0
        if self._refused is None and self._fed - size > self._limits.head + OVERHEAD * size:
            sentence = f"The request's headers are longer than {self._limits.head} bytes."
            self._refused = RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, sentence)
        if self._refused is not None:
            raise self._refused

    def _take(self, data: bytes) -> bytes | None:
        """Parse bytes, and return those that are to be parsed anew."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self._upgraded(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, f"This is no HTTP request: {error}.")
        return None

    def _upgraded(self, rest: bytes) -> bytes | None:
        """Go on after a request for another protocol: for a web socket's, or without it, as HTTP lets one."""
        request = self._request
        if request is None or self._refused is not None:
            return None
        if request.named.get("upgrade", "").lower() == WEBSOCKET and request.method == "GET":
            request.socket, self.rest = True, rest
            self._finish(request)
            return None
        lines = [f"{request.method} {request.target} HTTP/{request.version}"]
        lines += [f"{name}: {value}" for name, value in request.headers if name.lower() != "upgrade"]
        self._parser = httptools.HttpRequestParser(self)
        self._begin_anew()
        return "\r\n".join((*lines, "\r\n")).encode("latin-1") + rest

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        self._refused = self._refused or RefusedError(status, sentence)

    def close(self) -> None:
        """Let go of what was not answered."""
        for request in (*self._ready, *([self._request] if self._request else ())):
            request.body.close()

    # What httptools calls; an exception here would be lost, so it is kept.

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._fed = max(self._fed, 1)

    def on_url(self, part: bytes) -> None:
        """Take a part of the request's target."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer, which nobody needs."""
        if self._request is None:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Look at a request's head."""
        parser = self._parser
        self._request = request = HttpRequest(
            parser.get_method().decode("latin-1"),
            self._target.decode("latin-1"),
            parser.get_http_version(),
            self._headers,
            Body(self._limits),
            self._place,
            keeps=parser.should_keep_alive(),
        )
        if request.method == "CONNECT":
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "This is no proxy: CONNECT is not taken.")
        elif "," in request.named.get("host", "") and _hosts(request) > 1:
            self._refuse(HTTPStatus.BAD_REQUEST, "The request has more than one Host.")
        else:
            try:
                self._judge(request)
            except RefusedError as refused:
                self._refused = refused

    def on_body(self, data: bytes) -> None:
        """Take a piece of a body."""
        if self._request is not None and self._refused is None:
            try:
                self._request.body.add(data)
            except RefusedError as refused:
                self._refused = refused

    def on_message_complete(self) -> None:
        """Have a whole request, but for one with `Upgrade`: after its head httptools stops."""
        if self._request is not None and self._refused is None and not self._parser.should_upgrade():
            self._finish(self._request)

    def _finish(self, request: HttpRequest) -> None:
        self._ready.append(request)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._target, self._fed, self._continued = b"", 0, False
        self._headers, self._request = [], None


def _hosts(request: HttpRequest) -> int:
    return sum(lowered(name) == "host" for name, _ in request.headers)


def head(request: HttpRequest, answer: HttpResponse, *, keeps: bool) -> tuple[bytes, bool]:
    """Return an answer's head, and whether its body goes in chunks."""
    names = {lowered(name) for name, _ in answer.headers}
    lines = [f"HTTP/1.1 {answer.status} {phrase(answer.status)}"]
    whole = isinstance(answer.body, bytes) and not is_bodiless(request, answer)
    left_out = {*PER_HOP, "content-length"} if whole else PER_HOP
    lines += [f"{name}: {value}" for name, value in answer.headers if lowered(name) not in left_out]
    if "date" not in names:
        lines.append(f"Date: {date(int(time()))}")
    chunked = False
    if whole:
        lines.append(f"Content-Length: {len(answer.body)}")  # type: ignore[arg-type]  # whole, so bytes
    elif "content-length" not in names and request.version == "1.1" and not is_bodiless(request, answer):
        lines.append("Transfer-Encoding: chunked")
        chunked = True
    if not keeps:
        lines.append("Connection: close")
    elif request.version == "1.0":
        lines.append("Connection: keep-alive")
    text = "\r\n".join((*lines, "\r\n"))
    if text.count("\n") != len(lines) + 1 or text.count("\r") != len(lines) + 1:
        raise ValueError("a header of the answer has a line break in it")
    return text.encode("latin-1", errors="replace"), chunked


def closes(answer: HttpResponse) -> bool:
    """Tell whether whoever answered wants the connection closed afterwards."""
    return any(lowered(name) == "connection" and value.lower() == "close" for name, value in answer.headers)


def promised(answer: HttpResponse) -> int | None:
    """Return the length that the headers promise."""
    for name, value in answer.headers:
        if lowered(name) == "content-length" and value.isdigit():
            return int(value)
    return None


def is_bodiless(request: HttpRequest, answer: HttpResponse) -> bool:
    """Tell whether nothing follows an answer's head, whatever the headers say."""
    return request.method == "HEAD" or answer.status in BODILESS or answer.status < HTTPStatus.OK


def is_delimited(request: HttpRequest, answer: HttpResponse) -> bool:
    """Tell whether a client sees where the answer ends; without that, by the end of the connection."""
    if isinstance(answer.body, bytes) or request.version == "1.1" or is_bodiless(request, answer):
        return True
    return promised(answer) is not None


def chunk(data: bytes) -> bytes:
    r"""Return a piece of a body as a chunk.

    >>> chunk(b"abc")
    b'3\r\nabc\r\n'
    """
    return b"%x\r\n%b\r\n" % (len(data), data)


@lru_cache(64)
def phrase(status: int) -> str:
    """Return a status' words."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


@lru_cache(2)
def date(second: int) -> str:
    """Return the time as a header has it."""
    return formatdate(second, usegmt=True)
