"""A request as it came, by either protocol, and how it is refused. I/O only for bodies too large to keep."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import IO, NamedTuple, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from .limits import Limits

type Headers = list[tuple[str, str]]
"""Names and values in their order, names in the case in which they came."""


class RefusedError(Exception):
    """A request is not taken; with the status and the sentence that the client is told."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence

    def answer(self) -> "HttpResponse":
        """Return what the client is told."""
        return HttpResponse(
            self.status, [("Content-Type", "text/plain; charset=utf-8")], f"{self.sentence}\n".encode()
        )


class Pieces(Protocol):
    """A body in pieces as they come; closed when they have been sent, or nobody takes them any more."""

    def __iter__(self) -> Iterator[bytes]:
        """Give the pieces."""

    def close(self) -> None:
        """End whatever makes them."""


class HttpResponse(NamedTuple):
    """What is answered: status, headers, the body, whole or in pieces."""

    status: int
    headers: Headers
    body: bytes | Pieces

    @property
    def whole(self) -> bytes:
        """The body as a whole; one in pieces is used up by that."""
        if isinstance(self.body, bytes):
            return self.body
        with closing(self.body):
            return b"".join(self.body)


class HungUpError(Exception):
    """The connection is to end here: without an answer, or after so many bytes of its body."""

    def __init__(self, answer: HttpResponse | None = None, length: int = 0) -> None:
        super().__init__("the connection ends before the answer is whole")
        self.answer, self.length = answer, length


class ConnectionEnds(NamedTuple):
    """Between whom a connection is: address and port of the client and of the door; whether by TLS."""

    client: tuple[str, int] = ("127.0.0.1", 0)
    here: tuple[str, int] = ("127.0.0.1", 0)
    secure: bool = False


NOWHERE = ConnectionEnds()


class Body:
    """A request's body as it comes in."""

    def __init__(self, limits: Limits) -> None:
        self.size = 0
        self._limits = limits
        self._file: IO[bytes] = BytesIO()

    def add(self, data: bytes) -> None:
        """Take a piece. Raises RefusedError if it is too much."""
        self.size += len(data)
        if self.size > self._limits.body:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The body is longer than {self._limits.body} bytes, which is the most that is taken.",
            )
        if self.size > self._limits.kept and isinstance(self._file, BytesIO):
            kept, self._file = self._file, tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
            self._file.write(kept.getvalue())
        self._file.write(data)

    def whole(self) -> IO[bytes]:
        """Return the body, to be read from its beginning."""
        self._file.seek(0)
        return self._file

    def read(self) -> bytes:
        """Return all of it."""
        return self._file.getvalue() if isinstance(self._file, BytesIO) else self.whole().read()

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


@dataclass(slots=True, eq=False)
class HttpRequest:
    """One request. `target` is as it was asked for: a path, or a whole address."""

    method: str
    target: str
    version: str
    headers: Headers
    body: Body
    place: ConnectionEnds = NOWHERE
    keeps: bool = True
    """Whether the client means to ask more on its connection."""
    socket: bool = False
    """Whether it asks for a web socket."""
    named: dict[str, str] = field(init=False)
    """The headers by their names in lower case; the values of one that comes twice are joined by commas."""

    def __post_init__(self) -> None:
        named: dict[str, str] = {}
        self.named = named
        for name, value in self.headers:
            key = lowered(name)
            named[key] = f"{named[key]},{value}" if key in named else value

    @classmethod
    def unread(cls) -> "HttpRequest":
        """Return what stands for a request that could not be read."""
        return cls("GET", "/", "1.1", [], Body(Limits()))

    @property
    def hosts(self) -> list[str]:
        """The names by which the emulator was asked: the Host header's, and that of a whole address."""
        found = [self.named["host"]] if "host" in self.named else []
        if not self.target.startswith("/") and "://" in self.target:
            found.append(urlsplit(self.target).netloc)
        return found

    def put(self, body: bytes) -> None:
        """Give the request another body."""
        self.body.close()
        self.body = Body(Limits())
        self.body.add(body)
        self.leave_out("content-length")
        length = str(len(body))
        self.headers.append(("Content-Length", length))
        self.named["content-length"] = length

    def leave_out(self, header: str) -> None:
        """Take a header out; its name in lower case."""
        self.named.pop(header, None)
        self.headers = [pair for pair in self.headers if lowered(pair[0]) != header]

    @property
    def path(self) -> str:
        """The path that is asked for, its escapes undone."""
        path = self.target.partition("?")[0]
        if not path.startswith("/"):
            path = urlsplit(path).path
        return unquote_to_bytes(path).decode("latin-1") if "%" in path else path

    @property
    def query(self) -> str:
        """What stands after the question mark."""
        return self.target.partition("?")[2]

    def environ(self) -> dict[str, object]:
        """Return what WSGI wants to know of it."""
        environ: dict[str, object] = {
            "REQUEST_METHOD": self.method,
            "REMOTE_ADDR": self.place.client[0],
            "REMOTE_PORT": str(self.place.client[1]),
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "REQUEST_URI": self.target,
            "RAW_URI": self.target,
            "CONTENT_TYPE": self.named.get("content-type", ""),
            "CONTENT_LENGTH": self.named.get("content-length", ""),
            "SERVER_NAME": self.named.get("host", self.place.here[0]).rpartition(":")[0]
            or self.place.here[0],
            "SERVER_PORT": str(self.place.here[1]),
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.place.secure else "http",
            "wsgi.run_once": False,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.errors": BytesIO(),
            "wsgi.input": self.body.whole(),
            "wsgi.input_terminated": True,
        }
        for name, value in self.named.items():
            environ[variable(name)] = value
        return environ


@lru_cache(1024)
def lowered(name: str) -> str:
    """Return a header's name in lower case."""
    return name.lower()


@lru_cache(1024)
def variable(name: str) -> str:
    """Return the WSGI variable of a header.

    >>> variable("x-amz-target")
    'HTTP_X_AMZ_TARGET'
    """
    return f"HTTP_{name.upper().replace('-', '_')}"
