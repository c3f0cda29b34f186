"""What became of a run's events, of which those sent around it are none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tailrace.stream.event import Unreadable
from tailrace.stream.rules import Delivered, Outcome
from tailrace.stream.tally import Tally

WARMUP = "usual traffic around the run"
"""The group of the events that are sent for the detector's history, and are none of the run's."""


@dataclass
class RunTally(Tally):
    """Counts of one run of the producer; `observe` is told of every outcome too."""

    ungrouped: str = "(no eventType)"
    warmup: int = 0
    """Acknowledged too, but sent around the run."""
    observe: Callable[[Sequence[Outcome | Unreadable]], None] = lambda _: None

    def count(self, outcomes: Sequence[Outcome | Unreadable]) -> None:
        """Count what became of events and lines."""
        own = [one for one in outcomes if not (isinstance(one, Delivered) and one.event.group == WARMUP)]
        self.warmup += len(outcomes) - len(own)
        super().count(own)
        self.observe(outcomes)

    def summary(
        self, seconds: float, retried: int, undelivered: Path | None, again: Callable[[Path], str]
    ) -> Iterator[str]:
        """Give the lines that end a run."""
        acknowledged, *rest = super().summary(seconds, retried, undelivered, again)
        yield acknowledged
        if self.warmup:
            yield f"Usual traffic around it, not counted there: {self.warmup:,}"
        yield from rest
