"""Who made a request, without saying who: pseudonyms, and sessions cut by idle time."""

from dataclasses import dataclass
from hashlib import blake2b

IDLE = 30 * 60
"""Seconds without a request after which the next one begins a new session."""


class Pseudonyms:
    """Keyed digests: without the key, nobody can try all addresses until one fits."""

    def __init__(self, key: bytes) -> None:
        self._key = key[:64]

    def of(self, kind: str, *parts: object) -> str:
        """Return 20 hex digits for these parts; other kinds give other digits for the same parts."""
        text = "\0".join((kind, *map(str, parts)))
        return blake2b(text.encode(errors="surrogateescape"), digest_size=10, key=self._key).hexdigest()


@dataclass(slots=True)
class Session:
    """A visitor's requests without a pause of `IDLE` seconds."""

    began_with: float
    first: float
    last: float
    pages: int = 1

    @property
    def length(self) -> int:
        """Seconds between its earliest and its latest request so far."""
        return int(self.last - self.first)


class Sessions:
    """The current session of each visitor.

    Servers write a request when it ends, with the time at which it began, so times in a log run back a
    little; such a request belongs to the session that is going on.
    """

    def __init__(self) -> None:
        self._current: dict[str, Session] = {}

    def visit(self, visitor: str, at: float) -> Session:
        """Count a request at `at` (epoch seconds), and return the session that it belongs to."""
        session = self._current.get(visitor)
        if session is None or at - session.last >= IDLE:
            session = self._current[visitor] = Session(at, at, at)
            return session
        session.first = min(session.first, at)
        session.last = max(session.last, at)
        session.pages += 1
        return session
