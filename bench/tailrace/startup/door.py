"""What LocalStack's HTTP server does for each request, and nobody needs, is left out.

A third of its time for a small request: it parses the content type as if it were an e-mail's, writes a line
for an access log that goes nowhere, and takes each piece of an answer to its own thread while the thread that
made it waits. `serving.py` makes use of what is here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from tailrace.seams import replace

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

TYPES = 256
"""Content types that are remembered; senders have a handful."""


class Answer(NamedTuple):
    """What is answered: status, headers, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


type Mend = Callable[[bytes], bytes]
"""Makes of an answer's body what is sent."""
REWRITES: list[Callable[["WSGIEnvironment"], Mend | None]] = []
"""Each may change a request with an X-Amz-Target, by `reread`; it returns how to mend the answer then."""
SHORT_WAYS: list[Callable[["WSGIEnvironment"], Answer | None]] = []
"""Each is asked to answer a request with an X-Amz-Target; one that returns None has not touched it."""


def mended(status: int, headers: list[tuple[str, str]], body: bytes, mends: Sequence[Mend]) -> Answer:
    """Return an answer, mended, with the length and the checksum of what is sent."""
    if not mends:
        return Answer(status, headers, body)
    for mend in mends:
        body = mend(body)
    sums = {"content-length": str(len(body)), "x-amz-crc32": str(crc32(body))}
    return Answer(status, [(name, sums.get(name.lower(), value)) for name, value in headers], body)


def body(environ: "WSGIEnvironment") -> bytes:
    """Return a request's body, and leave it to be read again."""
    found: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(found)
    return found


def reread(environ: "WSGIEnvironment", new: bytes) -> None:
    """Give a request another body."""
    environ["wsgi.input"] = BytesIO(new)
    environ["CONTENT_LENGTH"] = length = str(len(new))
    environ["rolo.headers"] = [
        (name, length.encode() if name.lower() == b"content-length" else value)
        for name, value in environ.get("rolo.headers", ())
    ]


def is_whole(headers: Iterable[tuple[str, str]], data: bytes) -> bool:
    """Tell whether these bytes are all that the headers promise.

    >>> is_whole([("Content-Length", "2")], b"{}")
    True
    """
    return any(name.lower() == "content-length" and value == str(len(data)) for name, value in headers)


def remember_types() -> None:
    """Let Twisted parse each content type once; called before it listens."""
    http: Any = import_module("twisted.web.http")
    parsed: Callable[[bytes], bytes] = http._parseContentType  # noqa: SLF001  a function of the line alone
    replace(http, "_parseContentType", lru_cache(TYPES)(parsed))


def whole(usual: Any) -> type:  # noqa: ANN401  a class of LocalStack's
    """Return the class of responses that send a whole body with the headers, at the end of the request."""

    class Whole(usual):  # what it is, LocalStack decides
        _kept = b""

        def write(self, data: bytes) -> None:
            """Send a piece; called by the thread that makes the answer."""
            if not self.started and not self._kept and is_whole(self.headers, data):
                self._kept = data
                return
            before, self._kept = self._kept, b""
            super().write(before + data)

        def _sendResponseHeaders(self) -> None:  # noqa: N802  Twisted's name; called by Twisted's thread
            super()._sendResponseHeaders()
            if self._kept:
                self.request.write(self._kept)

    return Whole
