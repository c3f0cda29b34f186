"""A run with an anomaly put into usual traffic, for the detector of its stack."""

import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bootstrap.commands import command
from bootstrap.console import complain, say
from handler.once.totals import MINUTE, minute_of
from producer.anomaly import OUTLIER, Shaped, Stretch, middle, stretch
from producer.detector_state import DetectorState, DetectorWait
from producer.generate import generated
from producer.settings import ProducerSettings
from producer.tally import RunTally
from producer.warmup import RunBounds, Sources, WarmupFeed, WarmupPlan
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.sender import Sender

if TYPE_CHECKING:
    from bootstrap.target import Target

SHIFTED = {"silence": -1.0, OUTLIER: 1.0}
"""Seconds that an anomaly comes after its minute began: no usual event may be in a minute of silence, and
no outlier in the minute before."""


def part_of(settings: ProducerSettings) -> Stretch:
    """Return where in a run its anomaly is, and the rate in it."""
    if settings.anomaly != OUTLIER:
        return stretch(settings.anomaly, settings.rate, settings.count, settings.duration)
    moment = middle(settings.rate, settings.count, settings.duration) / settings.rate
    return Stretch(moment, moment, 1.0)


def minutes_of(settings: ProducerSettings) -> tuple[float, float]:
    """Return where in a run the minutes of its anomaly begin and end."""
    part, shift = part_of(settings), SHIFTED.get(settings.anomaly, 0.0)
    return max(0.0, part.begin - shift), max(0.0, part.end - shift)


def has_warmup(settings: ProducerSettings) -> bool:
    """Tell whether a run has something for the detector, and says how fast the usual traffic is.

    Another stream than the stack's is not the detector's.
    """
    return bool(settings.anomaly and settings.rate and not settings.stream)


def planned(
    settings: ProducerSettings, target: "Target", stack: str
) -> tuple[DetectorState, WarmupPlan] | None:
    """Ask the stack's detector what it wants; None, and a sentence, where there is to be no warm-up."""
    detector = DetectorState.find(target, stack)
    if not detector.looks:
        say(f"The detector of {stack} is not invoked (DETECTOR=0): nobody looks for the {settings.anomaly}.")
        return None
    there = detector.history(datetime.now(UTC))
    plan = WarmupPlan.of(datetime.now(UTC), there, detector.minimum, minutes_of(settings))
    if settings.warmup:
        return detector, plan
    if plan.anew:
        say(f"{_history(plan)}, and WARMUP=0 sends none first: the detector will not report.")
    return None


class WarmedUpRun:
    """The usual traffic around one run."""

    def __init__(
        self,
        settings: ProducerSettings,
        detector: DetectorState,
        plan: WarmupPlan,
        run: Iterator[Event | Unreadable],
    ) -> None:
        self._kind = settings.anomaly
        self._detector = detector
        self.plan = plan
        if plan.anew:
            detector.ledger.note_gap(plan.since)
        self._wait = DetectorWait(detector, plan.judged)
        begin = time.monotonic() + (plan.begin - datetime.now(UTC)).total_seconds()
        seed = secrets.randbelow(10**9)  # never the run's events, nor those around another run
        self.pace = Shaped(settings.rate, part_of(settings), begin)
        self.feed = WarmupFeed(
            Sources(run, generated(seed, datetime.now(UTC))),
            self.pace,
            RunBounds(begin, settings.count, settings.duration),
            self._wait.enough,
            time.monotonic,
        )

    def say(self, rate: float, environ: Mapping[str, str]) -> None:
        """Say what is going to be sent, and why."""
        minutes = (self.plan.begin - datetime.now(UTC)).total_seconds() / 60
        when = f"the run begins at {self.plan.begin:%H:%M:%S} UTC, in {minutes:.1f} min"
        if self.plan.anew:
            say(f"{_history(self.plan)}: usual traffic at {rate:g}/s is sent first, and {when}.")
            shorter = command("up", environ, ANOMALY_MINIMUM="3")
            say(f"WARMUP=0 leaves that out; `{shorter}` makes it short.")
        else:
            say(f"{_history(self.plan)}: {when}, so that the {self._kind} begins with a minute.")

    @property
    def seconds(self) -> float:
        """Return how long the run went on."""
        return self.feed.run_seconds(time.monotonic())

    def taken(self, sender: Sender) -> int:
        """Return how many events of the run the sender has taken."""
        holding = sender.holds and self.feed.phase == "run"
        return self.feed.taken - holding

    def progress(self, tally: RunTally, retried: int) -> str:
        """Return the line of progress."""
        usual = f"usual traffic: sent {tally.warmup:,}"
        if self.feed.phase == "before":
            left = max(0.0, (self.plan.begin - datetime.now(UTC)).total_seconds())
            return f"{usual}  the run begins at {self.plan.begin:%H:%M:%S} UTC, in {left:.0f} s"
        if self.feed.phase == "after":
            return f"{usual}  until the detector has looked at {self.plan.anomaly:%H:%M} UTC"
        return tally.progress(self.seconds, retried)

    def end(self, *, stopped: bool) -> None:
        """End the history that was made here, and say what the detector has found."""
        self._wait.close()
        if self.plan.anew:
            self._detector.ledger.note_gap(minute_of(datetime.now(UTC)) + MINUTE)
        if self._wait.seen:
            found = self._detector.ledger.anomalies(self.plan.anomaly)
            for line in found:
                say(f"The detector found: {line}")
            if not found:
                say("The detector has looked at it, and found nothing unusual.")
        elif not stopped:
            complain(f"The detector has not looked at {self.plan.anomaly:%H:%M} UTC: see `make status`.")


def _history(plan: WarmupPlan) -> str:
    there = "there are" if plan.have != 1 else "there is"
    return f"The detector wants {plan.wanted} finished minutes of history and {there} {plan.have}"
