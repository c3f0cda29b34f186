"""Events from an access log in the combined format of Apache and nginx.

The format (httpd's `LogFormat` "combined", nginx's predefined `combined`):
`address ident user [day/Mon/year:hour:minute:second zone] "request" status bytes "referrer" "user agent"`;
what a server adds behind it is not read. Address, ident and user are never sent.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from producer.devices import device_type
from producer.visitors import Pseudonyms, Sessions
from tailrace.stream.event import Event, Unreadable

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    rf"(\S+) \S+ .*?\[(\d\d)/([A-Z][a-z][a-z])/(\d{{4}}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] "
    rf"{_QUOTED} (\d{{3}}) (\d+|-) {_QUOTED} {_QUOTED}(?:\s.*)?",
    re.ASCII | re.DOTALL,
)
_MONTHS = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_REQUEST = re.compile(r"([!-~]+) (.*?)(?: HTTP/[\d.]+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LogLine:
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


def parse_line(text: str) -> LogLine:
    """Return what a line says; ValueError with a reason if it is not in the format."""
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError("not in the combined log format" + _hint(text))
    address, day, month, year, hour, minute, second, sign, east, past = found.groups()[:10]
    request, status, size, referrer, user_agent = found.groups()[10:]
    ahead = timedelta(hours=int(east), minutes=int(past)) * (-1 if sign == "-" else 1)
    try:
        moment = datetime(
            int(year), _MONTHS.index(month), int(day), int(hour), int(minute), int(second),
            tzinfo=timezone(ahead),
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"there is no such time: {error}") from None
    asked = _REQUEST.fullmatch(request)
    method, target = asked.groups() if asked else ("", request)
    return LogLine(
        address=address,
        moment=moment,
        method=method,
        target=target,
        status=int(status),
        bytes_sent=0 if size == "-" else int(size),
        referrer="" if referrer == "-" else referrer,
        user_agent="" if user_agent == "-" else user_agent,
    )


def _hint(text: str) -> str:
    quotes = len(re.findall(r'(?<!\\)"', text))
    return ": it ends inside a quoted field (cut off?)" if quotes % 2 else ""


class AccessLog:
    """Makes an event of each request, and knows the visitors' sessions."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._sessions = Sessions()
        self._encode = json.JSONEncoder(separators=(",", ":")).encode

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the event of the request on a line.

        Its id is a keyed digest of the line and its number: the same file, sent twice, gives the same ids.
        (Keyed, because a plain digest of the line would give the address away to whoever tries them all.)
        """
        text = line.decode(errors="backslashreplace")
        try:
            said = parse_line(text)
        except ValueError as error:
            return Unreadable(number, str(error))
        at = said.moment.timestamp()
        user_id = "visitor_" + self._pseudonyms.of("visitor", said.address)
        session = self._sessions.visit(user_id, at)
        event_id = self._pseudonyms.of("line", number, text)
        body = {
            "eventId": event_id,
            "timestamp": said.moment.isoformat(),
            "eventType": "page_view",
            "userId": user_id,
            "sessionId": "session_" + self._pseudonyms.of("session", user_id, session.began_with),
            "deviceType": device_type(said.user_agent),
            "pageUrl": said.target,
            "path": said.target.partition("?")[0],
            "method": said.method,
            "status": said.status,
            "bytes": said.bytes_sent,
            "referrer": said.referrer,
            "sessionLength": session.length,
            "pagesViewed": session.pages,
        }
        return Event(self._encode(body).encode(), user_id, event_id, "page_view", number, at)
