"""HTTP/2's headers and ours. Pure."""

from time import time as wall

from .entry import OpenConnection
from .http1 import BODILESS, PER_HOP, date
from .inside import Inside
from .request import Body, HttpRequest, HttpResponse, lowered


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
