"""What became of a run's events: counted, and said in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.console import shown
from tailrace.stream.event import Unreadable
from tailrace.stream.rules import Delivered, GivenUp, Outcome

NAMED = 20
"""Lines and reasons that a summary names; the rest are counted."""
WIDEST = 60
"""Characters of an event type, which may be anything, that a summary shows."""


@dataclass
class Tally:
    """Counts of one run."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    """By event type."""
    given_up: Counter[str] = field(default_factory=Counter)
    """By reason."""
    usual: int = 0
    """Acknowledged too, but sent around the run: not counted as its own."""
    unreadable: list[Unreadable] = field(default_factory=list)
    """The first `NAMED` of them."""
    unreadable_count: int = 0

    def count(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        """Count what became of events and lines."""
        for outcome in outcomes:
            if isinstance(outcome, Delivered) and outcome.event.usual:
                self.usual += 1
            elif isinstance(outcome, Delivered):
                self.acknowledged[outcome.event.event_type] += 1
            elif isinstance(outcome, GivenUp):
                self.given_up[outcome.reason] += 1
            else:
                self.unreadable_count += 1
                if len(self.unreadable) < NAMED:
                    self.unreadable.append(outcome)

    def progress(self, seconds: float, retried: int) -> str:
        """Return the line of progress after so many seconds."""
        sent = self.acknowledged.total()
        text = f"sent {sent:,}  {sent / max(seconds, 0.001):,.0f}/s"
        return f"{text}  failed {self.given_up.total():,}  retried {retried:,}"

    def summary(self, seconds: float, retried: int, undelivered: Path | None) -> list[str]:
        """Return the lines that end a run."""
        sent = self.acknowledged.total()
        rate = sent / max(seconds, 0.001)
        lines = [
            f"Acknowledged {sent:,} {'event' if sent == 1 else 'events'} in {seconds:.1f} s ({rate:,.0f}/s)"
        ]
        kinds = sorted(self.acknowledged.items())
        lines += [f"  {shown(kind, WIDEST):<14}{number:>10,}" for kind, number in kinds]
        if self.usual:
            lines.append(f"Usual traffic around it, not counted there: {self.usual:,}")
        lines.append(f"Sent again after a refusal or a failure: {retried:,}")
        return lines + self._lines_left_out() + self._undelivered(undelivered)

    def _lines_left_out(self) -> list[str]:
        if not self.unreadable_count:
            return []
        lines = [f"Lines that could not be read: {self.unreadable_count:,}"]
        lines += [f"  line {line.line}: {line.reason}" for line in self.unreadable]
        if self.unreadable_count > NAMED:
            lines.append(f"  and {self.unreadable_count - NAMED:,} more")
        return lines

    def _undelivered(self, path: Path | None) -> list[str]:
        if not self.given_up:
            return ["Undelivered: 0"]
        where = f"kept in {path}" if path else "and no file could be made for them"
        lines = [f"Undelivered: {self.given_up.total():,}, {where}"]
        lines += [f"  {number:,}: {reason}" for reason, number in self.given_up.most_common(NAMED)]
        if len(self.given_up) > NAMED:
            lines.append(f"  and {len(self.given_up) - NAMED:,} more reasons")
        return [*lines, f"  to send them again: make produce SOURCE={path}"] if path else lines
