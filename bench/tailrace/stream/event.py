"""What a source gives: an event ready to be sent, or a line that could not be read."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

LONGEST_KEY = 256
"""Characters of a partition key; AWS refuses longer ones."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as bytes, with what the sender has to know about it."""

    data: bytes
    """What becomes the record's data, byte for byte."""
    key: str
    """Partition key: events of one key arrive in the order in which the source gave them."""
    event_id: str | None
    event_type: str
    """Its `eventType`, for the summary; `?` where it has none."""
    line: int
    """Line of the source, or number of the generated event, from 1."""
    at: float | None
    """The event's own time, epoch seconds; None where it has none."""
    recorded: bool = False
    """Whether it comes from a recording: then its key is not made from its data."""
    usual: bool = False
    """Whether it is sent around a run, for the detector's history, and not counted as one of the run's."""

    @property
    def size(self) -> int:
        """Bytes that count against AWS's limits: data and partition key."""
        return len(self.data) + len(self.key.encode())


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of the source that is no event; it is reported and counted, and the next one is read."""

    line: int
    reason: str


def partition_key(user_id: Any, event_id: str | None, data: bytes) -> str:  # noqa: ANN401  whatever JSON holds
    """Return the key: the event's user, as in the recipe; else its id; else a digest of its bytes.

    >>> partition_key("user_1234", None, b"")
    'user_1234'
    >>> partition_key(None, "e-1", b"")
    'e-1'
    """
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    for candidate in (user_id, event_id):
        if isinstance(candidate, str) and 0 < len(candidate) <= LONGEST_KEY and candidate.isprintable():
            return candidate
    return blake2b(data, digest_size=16).hexdigest()
