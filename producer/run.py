"""One run: its source, its pace, and what is said about it."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bootstrap.commands import command
from bootstrap.console import complain, say
from producer import warmup_run
from producer.anomaly import OUTLIER, SHAPES, Outlier, Shaped, middle, stretch
from producer.generate import FIXED_START, generated
from producer.progress import shown
from producer.settings import ProducerSettings
from producer.source import read, read_raw
from producer.stream import find_stream
from producer.tally import RunTally
from producer.userkey import user_key
from producer.visitors import Pseudonyms
from producer.warmup_run import WarmedUpRun
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.lines import may_wait
from tailrace.stream.pace import AtOnce, AtRate, Pace, ReplayPace
from tailrace.stream.rules import Outcome
from tailrace.stream.sender import Bounds, Sender, Stop
from tailrace.stream.transfer import Files, Transfer

if TYPE_CHECKING:
    from bootstrap.target import Target

CARRIED = ("RATE", "DURATION", "ANOMALY", "WARMUP", "STREAM")
"""Settings that a repeated run needs, where they are set."""


def pace_of(settings: ProducerSettings) -> Pace:
    """Return the pace that the settings ask for."""
    if settings.anomaly in SHAPES:
        part = stretch(settings.anomaly, settings.rate, settings.count, settings.duration)
        return Shaped(settings.rate, part)
    if settings.speed:
        return ReplayPace(settings.speed)
    return AtRate(settings.rate) if settings.rate else AtOnce()


class Run:
    """Sends what the settings ask for to the stack's stream."""

    def __init__(
        self, settings: ProducerSettings, target: "Target", stack: str, environ: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._target = target
        self._stack = stack
        self._environ = environ
        self._stream = find_stream(target, stack, settings.stream)
        self._tally = RunTally(observe=self._observe)
        files = Files(settings.ledger, settings.undelivered)
        self._transfer = Transfer(self._stream, self._tally, files, settings.patience)
        self._pace = pace_of(settings)
        self._outlier: Outlier | None = None
        self._warmed_up: WarmedUpRun | None = None
        self._repeated: dict[str, str] = {}
        """Settings that generate the same events again; none where a source says which they are."""

    def go(self, stop: Stop) -> int:
        """Send, say what became of it, return the exit code."""
        items = self._items()
        waits = bool(self._settings.source) and may_wait(self._settings.source)
        if not waits:  # a file that is nothing is refused before anything is said of sending it
            items = chain(filter(None, [next(items, None)]), items)
        named = {"": "generated events", "-": "standard input"}
        source = self._settings.source
        say(f"Sending {named.get(source, source)} to {self._stream.name}")
        feed, pace = self._transfer.feed(items, waits=waits), self._pace
        bounds = Bounds(self._settings.count, self._settings.duration)
        self._warmed_up = self._warm_up(items)
        if self._warmed_up:
            feed = pace = self._warmed_up.feed
            bounds = Bounds(None, None)
        self._began = datetime.now(UTC)
        began = time.monotonic()
        with shown(lambda: self._progress(time.monotonic() - began), Console()) as look:
            sender = self._transfer.run(feed, pace, bounds, stop, look)
        code = self._end(sender, stop, time.monotonic() - began)
        if self._transfer.fault:
            raise self._transfer.fault
        return code

    def _items(self) -> Iterator[Event | Unreadable]:
        """Return what is to be sent."""
        settings = self._settings
        if settings.source:
            if settings.raw:
                return read_raw(settings.source, settings.named)
            pseudonyms = Pseudonyms(user_key(settings.user_key))
            return read(settings.source, settings.named, pseudonyms)
        seed = secrets.randbelow(10**9) if settings.seed is None else settings.seed
        unset = FIXED_START if settings.seed is not None else datetime.now(UTC).replace(microsecond=0)
        start = settings.start or unset
        self._repeated = {"SEED": str(seed), "START": start.isoformat()}
        return self._generated(seed, start)

    def _generated(self, seed: int, start: datetime) -> Iterator[Event]:
        settings = self._settings
        events = generated(seed, start)
        if settings.anomaly != OUTLIER:
            return events
        self._outlier = Outlier(events, middle(settings.rate, settings.count, settings.duration))
        return iter(self._outlier)

    def _warm_up(self, items: Iterator[Event | Unreadable]) -> WarmedUpRun | None:
        """Put the run into usual traffic, if it has something that the stack's detector is to find."""
        settings = self._settings
        if not warmup_run.has_warmup(settings):
            return None
        answer = warmup_run.planned(settings, self._target, self._stack)
        if answer is None:
            return None
        warmed_up = WarmedUpRun(settings, *answer, items)
        warmed_up.say(settings.rate, self._environ)
        return warmed_up

    def _observe(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        if self._outlier:
            self._outlier.report(outcomes, datetime.now(UTC))

    def _progress(self, seconds: float) -> str:
        retried = self._transfer.retried
        line = (
            self._warmed_up.progress(self._tally, retried)
            if self._warmed_up
            else self._tally.progress(seconds, retried)
        )
        silence, _ = self._transfer.silence()
        return f"{silence}  {line}" if silence else line

    def _end(self, sender: Sender, stop: Stop, seconds: float) -> int:
        taken = sender.taken
        if self._warmed_up:
            taken, seconds = self._warmed_up.taken(sender), self._warmed_up.seconds
        retried, undelivered = self._transfer.retried, self._transfer.undelivered
        for line in self._tally.summary(seconds, retried, undelivered, self._send_again):
            say(line)
        self._say_what_was_injected()
        self._say_what_next(taken)
        if self._warmed_up:
            self._warmed_up.end(stopped=bool(stop.asked))
        return self._code(sender, stop)

    def _say_what_was_injected(self) -> None:
        pace, began = self._pace, self._began
        if self._warmed_up:
            pace, began = self._warmed_up.pace, self._warmed_up.plan.begin
        if self._outlier:
            say(self._outlier.said())
        elif isinstance(pace, Shaped):
            say(pace.said(self._settings.anomaly, began))

    def _say_what_next(self, taken: int) -> None:
        if self._repeated and taken:
            again = {"COUNT": str(taken), **self._repeated, **self._carried()}
            say(f"The same events again: {command('produce', self._environ, **again)}", whole=True)
        last = self._tally.last
        if last and not self._settings.stream:
            event = last.event.event_id or last.accepted.sequence_number
            say(f"The last event's story: {command('trace', self._environ, EVENT=event)}", whole=True)

    def _carried(self) -> dict[str, str]:
        set_to = {name: self._environ.get(name, "").strip() for name in CARRIED}
        return {name: value for name, value in set_to.items() if value}

    def _send_again(self, path: Path) -> str:
        """Return the command that sends the events that did not get through."""
        raw = {"RAW": "1"} if self._settings.raw else {}
        stream = {"STREAM": self._settings.stream} if self._settings.stream else {}
        named = {
            name: value
            for name, value in zip(
                ("PARTITION_KEY", "EVENT_ID", "TIMESTAMP"), self._settings.named, strict=True
            )
            if value
        }
        return command("produce", self._environ, SOURCE=str(path), **raw, **named, **stream)

    def _code(self, sender: Sender, stop: Stop) -> int:
        silence, reason = self._transfer.silence()
        if silence:
            complain(f"{silence}: {reason}")
        if sender.fault:
            complain(f"Nothing more could be sent: {sender.fault}")
        if stop.asked:
            complain("Ended before its time; what was acknowledged is above.")
        if self._settings.source and (sender.fault or stop.asked or self._transfer.fault):
            complain(f"The source was taken up to its line {sender.last_line:,}.")
        if stop.asked:
            return 128 + stop.signal
        return 1 if self._tally.given_up else 0
