"""Accepts connections, gives each a thread, and finds out what it speaks."""

import logging
import selectors
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from threading import Event

from tailrace.mapping.crew import Crew

from .conversation import Conversation
from .entry import OpenConnection, OpenConnections
from .frames import PREFACE
from .inside import Inside
from .multiplex import Multiplex
from .request import ConnectionEnds
from .wire import SecureWire, Wire

LOG = logging.getLogger(__name__)
HANDSHAKE = b"\x16"
"""The first byte of TLS."""
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 46\r\n\r\nToo many connections are open to the emulator.\n"
)
BACKLOG = 1024
WAIT_FOR_ROOM = 0.1
"""Seconds, when the process may open no more files."""


class Listener:
    """Listens on addresses, and lets what comes inside."""

    def __init__(
        self, addresses: Sequence[tuple[str, int]], inside: Inside, context: ssl.SSLContext | None
    ) -> None:
        """Listen from now on; nobody is let in before `run`. Raises OSError if an address is taken."""
        self._inside, self._context, self._limits = inside, context, inside.limits
        self._entries = OpenConnections(self._limits.connections)
        self._crew = Crew("door")
        self._stopped = Event()
        self._sockets = [_listening(*address) for address in addresses]
        self._woken, self._waker = socket.socketpair()

    @property
    def ports(self) -> list[int]:
        """The ports that are listened on."""
        return [sock.getsockname()[1] for sock in self._sockets]

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._entries)

    def run(self) -> None:
        """Let clients in until `close`."""
        with selectors.DefaultSelector() as selector:
            for sock in (*self._sockets, self._woken):
                selector.register(sock, selectors.EVENT_READ)
            while not self._stopped.is_set():
                for key, _ in selector.select():
                    if key.fileobj is not self._woken:
                        self._accept(key.fileobj)  # type: ignore[arg-type]  # one of our sockets
        for sock in (*self._sockets, self._woken, self._waker):
            sock.close()

    def close(self) -> None:
        """Let nobody in any more, and end what is there; `run` returns."""
        self._stopped.set()
        with suppress(OSError):
            self._waker.send(b"\0")
        self._entries.close(self._limits.grace, self._crew.run)

    def _accept(self, listening: socket.socket) -> None:
        try:
            sock, client = listening.accept()
        except BlockingIOError:
            return
        except OSError:
            LOG.exception("A connection could not be accepted")
            self._stopped.wait(WAIT_FOR_ROOM)
            return
        here = sock.getsockname()
        entry = self._entries.add(sock, ConnectionEnds((client[0], client[1]), (here[0], here[1])))
        if entry is None:
            with closing(sock), suppress(OSError):
                sock.settimeout(0)
                sock.send(FULL)
            return
        try:
            self._crew.run(lambda: self._serve(entry))
        except RuntimeError:  # no more threads
            self._entries.remove(entry)
            sock.close()

    def _serve(self, entry: OpenConnection) -> None:
        """Serve one connection to its end."""
        try:
            with closing(entry.socket):
                self._enter(entry)
        except (OSError, ssl.SSLError):
            pass  # the client is gone, or speaks another TLS
        finally:
            self._entries.remove(entry)

    def _enter(self, entry: OpenConnection) -> None:
        limits = self._limits
        wire = Wire(entry.socket, limits)
        until = time.monotonic() + limits.idle
        if self._context is not None and wire.peek(until) == HANDSHAKE:
            wire = SecureWire(entry.socket, limits, self._context)
            wire.greet(time.monotonic() + limits.patience)
            entry.place = entry.place._replace(secure=True)
        first = wire.receive(until)
        began = time.monotonic()
        while len(first) < len(PREFACE) and PREFACE.startswith(first):
            if not first:
                return
            more = wire.receive(began + limits.patience)
            if not more:
                return
            first += more
        if first.startswith(PREFACE):
            Multiplex(self._inside, wire, entry, self._crew).hold(first)
        else:
            Conversation(self._inside, wire, entry).hold(first)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    return sock
