"""One line of an access log, in the common or the combined format and what servers make of them.

    common     address ident user [day/Mon/year:hour:minute:second zone] "request" status bytes
    combined   the same, and "referrer" "user agent"

In front there may be a virtual host (Apache's `vhost_combined`: Debian's other_vhosts_access.log), or a list
of addresses that a request was forwarded for, of which the first is the visitor's. What a server adds behind
is not read, with one exception: nginx's `main` adds X-Forwarded-For, and where the request came from a
private address, which is a proxy's then, the visitor is the first address in it.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    r"(.*?)\[(\d\d)/([A-Z][a-z][a-z])/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)\] "
    rf"{_QUOTED} (\d{{3}}) (\d+|-)(\s.*)?",
    re.ASCII | re.DOTALL,
)
_TIME = re.compile(r"\[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d", re.ASCII)
_MORE = re.compile(rf"\s+(?:{_QUOTED}|([^\s\"]\S*))", re.ASCII | re.DOTALL)
_HOST = re.compile(r"[\w.:%-]+", re.ASCII)
_WITH_PORT = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", re.ASCII)
_PRIVATE = [
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1",
        "fc00::/7",
    )
]
_MONTHS = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_REQUEST = re.compile(r"([!-~]+) (.*?)(?: HTTP/[\d.]+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AccessLogLine:
    """What one line says."""

    address: str
    moment: datetime
    method: str
    """Empty where the request was no HTTP."""
    target: str
    """What was asked for, with its query; the whole request where it was no HTTP."""
    status: int
    bytes_sent: int
    referrer: str
    user_agent: str


def resembles(text: str) -> bool:
    """Tell whether a line has a time as access logs write it."""
    return bool(_TIME.search(text))


def parse_line(text: str, *, common: bool = False) -> AccessLogLine:
    """Return what a line in the combined format says, or in the common one; ValueError with a reason if none.

    A line of the combined format is none of the common one, nor the other way: in a log of one of them, a
    line of the other is a line that was cut off.
    """
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError("not in the combined log format" + _hint(text))
    front, *time, request, status, size, more = found.groups()
    referrer, user_agent, forwarded = _common(more or "") if common else _combined(more or "")
    address = visitor(front.split())
    asked = _REQUEST.fullmatch(request)
    method, target = asked.groups() if asked else ("", request)
    return AccessLogLine(
        address=forwarded if forwarded and _is_private(address) else address,
        moment=_moment(*time),
        method=method,
        target=target,
        status=int(status),
        bytes_sent=0 if size == "-" else int(size),
        referrer="" if referrer == "-" else referrer,
        user_agent="" if user_agent == "-" else user_agent,
    )


def visitor(front: Sequence[str]) -> str:
    """Return the visitor's address, or name, of what stands in front of the time; ValueError if that is open.

    >>> visitor(["192.0.2.1", "-", "-"]), visitor(["www.example.org:80", "192.0.2.1", "-", "-"])
    ('192.0.2.1', '192.0.2.1')
    """
    words = list(front)
    first = words[0] if words else ""
    if first.endswith(",") and _is_address(first[:-1]):
        return first[:-1]
    second, third = [*words[1:3], "", ""][:2]
    more_than_three = len(words) > 3  # noqa: PLR2004  address, identity, user
    if _is_address(first):
        if more_than_three and _is_address(second):
            raise ValueError("two addresses in front of the time, and nothing says which is the visitor's")
        return first
    if _is_address(second) or (_WITH_PORT.fullmatch(first) and second not in {"-", ""}):
        return second
    if _HOST.fullmatch(first) and len(words) > 1:
        if second == "-" or not more_than_three:
            return first
        if third == "-":
            return second
    raise ValueError("in front of the time stands something else than an address, an identity and a user")


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _is_private(address: str) -> bool:
    if not _is_address(address):
        return address == "unix:"
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in _PRIVATE if network.version == parsed.version)


def _common(more: str) -> tuple[str, str, str]:
    """Check what stands behind the size in the common format; there is no referrer and no user agent."""
    if '"' in more:
        raise ValueError("not in the common log format: quoted fields behind the size")
    return "", "", ""


def _combined(more: str) -> tuple[str, str, str]:
    """Return referrer, user agent and the address that the request was forwarded for."""
    texts: list[str] = []
    at = 0
    while found := _MORE.match(more, at):
        at = found.end()
        if found[1] is not None:
            texts.append(found[1])
    glued = more[at : at + 1].strip()  # to the last field, without a space in between
    if len(texts) < 2 or glued:  # noqa: PLR2004  referrer and user agent
        missing = ": no referrer and user agent (cut off?)" if not texts else ""
        raise ValueError("not in the combined log format" + (_hint(more) or missing))
    forwarded = texts[2].split(",")[0].strip() if len(texts) > 2 else ""  # noqa: PLR2004  nginx's main
    return texts[0], texts[1], forwarded if _is_address(forwarded) else ""


def _moment(*parts: str) -> datetime:
    day, month, year, hour, minute, second, sign, east, past = parts
    ahead = timedelta(hours=int(east), minutes=int(past)) * (-1 if sign == "-" else 1)
    try:
        return datetime(
            int(year), _MONTHS.index(month), int(day), int(hour), int(minute), int(second),
            tzinfo=timezone(ahead),
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"there is no such time: {error}") from None


def _hint(text: str) -> str:
    quotes = len(re.findall(r'(?<!\\)"', text))
    return ": it ends inside a quoted field (cut off?)" if quotes % 2 else ""
