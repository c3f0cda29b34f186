"""Whether a request may come in, by its headers."""

from http import HTTPStatus

from .browsers import Allowed, Page, refusal
from .request import RefusedError, Request


def judged(allowed: Allowed, request: Request) -> None:
    """Raise RefusedError for a foreign page's request in the user's browser."""
    named = request.named
    page = Page(named.get("origin", ""), named.get("referer", ""), named.get("sec-fetch-site", ""))
    for host in request.hosts or [""]:
        if sentence := refusal(host, page, allowed):
            raise RefusedError(HTTPStatus.FORBIDDEN, sentence)
