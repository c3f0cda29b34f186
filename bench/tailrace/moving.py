"""The emulator's time, read and moved from outside: what `tailrace advance` and the plugin's `clock` use."""

import json
import re
import urllib.error
import urllib.request
from typing import Any

from tailrace.control.errors import EmulatorError

PATH = "/_tailrace/clock"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PATIENCE = 60
"""Seconds that the emulator may take."""


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
        request = urllib.request.Request(  # noqa: S310  an emulator's address
            f"{self.endpoint}{PATH}",
            data=json.dumps(asked).encode() if asked else None,
            headers={"Content-Type": "application/json"},
        )
        directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with directly.open(request, timeout=PATIENCE) as answered:
                now: float = json.load(answered)["now"]
        except urllib.error.HTTPError as error:
            known = error.read().decode(errors="replace")
            raise EmulatorError(
                f"The emulator at {self.endpoint} did not move its time: {known:.200}"
            ) from None
        except (OSError, ValueError, KeyError) as error:
            raise EmulatorError(
                f"No emulator answers at {self.endpoint} ({error}): tailrace up (in this project: make up)."
            ) from None
        return now
