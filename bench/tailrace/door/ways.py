"""Short ways past LocalStack's chain of handlers, one for each service, each in a file of its own there.

A way answers what the long one would: status, headers, body, error, metric and line of the log. What it does
not know, it leaves to the long one.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from zlib import crc32

from .request import HttpRequest, HttpResponse
from .tickets import Ticket, issue

LOG = logging.getLogger("localstack.request.aws")  # where LocalStack logs requests

type Usual = Callable[[HttpRequest], HttpResponse]
"""LocalStack's own way."""
type Way = Callable[[Ticket, Usual], HttpResponse]
MARK = ("x-localstack", "true")
"""The header that every answer of LocalStack's has."""
WAYS: dict[str, Way] = {}
"""By service, as its requests are signed."""


def answered(request: HttpRequest, usual: Usual) -> HttpResponse:
    """Answer a request that was asked about: by a short way, if there is one for it, or as usual."""
    ticket = issue(request)
    way = WAYS.get(ticket.service) if ticket and not LOG.isEnabledFor(logging.DEBUG) else None
    return usual(request) if ticket is None or way is None else way(ticket, usual)


def note(service: str, operation: str, status: int, code: str = "") -> None:
    """Write the line of the log that LocalStack writes for each request."""
    if not LOG.isEnabledFor(logging.INFO):
        return
    line: tuple[str, tuple[object, ...]] = "AWS %s.%s => %d", (service, operation, status)
    if status >= HTTPStatus.BAD_REQUEST and code:
        line = "AWS %s.%s => %d (%s)", (service, operation, status, code)
    # Not by `info`, which looks for the caller on the stack: a tenth of what a small request takes.
    LOG.handle(LOG.makeRecord(LOG.name, logging.INFO, __file__, 0, *line, None))


def rewritten(answer: HttpResponse, *rewrites: Callable[[bytes], bytes]) -> HttpResponse:
    """Return an answer with another body, its length and its checksum."""
    if not rewrites:
        return answer
    body = answer.whole
    for rewrite in rewrites:
        body = rewrite(body)
    sums = {"content-length": str(len(body)), "x-amz-crc32": str(crc32(body))}
    headers = [(name, sums.get(name.lower(), value)) for name, value in answer.headers]
    return HttpResponse(answer.status, headers, body)
