"""The door as fuzzing finds it: the very code that runs in the emulator, with a small program inside.

A conversation's bytes are all sent at once, and the sending side closed; the door answers in the same thread.
So whatever it does with them ends at once, and a hang is seen as one.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import trustme

from tailrace.door.browsers import Allowed
from tailrace.door.conversation import Conversation
from tailrace.door.entry import OpenConnections
from tailrace.door.frames import PREFACE
from tailrace.door.inside import Inside
from tailrace.door.judge import judged
from tailrace.door.limits import Limits
from tailrace.door.multiplex import Multiplex
from tailrace.door.request import NOWHERE, HttpRequest, HttpResponse
from tailrace.door.wire import SecureWire, Wire

if TYPE_CHECKING:
    from tailrace.mapping.crew import Crew

LIMITS = Limits(head=8192, body=20_000, kept=10_000, tick=0.5, idle=1.0, patience=1.0, stall=0.01, grace=0.1)
ALLOWED = Allowed.by(listens=["127.0.0.1"], origins="")


class Pieces:
    """A body in pieces."""

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"one", b"", b"two" * 100)

    def close(self) -> None:
        """Nothing is open."""


class Now:
    """Stands for the crew: does each task at once, in the same thread."""

    def run(self, task: Callable[[], None]) -> None:
        """Do it."""
        task()


def answer(request: HttpRequest) -> HttpResponse:
    """Answer what is asked with what was asked."""
    if request.target.endswith("/stream"):
        return HttpResponse(200, [("Content-Type", "text/plain")], Pieces())
    environ = request.environ()
    return HttpResponse(
        200, [("Content-Type", "text/plain")], repr((environ["PATH_INFO"], request.body.size)).encode()
    )


def speak(request: HttpRequest, wire: Wire, rest: bytes) -> None:
    """Say on a web socket what was said."""
    del request
    wire.send(rest)


INSIDE = Inside(answer, speak, lambda request: judged(ALLOWED, request), LIMITS)


def secured() -> ssl.SSLContext:
    """Return how TLS is spoken, with a certificate that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def converse(data: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Let a client say this, and return what it was answered; with a context, by TLS.

    Raises OSError where the client is gone, as the door's own thread would see it.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        entries = OpenConnections(1)
        entry = entries.add(ours, NOWHERE)
        assert entry is not None
        wire = Wire(ours, LIMITS)
        if context is not None:
            wire = SecureWire(ours, LIMITS, context)
            wire.greet(0)
        first = wire.receive(0)
        if first.startswith(PREFACE):
            Multiplex(INSIDE, wire, entry, cast("Crew", Now())).hold(first)
        elif first:
            Conversation(INSIDE, wire, entry).hold(first)
        ours.close()
        return _all(theirs)


def _all(sock: socket.socket) -> bytes:
    pieces = []
    while piece := sock.recv(2**20):
        pieces.append(piece)
    return b"".join(pieces)
