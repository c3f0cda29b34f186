"""What became of a run's events: counted, and said in words."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tailrace.stream.event import Unreadable
from tailrace.stream.rules import Delivered, GivenUp, Outcome

NAMED = 20
"""Lines, reasons and groups that a summary names; the rest are counted."""
WIDEST = 60
"""Characters of a group, which may be anything, that a summary shows."""
MOST_KEYS = 100_000
"""Partition keys that are told apart."""


def printable(text: str, width: int) -> str:
    """Return text of other people's as a terminal can show it, cut to a width.

    >>> printable("page/1", 5)
    'page…'
    """
    safe = text if text.isprintable() else text.encode("unicode_escape").decode()
    return safe if len(safe) <= width else safe[: width - 1] + "…"


@dataclass
class Tally:
    """Counts of one run. `ungrouped` is what events without a group are called beside others with one."""

    ungrouped: str = "(none)"
    acknowledged: int = 0
    groups: Counter[str | None] = field(default_factory=Counter)
    """Acknowledged, by their group."""
    given_up: Counter[str] = field(default_factory=Counter)
    """By reason."""
    notes: Counter[str] = field(default_factory=Counter)
    """What the events lacked, and what was used instead."""
    unreadable: list[Unreadable] = field(default_factory=list)
    """The first `NAMED` of them."""
    unreadable_count: int = 0
    last: Delivered | None = None
    """The last event that was acknowledged."""
    _keys: set[int] = field(default_factory=set)

    def count(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        """Count what became of events and lines."""
        for outcome in outcomes:
            if isinstance(outcome, Unreadable):
                self.unreadable_count += 1
                if len(self.unreadable) < NAMED:
                    self.unreadable.append(outcome)
                continue
            self.notes.update(outcome.event.notes)
            if isinstance(outcome, GivenUp):
                self.given_up[outcome.reason] += 1
            else:
                self._acknowledge(outcome)

    def _acknowledge(self, delivered: Delivered) -> None:
        self.acknowledged += 1
        self.groups[delivered.event.group] += 1
        self.last = delivered
        if len(self._keys) <= MOST_KEYS:
            self._keys.add(hash(delivered.event.key))

    def progress(self, seconds: float, retried: int) -> str:
        """Return the line of progress after so many seconds."""
        text = f"sent {self.acknowledged:,}  {self.acknowledged / max(seconds, 0.001):,.0f}/s"
        return f"{text}  failed {self.given_up.total():,}  retried {retried:,}"

    def summary(
        self, seconds: float, retried: int, undelivered: Path | None, again: Callable[[Path], str]
    ) -> Iterator[str]:
        """Give the lines that end a run; `again` is the command that sends the undelivered events again."""
        sent = self.acknowledged
        rate = sent / max(seconds, 0.001)
        yield f"Acknowledged {sent:,} {'event' if sent == 1 else 'events'} in {seconds:.1f} s ({rate:,.0f}/s)"
        yield from self._group_lines()
        if sent:
            many = len(self._keys) > MOST_KEYS
            yield f"Partition keys: {f'more than {MOST_KEYS:,}' if many else f'{len(self._keys):,}'}"
        yield f"Retries: {retried:,}"
        if self.notes:
            yield "Fields that were missing, and what was used instead:"
            yield from (f"{number:>10,}  {note}" for note, number in self.notes.most_common())
        yield from self._unreadable_lines()
        yield from self._undelivered_lines(undelivered, again)

    def _group_lines(self) -> Iterator[str]:
        """Give the groups, the largest first; nothing where no event has one."""
        if not self.groups.keys() - {None}:
            return
        named = {
            self.ungrouped if group is None else printable(group, WIDEST): number
            for group, number in self.groups.most_common(NAMED)
        }
        width = max(14, *map(len, named))
        yield from (f"  {name:<{width}}{number:>10,}" for name, number in named.items())
        if len(self.groups) > NAMED:
            yield f"  and {len(self.groups) - NAMED:,} more"

    def _unreadable_lines(self) -> Iterator[str]:
        if not self.unreadable_count:
            return
        yield f"Lines that could not be read: {self.unreadable_count:,}"
        yield from (f"  line {line.line}: {line.reason}" for line in self.unreadable)
        if self.unreadable_count > NAMED:
            yield f"  and {self.unreadable_count - NAMED:,} more"

    def _undelivered_lines(self, path: Path | None, again: Callable[[Path], str]) -> Iterator[str]:
        if not self.given_up:
            yield "Undelivered: 0"
            return
        where = f"kept in {path}" if path else "and no file could be made for them"
        yield f"Undelivered: {self.given_up.total():,}, {where}"
        yield from (f"  {number:,}: {reason}" for reason, number in self.given_up.most_common(NAMED))
        if len(self.given_up) > NAMED:
            yield f"  and {len(self.given_up) - NAMED:,} more reasons"
        if path:
            yield f"  To send them again: {again(path)}"
