"""One run: its source, its pace, its files, and what is said about it."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console

from bootstrap.console import complain, say
from producer import around
from producer.anomaly import OUTLIER, SHAPES, Outlier, Shaped, middle, stretch
from producer.around import Around
from producer.generate import FIXED_START, generated
from producer.progress import shown
from producer.settings import Settings
from producer.source import read, read_raw
from producer.stream import stream_name
from producer.tally import Tally
from producer.userkey import user_key
from producer.visitors import Pseudonyms
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.feed import Awaited, Direct, Feed
from tailrace.stream.ledger import Ledger, Undelivered
from tailrace.stream.pace import AtOnce, AtRate, Pace, Replay
from tailrace.stream.rules import Delivered, GivenUp, Outbox, Outcome, Rules
from tailrace.stream.sender import Bounds, Line, Sender, Stop
from tailrace.stream.writing import Stream, configuration

if TYPE_CHECKING:
    from bootstrap.target import Target


def pace_of(settings: Settings) -> Pace:
    """Return the pace that the settings ask for."""
    if settings.anomaly in SHAPES:
        part = stretch(settings.anomaly, settings.rate, settings.count, settings.duration)
        return Shaped(settings.rate, part)
    if settings.speed:
        return Replay(settings.speed)
    return AtRate(settings.rate) if settings.rate else AtOnce()


def now_stamp() -> str:
    """Return the present time in ISO 8601, with its zone."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Run:
    """Sends what the settings ask for to the stack's stream."""

    def __init__(self, settings: Settings, target: "Target", stack: str) -> None:
        self._settings = settings
        self._target = target
        self._stack = stack
        client = target.client("kinesis", **configuration(Rules.requests))
        self._stream = Stream.find(client, settings.stream or stream_name(target, stack))
        self._tally = Tally()
        self._ledger = Ledger(settings.ledger) if settings.ledger else None
        self._undelivered = Undelivered(settings.undelivered)
        self._pace = pace_of(settings)
        self._outlier: Outlier | None = None
        self._around: Around | None = None
        self._fault: OSError | None = None
        rules = Rules(record_bytes=self._stream.record_bytes, patience=settings.patience)
        self._outbox = Outbox(rules, Random())  # noqa: S311  spreads retries, keeps no secret

    def go(self, stop: Stop) -> int:
        """Send, say what became of it, return the exit code."""
        again, items = self._items()
        line = Line(self._stream.put, Rules.requests)
        stop.wake = line.wake
        feed: Feed = Awaited(items, line.wake) if self._may_wait else Direct(items)
        named = {"": "generated events", "-": "standard input"}
        source = self._settings.source
        say(f"Sending {named.get(source, source)} to {self._stream.name}")
        pace, bounds = self._pace, Bounds(self._settings.count, self._settings.duration)
        self._around = self._surround(items)
        if self._around:
            feed = pace = self._around.surrounded
            bounds = Bounds(None, None)
        self._began = datetime.now(UTC)
        began = time.monotonic()
        with (
            closing(self._undelivered),
            shown(lambda: self._progress(time.monotonic() - began), Console()) as look,
        ):
            sender = Sender(self._outbox, feed, pace, line, self._tell)
            try:
                sender.run(bounds, stop, look)
            except OSError as error:  # of a file of the run; what was sent is accounted for first
                if not sender.taken:
                    raise
                self._fault = error
        if self._ledger:
            self._ledger.close()
        code = self._end(sender, stop, time.monotonic() - began, again)
        if self._fault:
            raise self._fault
        return code

    @property
    def _may_wait(self) -> bool:
        """Whether the source may keep one waiting."""
        name = self._settings.source
        return name == "-" or (bool(name) and not Path(name).is_file())

    def _items(self) -> tuple[str, Iterator[Event | Unreadable]]:
        """Return what sends the same events again, where that is not plain, and the source."""
        settings = self._settings
        if settings.source:
            if settings.raw:
                return "", read_raw(settings.source)
            return "", read(settings.source, Pseudonyms(user_key(settings.user_key)), now_stamp)
        seed = secrets.randbelow(10**9) if settings.seed is None else settings.seed
        unset = FIXED_START if settings.seed is not None else datetime.now(UTC).replace(microsecond=0)
        start = settings.start or unset
        return f"SEED={seed} START={start.isoformat()}", self._generated(seed, start)

    def _generated(self, seed: int, start: datetime) -> Iterator[Event]:
        settings = self._settings
        events = generated(seed, start)
        if settings.anomaly != OUTLIER:
            return events
        self._outlier = Outlier(events, middle(settings.rate, settings.count, settings.duration))
        return iter(self._outlier)

    def _surround(self, items: Iterator[Event | Unreadable]) -> Around | None:
        """Put the run into usual traffic, if it has something that the stack's detector is to find."""
        settings = self._settings
        if not around.may_be_watched(settings):
            return None
        answer = around.asked(settings, self._target, self._stack)
        if answer is None:
            return None
        surrounding = Around(settings, *answer, items)
        surrounding.say(settings.rate)
        return surrounding

    def _tell(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        """Count outcomes, and write each into its file: what is not through yet first."""
        self._tally.count(outcomes)
        if self._outlier:
            self._outlier.tell(outcomes, datetime.now(UTC))
        self._undelivered.write(outcome for outcome in outcomes if isinstance(outcome, GivenUp))
        if self._ledger:
            self._ledger.write(outcome for outcome in outcomes if isinstance(outcome, Delivered))

    def _progress(self, seconds: float) -> str:
        if self._around:
            return self._around.progress(self._tally, self._outbox.retried)
        return self._tally.progress(seconds, self._outbox.retried)

    def _say_what_was_injected(self) -> None:
        pace, began = self._pace, self._began
        if self._around:
            pace, began = self._around.pace, self._around.plan.begin
        if self._outlier:
            say(self._outlier.said())
        elif isinstance(pace, Shaped):
            say(pace.said(self._settings.anomaly, began))

    def _end(self, sender: Sender, stop: Stop, seconds: float, again: str) -> int:
        taken = sender.taken
        if self._around:
            taken, seconds = self._around.taken(sender), self._around.seconds
        for line in self._tally.summary(seconds, self._outbox.retried, self._undelivered.path):
            say(line)
        self._say_what_was_injected()
        if self._outlier:
            again = f"{again} ANOMALY={OUTLIER}"
        if again and taken:
            say(f"The same events again: make produce COUNT={taken} {again}")
        if self._around:
            self._around.end(stopped=bool(stop.asked))
        if sender.fault:
            complain(f"Nothing more could be sent: {sender.fault}")
        if stop.asked:
            complain("Ended before its time; what was acknowledged is above.")
        if self._settings.source and (sender.fault or stop.asked or self._fault):
            complain(f"The source was taken up to its line {sender.last_line:,}.")
        if stop.asked:
            return 128 + stop.signal
        return 1 if self._tally.given_up else 0
