"""Put to stored, of several ways in turns: a change of the machine's speed meets all of them alike."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from benchmarks.measure import IDLE, Sent

WARMING = 20  # events that are not counted
type Turns = Mapping[str, Sequence[float]]
"""Milliseconds by way; those at one place are of the same event."""


def in_turns(
    ways: Mapping[str, Callable[[Sent], float]],
    events: Iterable[Sent],
    warming: int = WARMING,
    rest: Callable[[float], None] = time.sleep,
) -> Turns:
    """Give each event to each idle way, in alternating order; the first `warming` events do not count.

    A way puts the event and returns the milliseconds until it is stored.
    """
    order, taken = [*ways], {name: list[float]() for name in ways}
    for number, event in enumerate(events):
        for name in order if number % 2 else reversed(order):
            milliseconds = ways[name](event)
            rest(IDLE)
            if number >= warming:
                taken[name].append(milliseconds)
    return taken


def difference(turns: Turns, one: str, other: str) -> float:
    """Return the median of what the one took longer than the other for the same event.

    >>> difference({"a": [1.0, 2.0, 9.0], "b": [2.0, 2.5, 2.0]}, "a", "b")
    -0.5
    """
    return median(mine - its for mine, its in zip(turns[one], turns[other], strict=True))
