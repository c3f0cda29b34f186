"""Stands for a program that runs in a fork (`forking.py`): run as `python -IS forked.py ADDRESS -m MODULE …`.

It hands its standard streams, its folder and its environment over, passes signals on, and ends as the program
ends. When it is killed, the program is.
"""

import _socket  # `socket` would double what this program takes
import os
import select
import signal
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(address: str, words: list[str]) -> int:
    """Have the program run, and return its exit code; where a signal ended it, die by the same."""
    variables = [f"{name}={value}" for name, value in os.environ.items()]
    asked = os.fsencode("\0".join([str(len(words)), *words, os.getcwd(), *variables]))  # noqa: PTH109  as above
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    keeper = _socket.socket(_socket.AF_UNIX)
    keeper.connect(address)
    came, coming = _socket.socketpair()  # a handler would miss what comes just before a wait begins
    coming.setblocking(False)
    signal.set_wakeup_fd(coming.fileno())
    for number in PASSED_ON:
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    keeper.sendmsg([len(asked).to_bytes(4)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    keeper.sendall(asked)
    while keeper not in select.select([keeper, came], [], [])[0]:
        keeper.sendall(came.recv(16))
    ended = keeper.recv(4)
    code = int.from_bytes(ended, signed=True) if ended else 1
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
