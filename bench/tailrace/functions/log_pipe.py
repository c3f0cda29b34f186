"""The pipe that a function's processes write to: read without waiting, and kept to a bound."""

import os
from typing import NamedTuple

from tailrace.clock import CLOCK
from tailrace.functions.frames import LogReader

MOST_LINES = 100_000
MOST_BYTES = 32 * 2**20
"""How much of one invocation's log is kept; what is written beyond it is counted, and no more."""
_PIECE = 65_536
_AT_A_TIME = 16
"""Pieces read at once, many times what a pipe holds: who prints without end must not be read without end."""


class Line(NamedTuple):
    """A log event: epoch seconds, text."""

    at: float
    message: str


class LogPipe:
    """Made for one process. Whoever has `theirs` writes."""

    def __init__(self) -> None:
        self.descriptor, self.theirs = os.pipe()
        os.set_blocking(self.descriptor, False)
        self.ended = False
        self._reader = LogReader()
        self._kept = self._size = self._dropped = 0

    def started(self) -> None:
        """Close our copy of the end that is written to, now that the process has it."""
        os.close(self.theirs)

    def begin(self) -> None:
        """Count anew: another invocation."""
        self._kept = self._size = self._dropped = 0

    def read(self) -> list[Line]:
        """Return what was written before this call, in whole lines."""
        lines: list[Line] = []
        for _ in range(_AT_A_TIME):
            try:
                data = os.read(self.descriptor, _PIECE)
            except BlockingIOError:
                break
            if not data:
                self.ended = True
                break
            lines += self._keep(data)
        return lines

    def finish(self) -> list[Line]:
        """Return what is left at the end of an invocation or of the process: an unfinished line counts."""
        rest, now = self._reader.finish(), CLOCK.now()
        if self._dropped:
            said = (
                f"[tailrace] {self._dropped} more bytes are not kept: of one invocation's log "
                f"{MOST_LINES} lines and {MOST_BYTES // 2**20} MB are.\n"
            )
            return [Line(now, said)]
        return [Line(now, message) for message in rest]

    def close(self) -> None:
        """Stop reading."""
        os.close(self.descriptor)

    def _keep(self, data: bytes) -> list[Line]:
        if self._kept >= MOST_LINES or self._size >= MOST_BYTES:
            self._dropped += len(data)
            return []
        messages = self._reader.feed(data)
        self._kept += len(messages)
        self._size += len(data)
        now = CLOCK.now()
        return [Line(now, message) for message in messages]
