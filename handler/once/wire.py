"""How a signed request goes out: over a connection that is kept, in one write.

botocore signs, repeats and reads. It would send by urllib3, which takes a third of the time of a call that is
answered at once, and sends head and body apart. Where there is a proxy, botocore sends as ever.
"""

import os
import select
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders
    from botocore.session import Session


class KeptConnections:
    """A connection to each endpoint, kept between calls. For one thread at a time."""

    def __init__(self, connect_seconds: float, answer_seconds: float, authorities: str | None = None) -> None:
        """Connect and wait for an answer so long; trust `authorities`, a file, or those of botocore."""
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._authorities = authorities
        self._kept: dict[str, HTTPConnection | None] = {}
        """By scheme and host; None where a proxy is in between."""

    def send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        """Return the answer, or None to let botocore send; failures are raised as botocore's own.

        A handler of botocore's event `before-send`.
        """
        scheme, netloc, path, query, _fragment = urlsplit(request.url)
        origin = f"{scheme}://{netloc}"
        if origin not in self._kept:
            self._kept[origin] = self._connection(scheme, netloc)
        connection = self._kept[origin]
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if connection is None or not isinstance(body, bytes):
            return None
        try:
            _open(connection, self._answer_seconds, request.url)
            target = f"{path or '/'}{query and '?'}{query}"
            first = f"{request.method} {target} HTTP/1.1\r\nHost: {netloc}"
            return _asked(connection, request, first, body)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the connections; a later request opens them again."""
        for connection in self._kept.values():
            if connection is not None:
                connection.close()

    def _connection(self, scheme: str, netloc: str) -> HTTPConnection | None:
        if get_environ_proxies(f"{scheme}://{netloc}").get(scheme):
            return None
        if scheme == "http":
            return HTTPConnection(netloc, timeout=self._connect_seconds)
        trusted = ssl.create_default_context(cafile=self._authorities or get_cert_path(verify=True))
        return HTTPSConnection(netloc, timeout=self._connect_seconds, context=trusted)


def register(core: "Session", connect_seconds: float, answer_seconds: float) -> KeptConnections:
    """Let all clients of a session send over connections that are kept, and return these."""
    authorities = core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    kept = KeptConnections(connect_seconds, answer_seconds, authorities)
    send: Any = kept.send  # the stubs know no hook that answers
    core.register("before-send", send)
    return kept


def _open(connection: HTTPConnection, answer_seconds: float, url: str) -> None:
    """Connect, unless that is done; again where the other side has closed the connection meanwhile."""
    if connection.sock is not None and _is_readable(connection.sock):
        connection.close()
    if connection.sock is not None:
        return
    try:
        connection.connect()
    except TimeoutError as error:
        raise ConnectTimeoutError(endpoint_url=url, error=error) from error
    except ssl.SSLError as error:
        raise SSLError(endpoint_url=url, error=error) from error
    except OSError as error:
        raise EndpointConnectionError(endpoint_url=url, error=error) from error
    connected: socket.socket = connection.sock  # type: ignore[assignment]  # the stubs do not see connect()
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connected.settimeout(answer_seconds)


def _is_readable(connected: socket.socket) -> bool:
    """Tell whether something comes in though nothing was asked: a connection's end."""
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    return bool(poll.poll(0))


def _asked(connection: HTTPConnection, request: AWSPreparedRequest, first: str, body: bytes) -> AWSResponse:
    """Send a request whose head begins so, and read its answer."""
    try:
        lines = [first, *(f"{name}: {_text(value)}" for name, value in request.headers.items()), "", ""]
        connection.sock.sendall("\r\n".join(lines).encode("latin-1") + body)
        with HTTPResponse(connection.sock, method=request.method) as answer:
            answer.begin()
            said = _Read(answer.read())
            if answer.will_close:
                connection.close()
            return AWSResponse(request.url, answer.status, cast("HTTPHeaders", answer.headers), said)
    except TimeoutError as error:
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except (OSError, HTTPException) as error:
        raise ConnectionClosedError(endpoint_url=request.url, error=error, request=request) from error


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


class _Read:
    """A body that is read already, as botocore asks for it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """Give the body."""
        yield self._body
