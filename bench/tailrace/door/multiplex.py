"""HTTP/2 on a connection: many requests at once, each answered in a thread of the crew. On h2.

AWS's SDK for JavaScript says goodbye (GOAWAY) as soon as it has sent a request, and waits for its answer all
the same, for minutes if it has subscribed to a shard. h2 takes a goodbye for the end, so it is kept from it.
"""

import logging
import time
from contextlib import closing, suppress
from http import HTTPStatus

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
from .http2 import asked, sent_headers
from .inside import Inside
from .outgoing import Http2Stream, Outgoing
from .request import HungUpError, RefusedError
from .wire import Wire

LOG = logging.getLogger(__name__)
WINDOW = 2**20
"""Bytes of a body that a client may send before we have taken them; of a connection, sixteen times that."""


class Multiplex:
    """One HTTP/2 connection."""

    def __init__(self, inside: Inside, wire: Wire, entry: OpenConnection, crew: Crew) -> None:
        self._inside, self._wire, self._entry, self._crew = inside, wire, entry, crew
        self._frames = Frames()
        self._out = Outgoing(wire, entry.cut, inside.limits.stall)
        self._changed, self._h2, self._streams = self._out.changed, self._out.h2, self._out.streams
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
                self._out.flush()  # h2 has said why
                self._wire.end()
        finally:
            with self._changed:
                self._out.gone = True
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
        self._out.flush()

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
        self._out.flush()
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
        self._out.flush()
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
        finished = False

        def goodbye() -> bytes:
            nonlocal finished
            self._leaving = True
            for number in [number for number, one in self._streams.items() if not one.whole]:
                self._h2.reset_stream(number, ErrorCodes.REFUSED_STREAM)
                self._forget(number)
            finished = self._ends
            return GoAwayFrame(0, last_stream_id=self._h2.highest_inbound_stream_id).serialize()

        with suppress(OSError):
            self._out.flush(goodbye)
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
            self._out.flush()

    # In threads of the crew.

    def _answer(self, number: int, stream: Http2Stream) -> None:
        """Answer one request."""
        try:
            with closing(stream.request.body):
                if self._entry.begin():
                    try:
                        self._out.send(number, stream, self._inside.answer(stream.request))
                    finally:
                        self._entry.end()
                else:
                    self._out.reset(number, ErrorCodes.REFUSED_STREAM)
        except HungUpError as end:
            self._hang_up(number, stream, end)
        except TimeoutError:
            self._out.reset(number)  # it takes nothing of this answer, for which it has no room
        except (OSError, h2.exceptions.ProtocolError):
            pass  # the client is gone, or does not want the answer any more
        except Exception:
            LOG.exception("An answer broke off")
            self._out.reset(number)
        finally:
            with self._changed:
                self._streams.pop(number, None)
                finished = self._ends and not self._out.gone
            if finished:
                with suppress(OSError):
                    self._out.flush()  # what other threads have just made
                self._end()

    def _hang_up(self, number: int, stream: Http2Stream, end: HungUpError) -> None:
        """End the connection in an answer, or before it, as a network does: without a goodbye."""
        with suppress(OSError, h2.exceptions.ProtocolError):
            if end.answer is not None:
                self._out.send_head(number, stream, end.answer, ends=False)
                self._out.send_data(number, stream, end.answer.whole[: end.length], ends=False)
        self._entry.cut()
