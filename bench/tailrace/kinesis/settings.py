"""What the environment may change about the engine."""

import os
from collections.abc import Mapping
from typing import NamedTuple, Self


class Settings(NamedTuple):
    """How the engine departs from AWS, or does not.

    `TAILRACE_KINESIS_DELAY`: seconds that a stream is CREATING and DELETING, 0 by default so that stacks
    deploy fast (AWS: 5 to 7 and 2 to 6). `TAILRACE_KINESIS_LIMITS=1`: a shard takes 1,000 records and 1 MiB a
    second and refuses what is above, as on AWS; off by default.
    """

    delay: float = 0.0
    limited: bool = False

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings. Raises ValueError for what is no number of seconds."""
        return cls(
            delay=float(environment.get("TAILRACE_KINESIS_DELAY") or 0),
            limited=environment.get("TAILRACE_KINESIS_LIMITS", "") in ("1", "true"),
        )
