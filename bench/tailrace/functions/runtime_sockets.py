"""The Runtime API of one environment: its sockets, what the runtime asks for, and what it has answered."""

import base64
import select
import socket
import struct
from collections.abc import Callable

from tailrace.functions import runtime_api
from tailrace.functions.runtime_api import InvocationEvent, RequestReader, RuntimeRequest
from tailrace.functions.stops import Doom, StopReason

_STREAMED_ERROR = "lambda-runtime-function-error-body"
SEND_SECONDS = 10
"""How long a runtime may take to take what it is sent."""
_SEND_TIMEOUT = struct.pack("@ll", SEND_SECONDS, 0)


class RuntimeSockets:
    """Handled by whoever polls; it registers its sockets there. `meet` is called where a doom is due.

    `answer` is the function's, `stop` is why there is none.
    """

    def __init__(self, listener: socket.socket, poll: select.poll, meet: Callable[[Doom], None]) -> None:
        self._listener, self._poll, self._meet = listener, poll, meet
        self._connections: dict[int, tuple[socket.socket, RequestReader]] = {}
        self._waiting: socket.socket | None = None
        self._current = ""
        self._doom: Doom | None = None
        self.stop: StopReason | None = None
        self.answer: bytes | None = None
        poll.register(listener.fileno(), select.POLLIN)

    def begin(self, request_id: str, doom: Doom | None) -> None:
        """Forget the last invocation's answer: this is the next."""
        self.answer, self.stop, self._current, self._doom = None, None, request_id, doom

    def is_waiting(self) -> bool:
        """Tell whether the runtime has asked for an event."""
        return self._waiting is not None

    def is_answered(self) -> bool:
        """Tell whether it has answered."""
        return self.answer is not None

    def hand_over(self, event: InvocationEvent, until: float) -> bool:
        """Give a waiting runtime its event, with the time at which it is over; False if it is gone."""
        connection, self._waiting = self._waiting, None
        return connection is not None and self._send(connection, runtime_api.next_event(event, until))

    def handle(self, descriptor: int) -> None:
        """Take a connection, or what came on one."""
        if descriptor != self._listener.fileno():
            self._read(descriptor)
            return
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _SEND_TIMEOUT)
        self._connections[connection.fileno()] = connection, RequestReader()
        self._poll.register(connection.fileno(), select.POLLIN)

    def read_all(self) -> None:
        """Take what has come on every connection."""
        for descriptor in list(self._connections):
            self._read(descriptor)

    def close(self) -> None:
        """Close all of it."""
        for connection, _ in self._connections.values():
            connection.close()
        self._listener.close()

    def _read(self, descriptor: int) -> None:
        connection, reader = self._connections[descriptor]
        try:
            data = connection.recv(262_144, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._poll.unregister(descriptor)
            del self._connections[descriptor]
            connection.close()
            if self._waiting is connection:
                self._waiting = None
            return
        for request in reader.feed(data):
            self._answer_request(connection, request)
        if reader.wants_continue:
            reader.wants_continue = False
            self._send(connection, runtime_api.CONTINUE)

    def _answer_request(self, connection: socket.socket, request: RuntimeRequest) -> None:
        action, request_id = request.action
        kind = request.headers.get("lambda-runtime-function-error-type", "")
        if action == "next":
            self._waiting = connection
        elif action == "init/error":
            self.stop = StopReason("init-error", payload=request.body, error_type=kind)
            self._send(connection, runtime_api.ACCEPTED)
        elif not action:
            self._send(connection, runtime_api.UNKNOWN)
        elif request_id != self._current:
            self._send(connection, runtime_api.WRONG_ID)
        elif request.size > runtime_api.PAYLOAD_LIMIT:
            self.stop = StopReason("too-large", size=request.size)
            self._send(connection, runtime_api.TOO_LARGE)
        else:
            if action == "error" or kind:  # a streamed answer that ends in an error says so at its end
                streamed = base64.b64decode(request.headers.get(_STREAMED_ERROR, ""))
                self.stop = StopReason("error", payload=streamed or request.body, error_type=kind)
            elif self._doom and self._doom.moment == "answer":
                self.stop = self._doom.stop
                self._meet(self._doom)
                return
            else:
                self.answer = request.body
            if self._doom and self._doom.moment == "after":
                self._meet(self._doom)
            self._send(connection, runtime_api.ACCEPTED)

    def _send(self, connection: socket.socket, data: bytes) -> bool:
        try:
            connection.sendall(data)
        except OSError:
            return False
        return True
