"""Programs in network namespaces of their own, whose only way out are relays through sockets in a folder.

Run as a program it is the inside: it brings its loopback up, listens there on the ports that it is told,
hands each connection on to a socket of the folder, and runs a command:
`namespaces.py FOLDER PORT[,PORT] COMMAND…`.
"""

import fcntl
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def possible() -> bool:
    """Tell whether this machine lets us make a network namespace."""
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


UNSHARE = ("unshare", "--user", "--map-root-user", "--net")


def inside(folder: Path, ports: Sequence[int], command: Sequence[str]) -> list[str]:
    """Return the command that runs a command in a namespace, with these ports of ours on its loopback."""
    named = ",".join(map(str, ports))
    return [*UNSHARE, sys.executable, __file__, str(folder), named, *command]


@contextmanager
def outside(folder: Path, ports: Sequence[int]) -> Iterator[None]:
    """Hand on to ports of this machine what comes through the folder."""
    listeners = []
    for port in ports:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / str(port)))
        listener.listen()
        listeners.append(listener)
        Thread(target=_hand_on, args=[listener, socket.AF_INET, ("127.0.0.1", port)], daemon=True).start()
    try:
        yield
    finally:
        for listener in listeners:
            listener.close()


def _hand_on(listener: socket.socket, family: int, to: object) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.socket(family)
            try:
                far.connect(to)  # type: ignore[arg-type]
            except OSError:  # nobody listens there yet
                near.close()
                far.close()
                continue
            for one, other in ((near, far), (far, near)):
                Thread(target=_pass, args=[one, other], daemon=True).start()


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for each in (one, other):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


def _bring_up() -> None:
    """Bring the namespace's loopback up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh22x", b"lo", 0)
        _, flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def _main(folder: Path, ports: Sequence[int], command: Sequence[str]) -> int:
    _bring_up()
    for port in ports:
        listener = socket.create_server(("127.0.0.1", port))
        Thread(target=_hand_on, args=[listener, socket.AF_UNIX, str(folder / str(port))], daemon=True).start()
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), [int(port) for port in sys.argv[2].split(",")], sys.argv[3:]))
