"""A relay in front of an endpoint: who asks through it sees it go, hang or come back, nobody else."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Relay:
    """Hands on connections of a port of its own while it is open."""

    def __init__(self, host: str, port: int) -> None:
        self._behind = (host, port)
        self._listener: socket.socket | None = None
        self._connections: list[socket.socket] = []
        self._flows, self._waiting = Event(), Event()
        self.port = 0

    def open(self) -> None:
        """Listen; the second time on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._flows.set()
        Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def shut(self) -> None:
        """Listen no more, and end every connection."""
        if self._listener:
            _end(self._listener)
        for connection in self._connections:
            _end(connection)
        self._listener = None
        self._connections.clear()
        self._flows.set()

    def hold(self) -> None:
        """Hand on nothing more; return when somebody waits for what was not handed on."""
        self._waiting.clear()
        self._flows.clear()
        assert self._waiting.wait(30), "nothing was asked through the relay for 30 s"

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._behind)
                self._connections += [near, far]
                for one, other in ((near, far), (far, near)):
                    Thread(target=self._pass, args=[one, other], daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not self._flows.is_set():
                    self._waiting.set()
                    self._flows.wait()
                other.sendall(data)
        _end(one)
        _end(other)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def relayed(host: str, port: int) -> Iterator[Relay]:
    """Give an open relay, shut at the end."""
    relay = Relay(host, port)
    relay.open()
    try:
        yield relay
    finally:
        relay.shut()
