"""Whether a request may come in, by its headers."""

from http import HTTPStatus

from .browsers import Allowed, RequestingPage, refusal
from .request import HttpRequest, RefusedError

NO_PAGE = RequestingPage()


def judged(allowed: Allowed, request: HttpRequest) -> None:
    """Raise RefusedError for a foreign page's request in the user's browser."""
    named = request.named
    page = NO_PAGE
    if "origin" in named or "referer" in named or "sec-fetch-site" in named:
        page = RequestingPage(
            named.get("origin", ""), named.get("referer", ""), named.get("sec-fetch-site", "")
        )
    for host in request.hosts or [""]:
        if sentence := refusal(host, page, allowed):
            raise RefusedError(HTTPStatus.FORBIDDEN, sentence)
