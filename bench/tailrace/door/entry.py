"""The connections that are open, and what becomes of them when the emulator stops."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Condition

from .request import ConnectionEnds


class OpenConnection:
    """One connection: between whom, and whether a request on it is under way."""

    def __init__(self, entries: "OpenConnections", sock: socket.socket, place: ConnectionEnds) -> None:
        self.place, self.socket = place, sock
        self._entries = entries
        self.under_way = 0
        self.leave: Callable[[], None] | None = None
        """How the client is told that the emulator stops, where its protocol has a word for it."""

    @property
    def stops(self) -> bool:
        """Whether the emulator stops: what is under way is answered, and nothing after it."""
        return self._entries.closed

    def begin(self) -> bool:
        """Note that a request is being answered; tell whether it may be: not while the emulator stops."""
        return self._entries.begin(self)

    def end(self) -> None:
        """Note that it was answered."""
        self._entries.end(self)

    def cut(self) -> None:
        """End the connection, whatever is under way; its thread sees that the client is gone."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class OpenConnections:
    """All connections that are open, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[OpenConnection] = set()
        self.closed = False
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, sock: socket.socket, place: ConnectionEnds) -> OpenConnection | None:
        """Take a connection; None if there are too many, or no more are taken."""
        entry = OpenConnection(self, sock, place)
        with self._changed:
            if self.closed or len(self._open) >= self._most:
                return None
            self._open.add(entry)
        return entry

    def remove(self, entry: OpenConnection) -> None:
        """Let go of a connection."""
        with self._changed:
            self._open.discard(entry)
            self._changed.notify_all()

    def begin(self, entry: OpenConnection) -> bool:
        """Note a request on a connection."""
        with self._changed:
            if not self.closed:
                entry.under_way += 1
            return not self.closed

    def end(self, entry: OpenConnection) -> None:
        """Note that one was answered."""
        with self._changed:
            entry.under_way -= 1

    def close(self, grace: float, run: Callable[[Callable[[], None]], object]) -> None:
        """Take no more; end what is idle now, and what is under way after so many seconds.

        `run` lets goodbyes be said in other threads: a client may take none.
        """
        until = time.monotonic() + grace
        with self._changed:
            self.closed = True
            leaving = [entry.leave for entry in self._open if entry.leave is not None]
            for entry in self._open:
                if entry.leave is None and not entry.under_way:
                    entry.cut()
        for leave in leaving:
            run(leave)
        with self._changed:
            while self._open and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            for entry in self._open:
                entry.cut()
