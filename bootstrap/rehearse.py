"""`make try`: run the handler's `analyse` over a file's events in this process; nothing is deployed or sent.

The delivery layer's own code reads each event and renders its item, so what is refused here is refused there.
"""

import importlib
import os
import sys
import traceback
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import handler
from bootstrap.console import complain, say, shown
from bootstrap.errors import HandlerError, UsageError
from bootstrap.package import HANDLER, REQUIREMENTS
from bootstrap.requirements import ROOT, Platform, packages_of
from bootstrap.settings import SETTINGS
from bootstrap.trial import refuse_syntax_errors
from handler.once.batches import Rejected, Storable, read
from handler.once.records import Reason, Record
from handler.once.sums import UNIT
from producer.settings import ProducerSettings
from producer.source import read as events_of
from producer.userkey import user_key
from producer.visitors import Pseudonyms
from tailrace.stream.errors import StreamError, UnknownFormatError
from tailrace.stream.event import Event, Unreadable

if TYPE_CHECKING:
    from handler.once.analysis import Analyse, Analysis, Body

SHOWN = 3
"""Items that are shown, and failures with their traceback."""
_WIDE = 400


class Rehearsal:
    """What became of the events so far."""

    def __init__(self, analyse: "Analyse", folder: Path) -> None:
        self._analyse = analyse
        self._folder = folder
        self._raised: BaseException | None = None
        self.stored = 0
        self.items: list[bytes] = []
        self.counted = Counter[str]()
        self.totals: dict[str, Decimal] = {}
        self.refused = Counter[str]()
        self.first: dict[str, str] = {}
        """Of each reason its first record, in words."""
        self.failures = Counter[str]()
        self.traces: list[str] = []

    def take(self, event: Event) -> None:
        """Take one event, as the function would."""
        number = f"{event.line:056d}"
        now = datetime.now(UTC).timestamp()
        data = b64encode(event.data).decode()
        self._raised = None
        entry = read(Record(number, "shardId-000000000000", event.key, now, data), self._watched)
        if isinstance(entry, Storable):
            self._accept(entry)
        else:
            self._refuse(entry, event)

    def _watched(self, body: "Body") -> "Analysis":
        """Call `analyse`; keep what it raises, which the layer tells without its message."""
        try:
            return self._analyse(body)
        except Exception as error:
            self._raised = error
            raise

    def _accept(self, entry: Storable) -> None:
        self.stored += 1
        if len(self.items) < SHOWN:
            self.items.append(entry.item)
        self.counted[", ".join(f"{name} {value}" for name, value in entry.dimensions)] += 1
        for sample in entry.samples:
            self._add(f"metric {sample.series.name}", Decimal(sample.value))
        for part in entry.addends:
            self._add(
                f"{part.name} {part.key}" if part.key is not None else part.name, Decimal(part.units) / UNIT
            )

    def _add(self, name: str, value: Decimal) -> None:
        self.totals[name] = self.totals.get(name, Decimal(0)) + value

    def _refuse(self, entry: Rejected, event: Event) -> None:
        self.refused[entry.reason] += 1
        self.first.setdefault(entry.reason, f"line {event.line}: {entry.detail}")
        if entry.reason is not Reason.ANALYTICS_FAILED or self._raised is None:
            return
        self.failures[f"{type(self._raised).__name__} at {entry.fault.where if entry.fault else ''}"] += 1
        if len(self.traces) < SHOWN and self.failures.total() == len(self.traces) + 1:
            self.traces.append(f"line {event.line}: {''.join(self._traceback_of(self._raised))}")

    def _traceback_of(self, error: BaseException) -> Iterator[str]:
        """Give the traceback from the user's own first frame on."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [
            number for number, frame in enumerate(frames) if Path(frame.filename).is_relative_to(self._folder)
        ]
        yield "Traceback (most recent call last):\n"
        yield from traceback.StackSummary.from_list(frames[own[0] if own else 0 :]).format()
        yield from traceback.format_exception_only(error)


def lines(rehearsal: Rehearsal, unreadable: list[str]) -> Iterator[str]:
    """Give what is said of it."""
    for item in rehearsal.items:
        yield f"An item: {shown(item.decode(), _WIDE)}"
    yield f"Would be stored: {rehearsal.stored:,}"
    for name, count in sorted(rehearsal.counted.items()):
        yield f"  {count:>9,} {name or 'events'}"
    if rehearsal.totals:
        yield "Would be counted:"
        for name, value in sorted(rehearsal.totals.items()):
            yield f"  {value:>15,.2f} {shown(name, 60)}"
    yield f"Would be rejected: {rehearsal.refused.total():,}"
    for reason, count in rehearsal.refused.most_common():
        yield f"  {count:>9,} {reason} (first: {shown(rehearsal.first[reason], _WIDE)})"
    if unreadable:
        yield f"Lines that could not be read: {len(unreadable):,} (first: {shown(unreadable[0], _WIDE)})"
    for failure, count in rehearsal.failures.most_common():
        yield f"analyse failed {'once' if count == 1 else f'{count:,} times'}: {failure}"
    for trace in rehearsal.traces:
        yield from trace.rstrip().splitlines()


def run() -> int:
    """Do it; return 0 if every event would be stored or rejected, 1 if `analyse` failed."""
    settings = ProducerSettings.from_environment(os.environ)
    folder = (ROOT / SETTINGS["HANDLER"].read(os.environ)).resolve()
    if not settings.source:
        raise UsageError(
            "make try needs a file of events, or - for standard input: `make try SOURCE=events.jsonl`"
        )
    if settings.raw:
        raise UsageError("RAW=1 has no place where events are read: leave it out.")
    rehearsal, unreadable = Rehearsal(loaded(folder), folder), list[str]()
    pseudonyms = Pseudonyms(user_key(settings.user_key))
    try:
        found: Iterable[Event | Unreadable] = events_of(settings.source, settings.named, pseudonyms)
        for event in islice(found, settings.count):
            if isinstance(event, Unreadable):
                unreadable.append(f"line {event.line}: {event.reason}")
            else:
                rehearsal.take(event)
    except UnknownFormatError as error:
        raise UsageError(str(error)) from None
    except StreamError as error:
        complain(str(error))
        return 1
    for line in lines(rehearsal, unreadable):
        say(line)
    return 1 if rehearsal.failures else 0


def loaded(folder: Path) -> "Analyse":
    """Import the user's `analyse` as the function does, with the packages that its requirements name.

    Raises `HandlerError` with file, line and error where that fails.
    """
    refuse_syntax_errors(folder)
    here = Platform.of_machine(f"{sys.version_info.major}.{sys.version_info.minor}")
    packages = packages_of(folder / REQUIREMENTS, here)
    if packages:
        sys.path.insert(0, str(packages))
    if folder != HANDLER:
        handler.__path__.insert(0, str(folder))
    try:
        analyse: Analyse = importlib.import_module("handler.analytics").analyse
    except Exception as error:  # noqa: BLE001  whatever the user's module raises
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
        where = f"{own[-1].filename}:{own[-1].lineno}: " if own else ""
        raise HandlerError(
            f"The handler cannot be imported: {where}{type(error).__name__}: {error}"
        ) from None
    return analyse
