"""The one way out of a function that has no network: to the emulator, byte by byte."""

import contextlib
import socket
import threading

_PIECE = 65_536


class Relay:
    """Connections to a listening socket of the function's network go on to an address of this machine's."""

    def __init__(self, listener: socket.socket, address: tuple[str, int]) -> None:
        self._listener, self._address = listener, address
        threading.Thread(target=self._accept, name="function-relay", daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those that there are end with the function."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self._address)
            except OSError:
                inside.close()
                continue
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=_copy, args=(one, other), name="function-relay", daemon=True).start()


def _copy(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(_PIECE):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    one.close()
