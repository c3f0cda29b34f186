"""HTTP/1.1 on a connection: one request after the other, each answered in the connection's own thread."""

import logging
import time
from contextlib import closing
from http import HTTPStatus

from . import http1
from .entry import OpenConnection
from .http1 import Parser
from .inside import Inside
from .limits import Limits
from .request import HttpRequest, HttpResponse, HungUpError, Pieces, RefusedError
from .wire import Wire

LOG = logging.getLogger(__name__)
SMALL = 256 * 1024
"""Bytes of a body that are sent together with the head."""


class Conversation:
    """One connection's requests and answers, until one side has enough."""

    def __init__(self, inside: Inside, wire: Wire, entry: OpenConnection) -> None:
        self._inside, self._wire, self._entry = inside, wire, entry
        self._parser = Parser(inside.limits, entry.place, inside.judge)

    def hold(self, first: bytes) -> None:
        """Answer what is asked, beginning with these bytes. Raises OSError when the client is gone."""
        with closing(self._parser):
            try:
                self._parser.feed(first)
                while (request := self._next()) is not None:
                    if not self._answered(request) or self._entry.stops:
                        break
            except RefusedError as refused:
                self._send(REFUSED, refused.answer(), keeps=False)
        self._wire.end()

    def _next(self) -> HttpRequest | None:
        """Return the next request that is whole; None if there is none."""
        parser, limits = self._parser, self._inside.limits
        since, begun = time.monotonic(), parser.begun
        while (request := parser.next()) is None:
            if parser.holds_back:
                parser.note_continue()
                self._wire.send(http1.CONTINUE)
            now = time.monotonic()
            if parser.begun and not begun:
                since, begun = now, True
            if begun and is_late(parser.received, now - since, limits):
                raise _slow()
            try:
                data = self._wire.receive(_until(parser, since, now, limits))
            except TimeoutError:
                if begun:
                    raise _slow() from None
                return None
            if not data:
                return None
            parser.feed(data)
        return request

    def _answered(self, request: HttpRequest) -> bool:
        """Answer one request; tell whether another may follow: none once the emulator stops."""
        if not self._entry.begin():
            return False
        try:
            if request.socket:
                self._inside.speak(request, self._wire, self._parser.rest)
                return False
            with closing(request.body):
                answer = self._inside.answer(request)
                return self._send(request, answer, keeps=request.keeps and not self._entry.stops)
        except HungUpError as end:
            self._hang_up(request, end)
            return False
        finally:
            self._entry.end()

    def _hang_up(self, request: HttpRequest, end: HungUpError) -> None:
        """End the connection in the middle of an answer, or before it."""
        if end.answer is not None:
            head, _ = http1.head(request, end.answer, keeps=True)
            self._wire.send(head + end.answer.whole[: end.length])

    def _send(self, request: HttpRequest, answer: HttpResponse, *, keeps: bool) -> bool:
        """Send an answer; tell whether another may follow."""
        keeps = keeps and http1.is_delimited(request, answer) and not http1.closes(answer)
        head, chunked = http1.head(request, answer, keeps=keeps)
        bodiless = http1.is_bodiless(request, answer)
        if isinstance(answer.body, bytes):
            if bodiless:
                self._wire.send(head)
            elif len(answer.body) < SMALL:
                self._wire.send(head + answer.body)
            else:
                self._wire.send(head)
                self._wire.send(answer.body)
            return keeps
        with closing(answer.body):
            self._wire.send(head)
            return bodiless or (self._sent(answer, answer.body, chunked=chunked) and keeps)

    def _sent(self, answer: HttpResponse, pieces: Pieces, *, chunked: bool) -> bool:
        """Send a body as it comes; tell whether it is what the head promised."""
        promised = None if chunked else http1.promised(answer)
        sent = 0
        try:
            for piece in pieces:
                if not piece:
                    continue
                data = piece if promised is None else piece[: promised - sent]
                sent += len(data)
                self._wire.send(http1.chunk(data) if chunked else data)
        except OSError:
            raise
        except Exception:
            LOG.exception("An answer broke off")
            return False
        if chunked:
            self._wire.send(http1.END)
        return promised is None or sent == promised


REFUSED = HttpRequest.unread()
"""Stands for a request that was not understood."""


def is_late(received: int | None, seconds: float, limits: Limits) -> bool:
    """Tell whether a request comes too slowly: its head, or a body of which so much has come since it began.

    >>> is_late(None, 21.0, Limits()), is_late(100_000, 61.0, Limits()), is_late(100, 61.0, Limits())
    (True, False, True)
    """
    if received is None:
        return seconds > limits.patience
    return seconds > limits.stall and received < limits.pace * seconds


def _until(parser: Parser, since: float, now: float, limits: Limits) -> float:
    """Return until when the next bytes are waited for."""
    if parser.received is not None:
        return now + limits.stall
    return since + (limits.patience if parser.begun else limits.idle)


def _slow() -> RefusedError:
    return RefusedError(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.")
