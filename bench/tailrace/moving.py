"""The emulator's time, read and moved from outside: what `tailrace advance` and the plugin's `clock` use."""

import re
import time
from typing import Any

from tailrace.control.own_api import NotOursError, ask

PATH = "/_tailrace/clock"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_in(text: str) -> float:
    """Return the seconds of a stretch of time. Raises ValueError if it is none.

    >>> seconds_in("90s"), seconds_in("1h30m"), seconds_in("2d")
    (90.0, 5400.0, 172800.0)
    """
    if not re.fullmatch(r"(\d+(\.\d+)?[smhd])+", text):
        raise ValueError(f"{text} is not a stretch of time: expected one such as 90s, 15m, 25h or 2d.")
    return sum(float(number) * UNITS[unit] for number, _, unit in re.findall(r"(\d+(\.\d+)?)([smhd])", text))


class EmulatorClock:
    """The clock of the emulator at an endpoint. Raises EmulatorError if none answers there.

    Time is moved for everybody on the emulator, and never goes back.
    """

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def now(self) -> float:
        """Return the emulator's time, in epoch seconds."""
        return self._ask(None)

    def advance(self, by: str | float) -> float:
        """Move time on, by `"25h"` or by seconds; return the new time when all that became due was done."""
        return self._ask({"advance": seconds_in(by) if isinstance(by, str) else by})

    def _ask(self, asked: dict[str, Any] | None) -> float:
        now: float = ask(self.endpoint, PATH, asked)["now"]
        return now


def now(endpoint: str) -> float:
    """Return an emulator's time, in epoch seconds; this machine's where the emulator is not ours."""
    try:
        return EmulatorClock(endpoint).now()
    except NotOursError:
        return time.time()
