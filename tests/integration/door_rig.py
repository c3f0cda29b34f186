"""A door on a port of its own, with a small program inside, and clients as raw as need be."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import NamedTuple

import h2.config
import h2.connection
import h2.events
import trustme

from tailrace.door.browsers import Allowed
from tailrace.door.inside import Inside
from tailrace.door.judge import judged
from tailrace.door.limits import Limits
from tailrace.door.listening import Listener
from tailrace.door.request import HttpRequest, HttpResponse, HungUpError
from tailrace.door.wire import Wire

LARGE = 3_000_000
PATIENCE = 10.0
QUICK = Limits(
    head=4096, body=200_000, kept=1000, connections=20, streams=10, idle=1.0, patience=0.6, stall=0.6,
    pace=100_000, grace=0.5, tick=0.1,
)  # fmt: skip


class Pieces:
    """A body that comes in pieces, one every twentieth of a second, until it is closed."""

    def __init__(self, count: int, closed: Event, size: int = 10) -> None:
        self._count, self._size = count, size
        self._closed = Event()
        self._seen = closed

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self._count):
            yield b"%d" % (number % 10) * self._size
            self._closed.wait(0.05)

    def close(self) -> None:
        """End, and let the test see it."""
        self._closed.set()
        self._seen.set()


class Rig(NamedTuple):
    """The door, its port, whom its clients trust, and what its program saw."""

    door: Listener
    port: int
    authority: trustme.CA
    closed: Event
    """Set when a body in pieces was closed."""
    release: Event
    """Lets the answer to `/wait` go."""
    waiting: Event
    """Set when that is asked for."""
    asked: list[str]
    """The targets of all requests."""

    def connect(self) -> socket.socket:
        """Return a connection, as a socket."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def connect_securely(self, *protocols: str) -> ssl.SSLSocket:
        """Return a connection by TLS that offers these protocols."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        context.set_alpn_protocols(list(protocols))
        return context.wrap_socket(self.connect(), server_hostname="localhost")


@contextmanager
def door(limits: Limits = QUICK) -> Iterator[Rig]:
    """Open a door, and close it at the end."""
    closed, release, waiting = Event(), Event(), Event()
    asked: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        asked.append(request.target)
        path, _, size = request.target.partition("?")
        if path == "/wait":
            waiting.set()
            release.wait(PATIENCE)
        if path == "/lost":
            raise HungUpError
        if path == "/cut":
            raise HungUpError(HttpResponse(200, [], b"a whole answer"), 7)
        if path == "/pieces":
            return HttpResponse(200, [], Pieces(int(size), closed))
        if path == "/large":
            return HttpResponse(200, [], b"x" * int(size or LARGE))
        text = f"{request.method} {request.target} {request.body.size} {request.place.secure}"
        return HttpResponse(200, [("Content-Type", "text/plain")], text.encode())

    def speak(request: HttpRequest, wire: Wire, rest: bytes) -> None:
        wire.send(request.target.encode() + rest)

    allowed = Allowed.by(listens=["127.0.0.1"], origins="")
    inside = Inside(answer, speak, lambda request: judged(allowed, request), limits)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    listener = Listener([("127.0.0.1", 0)], inside, context)
    thread = Thread(target=listener.run)
    thread.start()
    try:
        yield Rig(listener, listener.ports[0], authority, closed, release, waiting, asked)
    finally:
        release.set()
        listener.close()
        thread.join(PATIENCE)
    assert not thread.is_alive(), "the door did not close"


def everything(sock: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    found = b""
    with suppress(ConnectionResetError):
        while piece := sock.recv(65536):
            found += piece
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until it is so. Raises AssertionError."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, f"not so after {PATIENCE:.0f} s: {what}"
        Event().wait(0.02)


class Client:
    """A client of HTTP/2 on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.status: dict[int, str] = {}
        self.bodies: dict[int, bytes] = {}
        self.ended: set[int] = set()
        self.reset: dict[int, int] = {}
        self.goodbyes: list[tuple[int, int]] = []
        """Of each GOAWAY the last stream, and the error."""
        self._rest = b""
        self.takes = True
        """Whether room is given for more when bytes have come."""
        self.flush()

    def flush(self) -> None:
        """Send what there is to say."""
        self.socket.sendall(self.h2.data_to_send())

    def ask(self, path: str, *more: tuple[str, str], method: str = "GET", ends: bool = True) -> int:
        """Ask, and return the stream's number."""
        number = self.h2.get_next_available_stream_id()
        named = {":authority", "host"} & {name for name, _ in more}
        pseudo = {":method": method, ":scheme": "http", ":path": path}
        if not named:
            pseudo[":authority"] = "localhost"
        ordered = sorted([*pseudo.items(), *more], key=lambda header: not header[0].startswith(":"))
        self.h2.send_headers(number, ordered, end_stream=ends)
        self.flush()
        return number

    def listen(self, enough: Callable[[], bool]) -> None:
        """Take what comes until it is enough, or the other side closes."""
        ends = time.monotonic() + PATIENCE
        while not enough():
            assert time.monotonic() < ends, f"not enough: {self.status} {self.ended} {self.reset}"
            data = b""
            with suppress(ConnectionError):  # the other side cut it
                data = self.socket.recv(65536)
            if not data:
                return
            for event in self.h2.receive_data(self._without_goodbyes(data)):
                self._note(event)
            with suppress(ConnectionError):
                self.flush()

    def _without_goodbyes(self, data: bytes) -> bytes:
        """Return the whole frames that have come, but for goodbyes, after which h2 takes no answers."""
        self._rest, passed = self._rest + data, b""
        while len(self._rest) >= 9 and len(self._rest) >= (size := 9 + int.from_bytes(self._rest[:3])):
            frame, self._rest = self._rest[:size], self._rest[size:]
            if frame[3] == 7:
                self.goodbyes.append((int.from_bytes(frame[9:13]), int.from_bytes(frame[13:17])))
            else:
                passed += frame
        return passed

    def _note(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=int(number), headers=headers):
                self.status[number] = dict(headers or ())[":status"]  # type: ignore[index,assignment]  # text
            case h2.events.DataReceived(stream_id=int(number), data=data, flow_controlled_length=length):
                self.bodies[number] = self.bodies.get(number, b"") + (data or b"")
                if self.takes and length:
                    self.h2.acknowledge_received_data(length, number)
            case h2.events.StreamEnded(stream_id=int(number)):
                self.ended.add(number)
            case h2.events.StreamReset(stream_id=int(number), error_code=code):
                self.reset[number] = int(code or 0)
