"""What the environment may change about the engine."""

import os
from collections.abc import Mapping
from typing import NamedTuple, Self

from tailrace.kinesis.lifecycle import SECONDS, SlowChange

BRIEF = 0.1
"""Seconds of a state that is passed through: seen by whoever looks at once, and waited for by nobody."""


class KinesisSettings(NamedTuple):
    """How the engine departs from AWS, or does not.

    `TAILRACE_KINESIS_DELAY`: seconds that a stream or a consumer is CREATING, UPDATING and DELETING; a
    fraction of a second by default, so that stacks deploy fast; `aws` for AWS's own times (5 to 17 seconds).
    """

    delay: float | None = BRIEF
    """None: AWS's own times."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raises ValueError for what is no number of seconds."""
        delay = environment.get("TAILRACE_KINESIS_DELAY") or str(BRIEF)
        return cls(None if delay == "aws" else float(delay))

    def seconds(self, change: SlowChange) -> float:
        """Tell how long a change takes."""
        return SECONDS[change] if self.delay is None else self.delay
