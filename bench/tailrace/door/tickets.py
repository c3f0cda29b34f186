"""Tickets: what a request needs to take a short way, and the one place where it gets one.

A request is first asked about (`faults/`); only what is let pass gets a ticket, and no short way goes
without. Here is what all of them have in common: who sends, for which service, which operation.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from .request import HttpRequest

CREDENTIAL = re.compile(r"Credential=([\w.-]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.IGNORECASE)
SERVICES = {
    "Kinesis_20131202": "kinesis",
    "DynamoDB_20120810": "dynamodb",
    "GraniteServiceVersion20100801": "monitoring",
}
"""By the first part of X-Amz-Target: the name by which a service's requests are signed."""
UNUSUAL = ("origin", "x-localstack-data", "content-encoding")


class Ticket(NamedTuple):
    """A request that may take a short way. The key, day and region are the signature's.

    One that is not plain is no SDK's: a browser's, LocalStack's own, or packed.
    """

    request: HttpRequest
    service: str
    operation: str
    key: str
    day: str
    region: str
    plain: bool


def issue(request: HttpRequest) -> Ticket | None:
    """Return a request's ticket; None for one that is for LocalStack to look into."""
    target, dot, operation = request.named.get("x-amz-target", "").partition(".")
    service = SERVICES.get(target)
    if service is None or not dot or request.method != "POST" or request.target != "/":
        return None
    signed = _signed(request.named.get("authorization", "").partition(",")[0])
    if signed is None or signed[3].lower() != service:
        return None
    key, day, region, _ = signed
    plain = not any(name in request.named for name in UNUSUAL)
    return Ticket(request, service, operation, key, day, region, plain)


@lru_cache(64)
def _signed(credential: str) -> tuple[str, ...] | None:
    """Return the key, day, region and service of a signature; None if it is none."""
    found = CREDENTIAL.search(credential)
    return None if found is None else found.groups()
