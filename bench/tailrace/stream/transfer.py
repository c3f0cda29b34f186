"""One run of the sender: a feed into a stream, with its files and its counts."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from tailrace.stream.event import Unreadable
from tailrace.stream.feed import Direct, Item, ItemFeed, ReadAhead
from tailrace.stream.files import LedgerFile, Undelivered
from tailrace.stream.pace import Pace
from tailrace.stream.rules import Delivered, GivenUp, Outbox, Outcome, Rules
from tailrace.stream.sender import Bounds, RequestThreads, Sender, Stop
from tailrace.stream.tally import Tally
from tailrace.stream.writing import WritableStream


class Files(NamedTuple):
    """Where a run writes: a line for each acknowledged event, and the events that do not get through."""

    ledger: Path | None = None
    undelivered: Path | None = None
    """None is a file named after the time."""


class Transfer:
    """Sends what a feed gives. `patience` is how many seconds an event is tried before it is given up."""

    def __init__(self, stream: WritableStream, tally: Tally, files: Files, patience: float) -> None:
        rules = Rules(record_bytes=stream.record_bytes, patience=patience)
        self._outbox = Outbox(rules, Random())  # noqa: S311  spreads retries, keeps no secret
        self._requests = RequestThreads(stream.put, rules.requests)
        self.tally = tally
        self._ledger = LedgerFile(files.ledger) if files.ledger else None
        self._undelivered = Undelivered(files.undelivered)
        self._sender: Sender | None = None
        self.fault: OSError | None = None
        """What a file of the run came to, if that ended it."""

    @property
    def retried(self) -> int:
        """How many entries were sent again."""
        return self._outbox.retried

    @property
    def undelivered(self) -> Path | None:
        """Where the events are that did not get through; None if there are none."""
        return self._undelivered.path

    def feed(self, items: Iterator[Item], *, waits: bool) -> ItemFeed:
        """Return the feed of a source; `waits` tells whether it may keep one waiting."""
        return ReadAhead(items, self._requests.wake) if waits else Direct(items)

    def run(self, feed: ItemFeed, pace: Pace, bounds: Bounds, stop: Stop, look: Callable[[], None]) -> Sender:
        """Send until the feed or the bounds end, or a stop is asked for; `look` is called often meanwhile.

        A file that cannot be read or written ends it; where something was taken before, that is `fault`, so
        that what was sent can be accounted for.
        """
        stop.wake = self._requests.wake
        sender = self._sender = Sender(self._outbox, feed, pace, self._requests, self._report)
        with closing(self._undelivered):
            try:
                sender.run(bounds, stop, look)
            except OSError as error:
                if not sender.taken:
                    raise
                self.fault = error
        if self._ledger:
            self._ledger.close()
        return sender

    def silence(self) -> tuple[str, str]:
        """Say since when nobody answers, and why; two empty texts if somebody does."""
        now = time.monotonic()
        unanswered = self._sender.unanswered(now) if self._sender else None
        if unanswered is None:
            return "", ""
        since = datetime.now(UTC) - timedelta(seconds=now - unanswered.since)
        seconds = now - unanswered.since
        return f"Nobody answers since {since:%H:%M:%S} UTC ({seconds:.0f} s)", unanswered.reason

    def _report(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        """Count outcomes, and write each into its file: what is not through yet first."""
        self.tally.count(outcomes)
        self._undelivered.write(outcome for outcome in outcomes if isinstance(outcome, GivenUp))
        if self._ledger:
            self._ledger.write(outcome for outcome in outcomes if isinstance(outcome, Delivered))
