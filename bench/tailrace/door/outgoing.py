"""What goes out by HTTP/2: frames in the order in which h2 made them, bodies as there is room."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from threading import Condition, Lock

import h2.config
import h2.connection
import h2.exceptions
from h2.errors import ErrorCodes

from .http1 import BODILESS
from .http2 import sent_headers
from .request import HttpRequest, HttpResponse, Pieces
from .wire import Wire


class Http2Stream:
    """One request on its way, and its answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.began = time.monotonic()
        self.whole = False
        self.gone = False
        """Whether the client wants no answer any more."""


class Outgoing:
    """The sending side. `changed` is the lock over `h2`, `streams` and `gone`; any thread may send.

    `cut` ends the connection as a network does; a client that makes no room for `stall` seconds gets no more.
    """

    def __init__(self, wire: Wire, cut: Callable[[], None], stall: float) -> None:
        self._wire, self._cut, self._stall = wire, cut, stall
        self.changed = Condition()
        self._order = Lock()
        """Held while bytes go out, so that they go in the order in which h2 made them."""
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="latin-1")
        )
        self.streams: dict[int, Http2Stream] = {}
        self.gone = False

    def send(self, number: int, stream: Http2Stream, answer: HttpResponse) -> None:
        """Send an answer. Raises an OSError if the client is gone, or makes no room for it."""
        bodiless = stream.request.method == "HEAD" or answer.status in BODILESS
        if isinstance(answer.body, bytes):
            body = b"" if bodiless else answer.body
            self.send_head(number, stream, answer, ends=not body)
            if body:
                self.send_data(number, stream, body, ends=True)
            return
        with closing(answer.body):
            self.send_head(number, stream, answer, ends=bodiless)
            if not bodiless:
                self._send_pieces(number, stream, answer.body)

    def _send_pieces(self, number: int, stream: Http2Stream, pieces: Pieces) -> None:
        for piece in pieces:
            if piece:
                self.send_data(number, stream, piece, ends=False)
        self.send_data(number, stream, b"", ends=True)

    def send_head(self, number: int, stream: Http2Stream, answer: HttpResponse, *, ends: bool) -> None:
        """Send an answer's head."""
        with self.changed:
            self._require(stream)
            self.h2.send_headers(number, sent_headers(answer), end_stream=ends)
            if ends:
                self.streams.pop(number, None)
        self.flush()

    def send_data(self, number: int, stream: Http2Stream, data: bytes, *, ends: bool) -> None:
        """Send a piece, as much at a time as the client has room for."""
        rest = memoryview(data)
        while True:
            with self.changed:
                self._require(stream)
                room = self._room(number, stream) if rest else 0
                piece, rest = rest[:room], rest[room:]
                self.h2.send_data(number, bytes(piece), end_stream=ends and not rest)
                if ends and not rest:
                    self.streams.pop(number, None)  # before the client can know, who may then begin another
            self.flush()
            if not rest:
                return

    def _room(self, number: int, stream: Http2Stream) -> int:
        """Return how many bytes may be sent at once; wait until it is any. Called with the lock."""
        until = time.monotonic() + self._stall
        while (room := self.h2.local_flow_control_window(number)) <= 0:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the client takes nothing")
            self.changed.wait(left)
            self._require(stream)
        return min(room, self.h2.max_outbound_frame_size)

    def _require(self, stream: Http2Stream) -> None:
        if self.gone or stream.gone:
            raise ConnectionResetError("the client is gone")

    def reset(self, number: int, why: ErrorCodes = ErrorCodes.INTERNAL_ERROR) -> None:
        """Tell the client that there is no answer, or no end of it."""
        with suppress(OSError, h2.exceptions.ProtocolError):
            with self.changed:
                self.h2.reset_stream(number, why)
            self.flush()

    def flush(self, more: Callable[[], bytes] = bytes) -> None:
        """Send what h2 has made, and after it what `more` gives, which is called with the lock."""
        with self._order:
            with self.changed:
                last = more()
                data = self.h2.data_to_send() + last
            if data:
                self._send_out(data)

    def _send_out(self, data: bytes) -> None:
        """Send bytes, or cut the connection: nothing can follow a frame that was sent in part."""
        try:
            self._wire.send(data)
        except OSError:
            self._cut()
            raise
