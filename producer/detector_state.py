"""The stack's detector, seen from here: what it wants, what history it has, and what it has found."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bootstrap import stacks, watched
from bootstrap.errors import UsageError
from producer.warmup import usual_minutes

if TYPE_CHECKING:
    from bootstrap.target import Target

HISTORY = timedelta(hours=6)
"""What the detector looks at."""
LOOKS_WITHIN = 240.0
"""Seconds after its end by which a minute was looked at: 90 if all is well, more while events come late."""
EVERY = 2.0
"""Seconds between two questions."""


@dataclass(frozen=True)
class DetectorState:
    """The detector of a stack."""

    looks: bool
    """Whether it is invoked."""
    minimum: int
    """Minutes of history that it wants."""
    ledger: watched.LedgerTable

    @classmethod
    def find(cls, target: "Target", name: str) -> "DetectorState":
        """Ask the stack."""
        stack = stacks.find(target.client("cloudformation"), name)
        if stack is None:
            raise UsageError(f"There is no stack {name} here: `make up` deploys it.")
        parameters = stack.parameters
        ledger = watched.LedgerTable(
            target.client("dynamodb"), stack.outputs["LedgerTableName"], int(parameters["RetentionDays"])
        )
        return cls(parameters["Detector"] == "1", int(parameters["AnomalyMinimum"]), ledger)

    def history(self, now: datetime) -> int:
        """Return how many minutes of usual traffic there are up to now."""
        return usual_minutes(self.ledger.history(now - HISTORY, now))


class DetectorWait:
    """Waits in a thread until the detector has looked at all minutes before `judged`."""

    def __init__(self, detector: DetectorState, judged: datetime) -> None:
        self._detector = detector
        self._judged = judged
        self._ended = Flag()
        self._seen = Flag()
        self._until = time.monotonic() + (judged - datetime.now(UTC)).total_seconds() + LOOKS_WITHIN
        Thread(target=self._wait, name="detector", daemon=True).start()

    def enough(self) -> bool:
        """Tell whether it has looked, or there is no use in waiting longer."""
        return self._seen.is_set() or time.monotonic() > self._until

    @property
    def seen(self) -> bool:
        """Whether it has looked."""
        return self._seen.is_set()

    def close(self) -> None:
        """End the waiting."""
        self._ended.set()

    def _wait(self) -> None:
        while not self._ended.wait(EVERY) and not self._seen.is_set():
            if datetime.now(UTC) < self._judged:
                continue
            try:
                looked = self._detector.ledger.looked_until()
            except (BotoCoreError, ClientError):
                continue  # it is asked again, until there is no use in it
            if looked and looked >= self._judged:
                self._seen.set()
