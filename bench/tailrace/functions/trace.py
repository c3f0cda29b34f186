"""X-Ray trace headers for invocations: the caller's, completed, or a new one. Pure but for randomness.

Without active tracing Lambda passes on what its caller decided, and a caller without a decision means
`Sampled=0`. With it Lambda decides where nobody has: one request a second, and 5 % of the others.
"""

import random
import threading
from collections.abc import Callable
from typing import Protocol

from tailrace.clock import CLOCK
from tailrace.identifiers import hexadecimal

SHARE = 0.05


class TraceHeader(Protocol):
    """LocalStack's parsed header."""

    @property
    def root(self) -> str | None:
        """The trace."""

    @property
    def parent(self) -> str | None:
        """Whose child this is."""

    @property
    def sampled(self) -> int | str | None:
        """The decision: 0, 1, "?" or none."""

    @property
    def lineage(self) -> str | None:
        """Which functions it has passed."""


class Sampler:
    """Lambda's default rule: the first request of each second, and a share of the rest."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._second = -1
        self._lock = threading.Lock()

    def takes(self, now: float) -> bool:
        """Whether a request at this time (epoch seconds) is sampled."""
        with self._lock:
            if int(now) != self._second:
                self._second = int(now)
                return True
        return self._draw() < SHARE


def trace_id(header: TraceHeader | None, sampler: Sampler | None) -> str:
    """Give the header for the function; `sampler` is the function's where its tracing is active."""
    now = CLOCK.now()
    root = (header and header.root) or f"1-{int(now):08x}-{hexadecimal(24)}"
    parent = (header and header.parent) or hexadecimal(16)
    decided = header.sampled if header else None
    if decided not in (0, 1):
        decided = int(sampler is not None and sampler.takes(now))
    lineage = f";Lineage={header.lineage}" if header and header.lineage else ""
    return f"Root={root};Parent={parent};Sampled={decided}{lineage}"
