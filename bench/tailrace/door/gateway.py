"""Where requests go: a short way, or LocalStack's gateway with its chain of handlers."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from typing import Any

from rolo import Response
from werkzeug import Request as Asked
from werkzeug.datastructures import Headers

from tailrace.faults.rules import RULES

from . import ways
from .packed import unpack
from .request import HttpRequest, HttpResponse, HungUpError, RefusedError

LOG = logging.getLogger(__name__)


class Gateway:
    """LocalStack's gateway, and the short ways past it."""

    def __init__(self, gateway: Any) -> None:  # noqa: ANN401  LocalStack's
        self._gateway = gateway

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, but for the faults that were asked for; what goes wrong in here is an answer too.

        Raises HungUpError where a fault ends the connection.
        """
        try:
            unpack(request)
            if RULES:  # loaded when there are any
                asked: Any = import_module("tailrace.faults.door")
                answer: HttpResponse = asked.serve(request, self._served)
                return answer
            return self._served(request)
        except HungUpError:
            raise
        except RefusedError as refused:
            return refused.answer()
        except Exception:
            LOG.exception("%s %s could not be answered", request.method, request.target)
            return HttpResponse(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"")

    def _served(self, request: HttpRequest) -> HttpResponse:
        """Answer a request by a short way, if one takes it, or let LocalStack do so."""
        if "x-amz-target" in request.named:
            return ways.answered(request, self._usual)
        return self._usual(request)

    def _usual(self, request: HttpRequest) -> HttpResponse:
        """Let LocalStack answer."""
        asked = Asked(request.environ())
        asked.headers = Headers(request.headers)
        response = Response()
        self._gateway.process(asked, response)
        headers = response.get_wsgi_headers(asked.environ)
        listed = list(headers.items())
        if not response.is_sequence:
            return HttpResponse(response.status_code, listed, ResponseBody(response))
        body = b"".join(response.iter_encoded())
        response.close()
        return HttpResponse(response.status_code, listed, body)


class ResponseBody:
    """A response's body as LocalStack makes it, piece by piece."""

    def __init__(self, response: Any) -> None:  # noqa: ANN401  LocalStack's
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        made: Iterator[bytes] = self._response.iter_encoded()
        return made

    def close(self) -> None:
        """Tell whoever makes the body that nobody takes it any more."""
        self._response.close()
