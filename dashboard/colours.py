"""One colour for one value, for as long as a dashboard runs. Pure but for what it remembers.

The colours themselves are the style sheet's variables `--value-0` to `--value-6`, in light and in dark.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

from handler.once.totals import OTHER

COLOURS = 7
SINGLE = "var(--accent)"
"""The colour where nothing has to be told apart."""
REST = "var(--other)"
"""The colour of `other`, which stands for many values."""


class Palette:
    """Gives each value a colour, and remembers it: a value that comes, goes or grows changes no other's.

    A value's first choice follows from its name, so that it is mostly the same after a new start too. Of two
    that want the same colour the later one takes the next that is free among those shown.

    >>> palette = Palette()
    >>> both = palette.of(["purchase", "click"])
    >>> palette.of(["click"])["click"] == both["click"]
    True
    """

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def of(self, values: Iterable[str]) -> Mapping[str, str]:
        """Return the colour of each of these values, which are shown together: up to seven, and `other`."""
        shown = sorted(set(values) - {OTHER})
        used: set[int] = set()
        fresh = []
        for value in shown:
            slot = self._taken.get(value)
            if slot is None or slot in used:
                fresh.append(value)
            else:
                used.add(slot)
        for value in fresh:
            first = crc32(value.encode(errors="replace")) % COLOURS
            free = (slot % COLOURS for slot in range(first, first + COLOURS))
            self._taken[value] = next((slot for slot in free if slot not in used), first)
            used.add(self._taken[value])
        return {value: f"var(--value-{self._taken[value]})" for value in shown} | {OTHER: REST}
