"""Single events of several ways in turns."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from benchmarks.measure import Sent
from benchmarks.turns import difference, in_turns

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Numbered:
    """An event that is only told from others."""

    event_id: str
    key: str = ""
    data: bytes = b""


def way(name: str, seen: list[str], milliseconds: float) -> Callable[[Sent], float]:
    """Return a way that notes what it is given, and takes so long."""

    def take(event: Sent) -> float:
        seen.append(f"{name}{event.event_id}")
        return milliseconds

    return take


def test_each_event_goes_to_each_way_and_who_is_first_alternates() -> None:
    """A pair is of one event, each way is first as often, and a rest follows each turn."""
    seen: list[str] = []
    ways = {"a": way("a", seen, 2.0), "b": way("b", seen, 3.0)}
    turns = in_turns(
        ways, [Numbered("1"), Numbered("2"), Numbered("3")], 0, lambda seconds: seen.append(f"{seconds}")
    )
    assert seen == ["b1", "0.01", "a1", "0.01", "a2", "0.01", "b2", "0.01", "b3", "0.01", "a3", "0.01"]
    assert difference(turns, "a", "b") == -1.0


def test_the_first_events_warm_up() -> None:
    """They are put as the others, and not counted."""
    seen: list[str] = []
    turns = in_turns({"a": way("a", seen, 2.0)}, [Numbered("1"), Numbered("2")], 1, lambda _: None)
    assert (seen, turns) == (["a1", "a2"], {"a": [2.0]})
