"""What a page in the user's browser may ask of the emulator: nothing, unless it is the user's own.

The emulator needs no password, and functions run as programs of the user. A page of anybody's that is open in
a browser on the same machine could ask it for all that: by a name of its own that leads to 127.0.0.1 (DNS
rebinding: the browser takes the emulator for a part of the page's site), or as another origin. So

- the Host of a request must be a name of loopback. Where the emulator listens beyond loopback, in a
  container, it may be an address, a name without dots (another container's) or one in `.internal` too: none
  of these can be a name in the public DNS;
- a page's origin must be on loopback too, or be named by `EXTRA_CORS_ALLOWED_ORIGINS` (comma-separated, `*`
  for all). The origins that LocalStack allows by itself, its own web app among them, are not.

Programs (SDKs, the AWS CLI, curl) send none of a browser's headers, and a loopback Host. Pure: no I/O.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tailrace.endpoint import names_loopback

SETTING = "EXTRA_CORS_ALLOWED_ORIGINS"
FOREIGN_SITES = {"cross-site", "same-site"}
"""What a browser says in Sec-Fetch-Site of a request that another site's page makes, or another port's."""


class RequestingPage(NamedTuple):
    """What a browser says of the page that asks: headers Origin, Referer and Sec-Fetch-Site, or nothing."""

    origin: str = ""
    referer: str = ""
    site: str = ""


class Allowed(NamedTuple):
    """What is let in beside loopback."""

    origins: frozenset[str]
    containers: bool
    """Whether the emulator is meant to be reached by other names than loopback's."""

    @classmethod
    def by(cls, *, listens: Iterable[str], origins: str) -> Self:
        """Return what the emulator's settings allow: where it listens, and origins (comma-separated)."""
        named = frozenset(origin.strip().rstrip("/") for origin in origins.split(",") if origin.strip())
        return cls(named, not all(names_loopback(host) for host in listens))


@lru_cache(256)
def refusal(host: str, page: RequestingPage, allowed: Allowed) -> str | None:
    """Return a sentence that says why a request is refused; None if it may come in."""
    name = hostname(host)
    if name and not names_loopback(name) and not (allowed.containers and _is_private(name)):
        return (
            f"Refused: the Host {host} is not a name of this machine's loopback. "
            "Use http://localhost or http://127.0.0.1 with the emulator's port."
        )
    origin = page.origin or _origin_of(page.referer)
    if "*" in allowed.origins or (origin and origin in allowed.origins):
        return None
    foreign = not names_loopback(hostname(urlsplit(origin).netloc)) if origin else page.site in FOREIGN_SITES
    if foreign:
        return (
            f"Refused: a page of {origin or 'another site'} may not use this emulator. "
            f"To allow it, start the emulator with {SETTING}=ORIGIN."
        )
    return None


@lru_cache(256)
def hostname(host: str) -> str:
    """Return the name of a Host header, without its port, in lower case.

    >>> hostname("LocalHost:4566"), hostname("[::1]:4566"), hostname("a.b.")
    ('localhost', '::1', 'a.b')
    """
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host


def _is_private(name: str) -> bool:
    """Tell whether a name cannot be one of the public DNS: an address, a single label, one in `.internal`."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(".internal")
    return True


def _origin_of(referer: str) -> str:
    """Return the origin of a Referer, empty if there is none."""
    parts = urlsplit(referer)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
