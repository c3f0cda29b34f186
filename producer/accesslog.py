"""Events from an access log in the formats that `logline.py` reads.

Address, identity and user are never sent.
"""

import json

from producer.devices import device_type
from producer.logline import parse_line, resembles
from producer.visitors import Pseudonyms, Sessions
from tailrace.stream.event import Event, Unreadable


class CombinedLog:
    """Makes an event of each request, and knows the visitors' sessions."""

    name = "an access log in the combined format"
    _common = False

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._sessions = Sessions()
        self._encode = json.JSONEncoder(separators=(",", ":")).encode

    def fits(self, line: bytes) -> bool:
        """Tell whether a line is a request."""
        return not self._why_not(line)

    def complaint(self, line: bytes) -> str:
        """Say what is wrong with a line that has a time as access logs write it."""
        return self._why_not(line) if resembles(_text(line)) else ""

    def _why_not(self, line: bytes) -> str:
        try:
            parse_line(_text(line), common=self._common)
        except ValueError as error:
            return str(error)
        return ""

    def read_line(self, number: int, line: bytes) -> Event | Unreadable:
        """Return the event of the request on a line.

        Its id is a keyed digest of the line and its number: the same file, sent twice, gives the same ids.
        (Keyed, because a plain digest of the line would give the address away to whoever tries them all.)
        """
        text = _text(line)
        try:
            said = parse_line(text, common=self._common)
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


class CommonLog(CombinedLog):
    """The same, of a log without referrers and user agents."""

    name = "an access log in the common format"
    _common = True


def _text(line: bytes) -> str:
    return line.decode(errors="backslashreplace")
