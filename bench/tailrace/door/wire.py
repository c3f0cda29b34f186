"""A connection's bytes, with or without TLS, and how long they may take.

With TLS, OpenSSL works on memory only, each step under a lock: HTTP/2 reads and writes at the same time, in
different threads, which OpenSSL does not allow on one connection.
"""

import socket
import ssl
import time
from contextlib import suppress
from threading import Lock

from .limits import Limits

PIECE = 64 * 1024
"""Bytes that are read, and encrypted, at once."""


class Wire:
    """A socket's bytes. One thread reads; any may send, each whole piece after the other."""

    secure = False

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self._socket, self._limits = sock, limits
        self._sending = Lock()
        sock.settimeout(limits.tick)
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self, until: float) -> bytes:
        """Return the next bytes, none at the end; raise TimeoutError at that time (monotonic)."""
        return self._receive(PIECE, 0, until)

    def peek(self, until: float) -> bytes:
        """Return the first byte that will come, without taking it."""
        return self._receive(1, socket.MSG_PEEK, until)

    def _receive(self, size: int, flags: int, until: float) -> bytes:
        while True:
            try:
                return self._socket.recv(size, flags)
            except TimeoutError:
                if time.monotonic() >= until:
                    raise

    def send(self, data: bytes) -> None:
        """Send all of it. Raises TimeoutError if the client takes nothing for long, OSError if it is gone."""
        with self._sending:
            self._send(data)

    def end(self) -> None:
        """Tell the client that nothing follows, and take what it still sends for a moment, before closing.

        Closed at once, the kernel would tell a client that still sends that the connection broke, and the
        answer would be lost with it.
        """
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(min(1.0, self._limits.tick))
            for _ in range(16):
                if not self._socket.recv(PIECE):
                    return

    def _send(self, data: bytes) -> None:
        rest, until = memoryview(data), 0.0
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
                until = 0.0
            except TimeoutError:
                until = until or time.monotonic() + self._limits.stall
                if time.monotonic() >= until:
                    raise


class SecureWire(Wire):
    """A socket's bytes by TLS."""

    secure = True

    def __init__(self, sock: socket.socket, limits: Limits, context: ssl.SSLContext) -> None:
        super().__init__(sock, limits)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._state = Lock()

    def greet(self, until: float) -> str | None:
        """Do the handshake, and return the protocol that both want, if they spoke of any."""
        while True:
            try:
                with self._state:
                    self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill(until):
                    raise ConnectionError("The client is gone") from None
            except ssl.SSLError:
                with suppress(OSError):
                    self._flush()  # an alert says why
                raise
        self._flush()
        return self._tls.selected_alpn_protocol()

    def receive(self, until: float) -> bytes:
        """Return the next bytes, none at the end; raise TimeoutError at that time (monotonic)."""
        while True:
            try:
                with self._state:
                    return self._tls.read(PIECE)
            except ssl.SSLWantReadError:
                if self._outgoing.pending:
                    self._flush()
                if not self._fill(until):
                    return b""
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def send(self, data: bytes) -> None:
        """Send all of it. Raises TimeoutError if the client takes nothing for long, OSError if it is gone."""
        with self._sending:
            for start in range(0, len(data), PIECE):
                with self._state:
                    self._tls.write(data[start : start + PIECE])
                    sealed = self._outgoing.read()
                self._send(sealed)

    def end(self) -> None:
        """Say goodbye as TLS wants it, then as the plain connection."""
        with suppress(OSError, ssl.SSLError):
            with self._state, suppress(ssl.SSLWantReadError):
                self._tls.unwrap()
            self._flush()
        super().end()

    def _flush(self) -> None:
        """Send what TLS itself has to say."""
        with self._sending:
            with self._state:
                sealed = self._outgoing.read()
            self._send(sealed)

    def _fill(self, until: float) -> bool:
        """Take more from the socket; tell whether anything came."""
        sealed = Wire.receive(self, until)
        with self._state:
            if sealed:
                self._incoming.write(sealed)
            else:
                self._incoming.write_eof()
        return bool(sealed)
