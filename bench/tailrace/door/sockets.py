"""Web sockets, as LocalStack's gateway speaks on them. On wsproto."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import RLock
from typing import Any

from rolo.websocket import WebSocketDisconnectedError, WebSocketProtocolError
from rolo.websocket import adapter as rolo
from werkzeug.datastructures import Headers
from wsproto import ConnectionType, WSConnection, events
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from . import http1
from .request import HttpRequest, HttpResponse, RefusedError
from .wire import Wire

EVER = 365 * 86_400.0
"""Seconds: how long a message is waited for where nobody says."""


def speak(
    listener: Callable[[dict[str, Any]], object], request: HttpRequest, wire: Wire, rest: bytes
) -> None:
    """Let LocalStack speak on a web socket until one side closes it."""
    socket = WSConnection(ConnectionType.SERVER)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    try:
        socket.initiate_upgrade_connection(headers, request.target)
        socket.receive_data(rest) if rest else None
    except RemoteProtocolError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"This is no web socket: {error}.") from None
    listener(
        request.environ()
        | {"REQUEST_METHOD": "WEBSOCKET", "rolo.websocket": SocketAdapter(request, wire, socket)}
        | {"rolo.headers": headers}
    )


class SocketAdapter(rolo.WebSocketAdapter):
    """A web socket as rolo wants it: one thread receives, any may send."""

    def __init__(self, request: HttpRequest, wire: Wire, socket: WSConnection) -> None:
        self._request, self._wire, self._socket = request, wire, socket
        self._state = RLock()
        self._events: deque[events.Event] = deque()
        self._closed = False

    def accept(
        self,
        subprotocol: str | None = None,
        extensions: list[str] | None = None,
        extra_headers: Headers | None = None,
        timeout: float | None = None,
    ) -> None:
        """Take the client's wish."""
        del extensions, timeout
        listed = extra_headers.to_wsgi_list() if extra_headers else []
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in listed]
        self._send(events.AcceptConnection(subprotocol, extensions=[], extra_headers=headers))

    def reject(
        self,
        status_code: int,
        headers: Headers | None = None,
        body: Iterable[bytes] | None = None,
        timeout: float | None = None,
    ) -> None:
        """Refuse it, by an answer of HTTP."""
        del timeout
        answer = HttpResponse(status_code, headers.to_wsgi_list() if headers else [], b"".join(body or ()))
        self._closed = True
        head, _ = http1.head(self._request, answer, keeps=False)
        self._wire.send(head + (answer.body if isinstance(answer.body, bytes) else b""))

    def receive(self, timeout: float | None = None) -> Any:  # noqa: ANN401  rolo's message, or its first event
        """Return the next message. Raises TimeoutError, and WebSocketDisconnectedError when it is closed."""
        until = time.monotonic() + (EVER if timeout is None else timeout)
        while True:
            match self._next(until):
                case events.Request():
                    return rolo.CreateConnection()
                case events.BytesMessage(data=data):
                    return rolo.BytesMessage(bytes(data))
                case events.TextMessage(data=data):
                    return rolo.TextMessage(data)
                case events.CloseConnection(code=code):
                    self.close(code)
                    raise WebSocketDisconnectedError(code)
                case events.Ping(payload=payload):
                    self._send(events.Pong(payload))
                case events.Pong():
                    pass
                case other:
                    raise WebSocketProtocolError(f"Unexpected event type {type(other).__name__}")

    def send(self, event: rolo.Message, timeout: float | None = None) -> None:
        """Send a message."""
        del timeout
        text = isinstance(event, rolo.TextMessage)
        self._send((events.TextMessage if text else events.BytesMessage)(event.data))

    def close(self, code: int = 1001, reason: str | None = None, timeout: float | None = None) -> None:
        """Close it, unless it is closed."""
        del timeout
        with self._state:
            if self._closed:
                return
            self._closed = True
            try:
                self._wire.send(self._socket.send(events.CloseConnection(code, reason)))
            except (OSError, LocalProtocolError):
                return  # the client is gone, or was never answered

    def _send(self, event: events.Event) -> None:
        with self._state:
            if not self._closed:
                self._wire.send(self._socket.send(event))

    def _next(self, until: float) -> events.Event:
        while not self._events:
            with self._state:
                self._events.extend(self._socket.events())
            if self._events:
                break
            try:
                data = self._wire.receive(until)
            except TimeoutError:
                raise TimeoutError("No message came on the web socket in time") from None
            except OSError:
                data = b""
            if not data:
                self._closed = True
                raise WebSocketDisconnectedError(1006)
            with self._state:
                self._socket.receive_data(data)
        return self._events.popleft()
