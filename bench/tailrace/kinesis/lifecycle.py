"""The life of a stream, and of a stream's consumer: states, what moves them, and how long each takes.

A state that takes time ends when it is due; that is looked at when somebody asks, so nothing runs meanwhile.
"""

from enum import Enum, StrEnum
from threading import Lock


class Status(StrEnum):
    """A state, as the API names it."""

    CREATING = "CREATING"
    ACTIVE = "ACTIVE"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    GONE = "GONE"  # nobody ever sees it


class LifecycleEvent(Enum):
    """What moves a stream or a consumer from one state to another."""

    CHANGE = "something of it is changed"
    DELETE = "it is deleted"
    DUE = "the time that its state takes is over"


TRANSITIONS: dict[Status, dict[LifecycleEvent, Status]] = {
    Status.CREATING: {LifecycleEvent.DUE: Status.ACTIVE, LifecycleEvent.DELETE: Status.DELETING},
    Status.ACTIVE: {LifecycleEvent.CHANGE: Status.UPDATING, LifecycleEvent.DELETE: Status.DELETING},
    Status.UPDATING: {LifecycleEvent.DUE: Status.ACTIVE, LifecycleEvent.DELETE: Status.DELETING},
    Status.DELETING: {LifecycleEvent.DUE: Status.GONE},
    Status.GONE: {},
}


class SlowChange(Enum):
    """What takes time."""

    CREATE = "a stream is created"
    DELETE = "a stream or a consumer is deleted"
    MODE = "a stream goes over to another capacity mode"
    RECORD_SIZE = "its records may have another size"
    RESHARD = "its shards are split or merged"
    ENCRYPT = "its records are encrypted from now on, or no longer"
    CONSUMER = "a consumer is registered"


SECONDS = {
    SlowChange.CREATE: 6.0,
    SlowChange.DELETE: 4.0,
    SlowChange.MODE: 2.5,
    SlowChange.RECORD_SIZE: 4.0,
    SlowChange.RESHARD: 17.0,
    SlowChange.ENCRYPT: 5.0,
    SlowChange.CONSUMER: 6.0,
}
"""How long it takes on AWS: the middle of what was recorded."""


class OutOfPlaceError(Exception):
    """An event that the state does not know."""


class Life:
    """Where a stream or a consumer stands. It begins as CREATING. Times are epoch seconds."""

    def __init__(self, due: float) -> None:
        self._status = Status.CREATING
        self._due: float | None = due
        self._lock = Lock()

    @property
    def ending(self) -> bool:
        """Whether it is being deleted, or gone."""
        return self._status in (Status.DELETING, Status.GONE)

    def status(self, now: float) -> Status:
        """Tell the state at a time; what has become due once stays so."""
        with self._lock:
            if self._due is not None and now >= self._due:
                self._status, self._due = TRANSITIONS[self._status][LifecycleEvent.DUE], None
            return self._status

    def move(self, event: LifecycleEvent, now: float, due: float) -> None:
        """Enter the state that an event leads to, until it is due. Raises OutOfPlaceError."""
        self.status(now)
        with self._lock:
            following = TRANSITIONS[self._status].get(event)
            if following is None:
                raise OutOfPlaceError(f"{event.value} while {self._status}")
            self._status, self._due = following, due
