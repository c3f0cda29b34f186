"""What a source gives: an event ready to be sent, or a line that could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as bytes, with what the sender and its summary have to know about it."""

    data: bytes
    """What becomes the record's data, byte for byte."""
    key: str
    """Partition key: events of one key arrive in the order in which the source gave them."""
    event_id: str | None
    group: str | None
    """What a summary counts it under; None where nothing in the event says."""
    line: int
    """Line of the source, or number of the generated event, from 1."""
    at: float | None
    """The event's own time, epoch seconds; None where it has none."""
    recorded: bool = False
    """Whether it comes from a recording: then its key is not made from its data."""
    notes: tuple[str, ...] = ()
    """What a summary counts too: which fields it lacked, and what was used instead."""

    @property
    def size(self) -> int:
        """Bytes that count against AWS's limits: data and partition key."""
        return len(self.data) + len(self.key.encode())


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of the source that is no event; it is reported and counted, and the next one is read."""

    line: int
    reason: str
