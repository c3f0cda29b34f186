"""How the sender takes from a source without ever waiting for it."""

from collections.abc import Callable, Iterator
from enum import Enum
from queue import Empty, Queue
from threading import Thread
from typing import Protocol

from tailrace.stream.event import Event, Unreadable

type Item = Event | Unreadable


class Nothing(Enum):
    """What a feed gives where it has no event."""

    YET = "nothing for now"
    LEFT = "nothing any more"


class ItemFeed(Protocol):
    """Gives one item after the other."""

    def take(self) -> Item | Nothing:
        """Return the next item, at once."""


class Direct:
    """Of a source that always has the next item at hand: a file, a generator."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items

    def take(self) -> Item | Nothing:
        """Return the next item."""
        return next(self._items, Nothing.LEFT)


class ReadAhead:
    """Of a source that may keep one waiting: standard input, a pipe. A thread reads it ahead."""

    AHEAD = 1000

    def __init__(self, items: Iterator[Item], wake: Callable[[], None]) -> None:
        self._items = items
        self._wake = wake
        self._queue: Queue[Item | Nothing | Exception] = Queue(self.AHEAD)
        Thread(target=self._read, name="source", daemon=True).start()

    def take(self) -> Item | Nothing:
        """Return the next item if it is there; raise what reading the source raised."""
        try:
            item = self._queue.get_nowait()
        except Empty:
            return Nothing.YET
        if isinstance(item, Exception):
            raise item
        return item

    def _read(self) -> None:
        try:
            for item in self._items:
                self._put(item)
            self._put(Nothing.LEFT)
        except Exception as error:  # noqa: BLE001  it is raised again where it is taken
            self._put(error)

    def _put(self, item: Item | Nothing | Exception) -> None:
        idle = self._queue.empty()
        self._queue.put(item)
        if idle:
            self._wake()
