"""Kinesis without the network: the streams of all accounts and regions of this process.

No thread of its own and no clock: each call brings the time. `ENGINE` is the one that the provider and the
event source mapping share.
"""

import os
from collections.abc import Callable
from threading import Lock

from tailrace.kinesis.errors import ResourceInUseError, UnknownStream
from tailrace.kinesis.iterators import Iterators
from tailrace.kinesis.lifecycle import LifecycleEvent, SlowChange, Status
from tailrace.kinesis.limits import Calls
from tailrace.kinesis.settings import KinesisSettings
from tailrace.kinesis.shards import Record, Shard
from tailrace.kinesis.streams import OF_A_TABLE, Draft, Stream
from tailrace.kinesis.subscriptions import Subscriptions

__all__ = ["ENGINE", "Draft", "Engine", "Record", "Shard", "Stream", "UnknownStream"]


class Engine:
    """Streams by account, region and name. Safe to use from several threads."""

    def __init__(self, secret: bytes, settings: KinesisSettings) -> None:
        self.settings = settings
        self.iterators = Iterators(secret)
        self.calls = Calls()
        self.subscriptions = Subscriptions()
        self._lock = Lock()
        self._streams: dict[tuple[str, str, str], Stream] = {}
        self._listeners: tuple[Callable[[Stream], None], ...] = ()

    def stream(self, account: str, region: str, name: str) -> Stream:
        """Give a stream, in whatever state it is. Raises UnknownStream."""
        found = self._streams.get((account, region, name))
        if found is None:
            raise UnknownStream(name, account)
        return found

    def streams(self, account: str, region: str) -> list[Stream]:
        """Give the streams of an account and region, in order of name."""
        with self._lock:
            return [stream for key, stream in sorted(self._streams.items()) if key[:2] == (account, region)]

    def create(self, draft: Draft, now: float) -> Stream:
        """Create a stream, CREATING for as long as the settings say. Raises ResourceInUseError."""
        seconds = 0.0 if draft.name.startswith(OF_A_TABLE) else self.settings.seconds(SlowChange.CREATE)
        stream = Stream(draft, now, now + seconds)
        account, region, name = draft.account, draft.region, draft.name
        with self._lock:
            if self._streams.setdefault((account, region, name), stream) is not stream:
                raise ResourceInUseError(f"Stream {name} under account {account} already exists.")
            listeners = self._listeners
        stream.status(now)
        for listener in listeners:
            listener(stream)
        return stream

    def on_created(self, listener: Callable[[Stream], None]) -> None:
        """Have a function called with each stream that is created from now on, in the thread that does so."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def off_created(self, listener: Callable[[Stream], None]) -> None:
        """Have it called no more."""
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one != listener)

    def delete(self, stream: Stream, now: float) -> None:
        """Delete a stream; it stays visible as DELETING for as long as the settings say."""
        if not stream.deleted:
            seconds = 0.0 if stream.of_a_table else self.settings.seconds(SlowChange.DELETE)
            stream.life.move(LifecycleEvent.DELETE, now, now + seconds)
        self.sweep(now)
        stream.wake()

    def sweep(self, now: float) -> None:
        """Forget the streams whose deletion is over."""
        with self._lock:
            for key, stream in list(self._streams.items()):
                if stream.status(now) == Status.GONE:
                    del self._streams[key]

    def reset(self) -> None:
        """Forget everything, and wake those who wait on the shards."""
        for account, region in {key[:2] for key in list(self._streams)}:
            self.forget(account, region)

    def forget(self, account: str, region: str) -> None:
        """Forget the streams of an account and region, and wake those who wait on their shards."""
        with self._lock:
            streams = [stream for key, stream in self._streams.items() if key[:2] == (account, region)]
            self._streams = {
                key: stream for key, stream in self._streams.items() if key[:2] != (account, region)
            }
        for stream in streams:
            if not stream.deleted:
                stream.life.move(LifecycleEvent.DELETE, 0, 0)
            stream.wake()

    def trim(self, now: float) -> None:
        """Let go of what no stream keeps any longer, also where nobody puts or reads."""
        with self._lock:
            streams = list(self._streams.values())
        for stream in streams:
            stream.trim(now)


ENGINE = Engine(secret=os.urandom(32), settings=KinesisSettings.read())
