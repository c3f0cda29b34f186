"""A kept connection to DynamoDB Local, with as little between as can be. On httptools."""

import select
import socket
from collections.abc import Mapping
from typing import NamedTuple

import httptools

PATIENCE = 60.0
"""Seconds for an answer."""
PIECE = 64 * 1024


class Said(NamedTuple):
    """An answer: status, headers, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Connection:
    """Asks over one connection, which is made anew when the other side has closed it meanwhile."""

    def __init__(self, host: str, port: int) -> None:
        self._at = host, port
        self._socket: socket.socket | None = None

    def ask(self, headers: Mapping[str, str], body: bytes) -> Said:
        """Return the answer to a POST. Raises OSError, also for what is no answer, and closes then."""
        sock = self._ready()
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(
            ("POST / HTTP/1.1", f"Host: {self._at[0]}", *lines, f"Content-Length: {len(body)}", "\r\n")
        )
        reader = _Reader()
        try:
            sock.sendall(head.encode("latin-1") + body)
            while not reader.whole:
                data = sock.recv(PIECE)
                if not data:
                    raise ConnectionError("the connection was closed before the answer was whole")
                reader.feed(data)
        except httptools.HttpParserError as error:
            self.close()
            raise ConnectionError(f"this is no answer: {error}") from None
        except OSError:
            self.close()
            raise
        if not reader.keeps:
            self.close()
        return reader.said()

    def close(self) -> None:
        """Close it; the next request makes another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ready(self) -> socket.socket:
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # nothing was asked, so what can be read is its end
        if self._socket is None:
            self._socket = socket.create_connection(self._at, PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket


class _Reader:
    """Reads one answer."""

    def __init__(self) -> None:
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        self.whole = False
        self.keeps = True

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def said(self) -> Said:
        return Said(self._parser.get_status_code(), self._headers, b"".join(self._body))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        self.whole = True
        self.keeps = self._parser.should_keep_alive()
