"""HTTP/2 on a connection: many requests at once, each answered in a thread of the crew. On h2.

AWS's SDK for JavaScript says goodbye (GOAWAY) as soon as it has sent a request, and waits for its answer all
the same, for minutes if it has subscribed to a shard. h2 takes a goodbye for the end, so it is kept from it.
"""

import logging
import time
from contextlib import closing, suppress
from http import HTTPStatus
from threading import Condition, Lock
from time import time as wall

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
from h2.errors import ErrorCodes
from hyperframe.frame import GoAwayFrame

from tailrace.mapping.crew import Crew

from .conversation import is_late
from .entry import OpenConnection
from .frames import Frames
from .http1 import BODILESS, PER_HOP, date
from .inside import Inside
from .request import Body, HttpRequest, HttpResponse, HungUpError, Pieces, RefusedError, lowered
from .wire import Wire

LOG = logging.getLogger(__name__)
WINDOW = 2**20
"""Bytes of a body that a client may send before we have taken them; of a connection, sixteen times that."""


class Http2Stream:
    """One request on its way, and its answer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.began = time.monotonic()
        self.whole = False
        self.gone = False
        """Whether the client wants no answer any more."""


class Multiplex:
    """One HTTP/2 connection."""

    def __init__(self, inside: Inside, wire: Wire, entry: OpenConnection, crew: Crew) -> None:
        self._inside, self._wire, self._entry, self._crew = inside, wire, entry, crew
        self._frames = Frames()
        self._changed = Condition()  # over all that follows
        self._order = Lock()
        """Held while bytes go out, so that they go in the order in which h2 made them."""
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="latin-1")
        )
        self._streams: dict[int, Http2Stream] = {}
        self._gone = False
        self._leaving = False
        """Whether we have said goodbye: what is under way is answered, and nothing else."""

    def hold(self, first: bytes) -> None:
        """Answer what is asked, beginning with these bytes, until the client is gone."""
        try:
            self._greet()
            self._entry.leave = self._leave
            if self._entry.stops:
                self._leave()
            self._take(first)
            while data := self._next():
                self._take(data)
        except h2.exceptions.ProtocolError:
            with suppress(OSError):
                self._flush()  # h2 has said why
                self._wire.end()
        finally:
            with self._changed:
                self._gone = True
                waiting = [one for one in self._streams.values() if not one.whole]
                self._changed.notify_all()
            for stream in waiting:
                stream.request.body.close()

    def _greet(self) -> None:
        limits = self._inside.limits
        settings = h2.settings.SettingCodes
        with self._changed:
            self._h2.local_settings = h2.settings.Settings(
                client=False,
                initial_values={
                    settings.MAX_CONCURRENT_STREAMS: limits.streams,
                    settings.INITIAL_WINDOW_SIZE: WINDOW,
                    settings.MAX_HEADER_LIST_SIZE: limits.head,
                    settings.ENABLE_PUSH: 0,
                },
            )
            self._h2.decoder.max_header_list_size = limits.head  # h2 heeds that setting when it changes
            self._h2.initiate_connection()
            self._h2.increment_flow_control_window(15 * WINDOW)
        self._flush()

    def _next(self) -> bytes:
        """Return the next bytes; none when the client is gone, or neither says nor awaits anything."""
        idle = time.monotonic() + self._inside.limits.idle
        while True:
            try:
                return self._wire.receive(time.monotonic())
            except TimeoutError:
                self._drop_late()
                with self._changed:
                    if self._streams:
                        idle = time.monotonic() + self._inside.limits.idle
                    elif time.monotonic() > idle:
                        self._h2.close_connection()
                        break
        self._flush()
        self._wire.end()
        return b""

    def _take(self, data: bytes) -> None:
        """Take bytes: note what they say, and answer what is whole."""
        ready: list[tuple[int, Http2Stream]] = []
        data = self._frames.feed(data)
        with self._changed:
            for event in self._h2.receive_data(data):
                self._note(event, ready)
            self._changed.notify_all()
            finished = self._ends
        self._flush()
        for number, stream in ready:
            self._crew.run(lambda number=number, stream=stream: self._answer(number, stream))  # type: ignore[misc]
        self._drop_late()
        if finished:
            self._end()

    @property
    def _ends(self) -> bool:
        """Whether nothing more is asked or answered; read with the lock."""
        return (self._frames.leaving or self._leaving) and not self._streams

    def _leave(self) -> None:
        """Say goodbye: what is under way is answered, what is not whole yet is refused.

        h2 would not let an answer follow its goodbye, so the frame is ours.
        """
        with suppress(OSError), self._order:
            with self._changed:
                self._leaving = True
                for number in [number for number, one in self._streams.items() if not one.whole]:
                    self._h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
                    self._forget(number)
                goodbye = GoAwayFrame(0, last_stream_id=self._h2.highest_inbound_stream_id)
                data = self._h2.data_to_send() + goodbye.serialize()
                finished = self._ends
            self._send_out(data)
        if finished:
            self._end()

    def _end(self) -> None:
        """End the connection when all is said, and do not wait for a client that does not."""
        self._wire.end()
        self._entry.cut()

    def _note(self, event: h2.events.Event, ready: list[tuple[int, Http2Stream]]) -> None:
        """Note what a client did; called with the lock."""
        match event:
            case h2.events.RequestReceived(stream_id=int(number), headers=headers):
                self._begin(number, [(str(name), str(value)) for name, value in headers or ()])
            case h2.events.DataReceived(stream_id=int(number), data=data, flow_controlled_length=length):
                self._h2.acknowledge_received_data(length or 0, number)
                if (found := self._streams.get(number)) is not None and not found.whole:
                    self._add(number, found, data or b"")
            case h2.events.StreamEnded(stream_id=int(number)):
                if (found := self._streams.get(number)) is not None and not found.whole:
                    found.whole = True
                    ready.append((number, found))
            case h2.events.StreamReset(stream_id=int(number)):
                if (found := self._streams.get(number)) is not None:
                    found.gone = True
                    if not found.whole:
                        self._forget(number)

    def _begin(self, number: int, headers: list[tuple[str, str]]) -> None:
        """Begin a request, or refuse it."""
        if self._leaving or len(self._streams) >= self._inside.limits.streams:
            self._h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
            return
        request = asked(headers, self._inside, self._entry)
        self._streams[number] = Http2Stream(request)
        try:
            self._inside.judge(request)
        except RefusedError as refused:
            self._refuse(number, refused)
            return
        if request.named.get("expect", "").lower() == "100-continue":
            self._h2.send_headers(number, [(":status", "100")])

    def _add(self, number: int, stream: Http2Stream, data: bytes) -> None:
        try:
            stream.request.body.add(data)
        except RefusedError as refused:
            self._refuse(number, refused)

    def _refuse(self, number: int, refused: RefusedError) -> None:
        """Answer a request with a sentence, whatever of it is still to come."""
        answer = refused.answer()
        self._forget(number)
        with suppress(h2.exceptions.ProtocolError):
            self._h2.send_headers(number, sent_headers(answer))
            body = answer.body if isinstance(answer.body, bytes) else b""
            self._h2.send_data(number, body, end_stream=True)
            self._h2.reset_stream(number, ErrorCodes.NO_ERROR)

    def _forget(self, number: int) -> None:
        self._streams.pop(number).request.body.close()

    def _drop_late(self) -> None:
        """Refuse what comes too slowly."""
        now = time.monotonic()
        with self._changed:
            late = [
                number
                for number, one in self._streams.items()
                if not one.whole and is_late(one.request.body.size, now - one.began, self._inside.limits)
            ]
            for number in late:
                self._refuse(number, RefusedError(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly."))
        if late:
            self._flush()

    # In threads of the crew.

    def _answer(self, number: int, stream: Http2Stream) -> None:
        """Answer one request."""
        try:
            with closing(stream.request.body):
                if self._entry.begin():
                    try:
                        self._send(number, stream, self._inside.answer(stream.request))
                    finally:
                        self._entry.end()
                else:
                    self._break(number, ErrorCodes.REFUSED_STREAM)
        except HungUpError as end:
            self._hang_up(number, stream, end)
        except TimeoutError:
            self._break(number)  # it takes nothing of this answer, for which it has no room
        except (OSError, h2.exceptions.ProtocolError):
            pass  # the client is gone, or does not want the answer any more
        except Exception:
            LOG.exception("An answer broke off")
            self._break(number)
        finally:
            with self._changed:
                self._streams.pop(number, None)
                finished = self._ends and not self._gone
            if finished:
                with suppress(OSError):
                    self._flush()  # what other threads have just made
                self._end()

    def _send(self, number: int, stream: Http2Stream, answer: HttpResponse) -> None:
        bodiless = stream.request.method == "HEAD" or answer.status in BODILESS
        if isinstance(answer.body, bytes):
            body = b"" if bodiless else answer.body
            self._send_head(number, stream, answer, ends=not body)
            if body:
                self._send_data(number, stream, body, ends=True)
            return
        with closing(answer.body):
            self._send_head(number, stream, answer, ends=bodiless)
            if not bodiless:
                self._send_pieces(number, stream, answer.body)

    def _send_pieces(self, number: int, stream: Http2Stream, pieces: Pieces) -> None:
        for piece in pieces:
            if piece:
                self._send_data(number, stream, piece, ends=False)
        self._send_data(number, stream, b"", ends=True)

    def _send_head(self, number: int, stream: Http2Stream, answer: HttpResponse, *, ends: bool) -> None:
        with self._changed:
            self._require(stream)
            self._h2.send_headers(number, sent_headers(answer), end_stream=ends)
            if ends:
                self._streams.pop(number, None)
        self._flush()

    def _send_data(self, number: int, stream: Http2Stream, data: bytes, *, ends: bool) -> None:
        """Send a piece, as much at a time as the client has room for."""
        rest = memoryview(data)
        while True:
            with self._changed:
                self._require(stream)
                room = self._room(number, stream) if rest else 0
                piece, rest = rest[:room], rest[room:]
                self._h2.send_data(number, bytes(piece), end_stream=ends and not rest)
                if ends and not rest:
                    self._streams.pop(number, None)  # before the client can know, who may then begin another
            self._flush()
            if not rest:
                return

    def _room(self, number: int, stream: Http2Stream) -> int:
        """Return how many bytes may be sent at once; wait until it is any. Called with the lock."""
        until = time.monotonic() + self._inside.limits.stall
        while (room := self._h2.local_flow_control_window(number)) <= 0:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the client takes nothing")
            self._changed.wait(left)
            self._require(stream)
        return min(room, self._h2.max_outbound_frame_size)

    def _require(self, stream: Http2Stream) -> None:
        if self._gone or stream.gone:
            raise ConnectionResetError("the client is gone")

    def _hang_up(self, number: int, stream: Http2Stream, end: HungUpError) -> None:
        """End the connection in an answer, or before it, as a network does: without a goodbye."""
        with suppress(OSError, h2.exceptions.ProtocolError):
            if end.answer is not None:
                self._send_head(number, stream, end.answer, ends=False)
                self._send_data(number, stream, end.answer.whole[: end.length], ends=False)
        self._entry.cut()

    def _break(self, number: int, why: ErrorCodes = ErrorCodes.INTERNAL_ERROR) -> None:
        with suppress(OSError, h2.exceptions.ProtocolError):
            with self._changed:
                self._h2.reset_stream(number, why)
            self._flush()

    def _flush(self) -> None:
        """Send what h2 has made."""
        with self._order:
            with self._changed:
                data = self._h2.data_to_send()
            if data:
                self._send_out(data)

    def _send_out(self, data: bytes) -> None:
        """Send bytes, or cut the connection: nothing can follow a frame that was sent in part."""
        try:
            self._wire.send(data)
        except OSError:
            self._entry.cut()
            raise


def asked(headers: list[tuple[str, str]], inside: Inside, entry: OpenConnection) -> HttpRequest:
    """Make a request of HTTP/2's headers: what is asked stands in those with a colon."""
    of = {name: value for name, value in headers if name.startswith(":")}
    plain = [(name, value) for name, value in headers if not name.startswith(":")]
    if ":authority" in of and not any(name == "host" for name, _ in plain):
        plain.insert(0, ("host", of[":authority"]))
    return HttpRequest(
        of.get(":method", "GET"), of.get(":path", "/"), "2", plain, Body(inside.limits), entry.place
    )


def sent_headers(answer: HttpResponse) -> list[tuple[str, str]]:
    """Return an answer's headers as HTTP/2 has them.

    >>> sent_headers(HttpResponse(200, [("Date", "now"), ("X-A", "b"), ("Connection", "close")], b""))
    [(':status', '200'), ('date', 'now'), ('x-a', 'b'), ('content-length', '0')]
    """
    whole = isinstance(answer.body, bytes) and answer.status not in BODILESS
    left_out = {*PER_HOP, "content-length"} if whole and answer.body else PER_HOP
    listed = [(lowered(name), value) for name, value in answer.headers if lowered(name) not in left_out]
    names = {name for name, _ in listed}
    if whole and "content-length" not in names:
        listed.append(("content-length", str(len(answer.body))))  # type: ignore[arg-type]  # whole, so bytes
    if "date" not in names:
        listed.append(("date", date(int(wall()))))
    return [(":status", str(answer.status)), *listed]
