from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.rehearse import Rehearsal, lines
from handler.once import Analysis, Body, Dimension, Measure, Reason, RejectedError, Total
from tailrace.stream.event import Event

pytestmark = pytest.mark.unit
LINE = Dimension("Line", "north", "south")


def analyse(event: Body) -> Analysis:
    """Count an order; reject one of nothing."""
    if event["items"] == 0:
        raise RejectedError(Reason.BAD_VALUE, "an order of nothing")
    items = event["items"]
    assert isinstance(items, int)
    return Analysis(
        {"items": items},
        (Measure("Items", items),),
        (Total("items", items), Total("shop", key="a")),
        (LINE.of(event.get("line")),),
    )


def rehearsed(bodies: list[str], by: Callable[[Body], Analysis] = analyse) -> list[str]:
    """Return what is said of these events, a line each."""
    rehearsal = Rehearsal(by, Path(__file__).parent)
    for number, body in enumerate(bodies, 1):
        rehearsal.take(Event(body.encode(), "key", None, None, number, None))
    return list(lines(rehearsal, ["line 9: no JSON"] if "no" in bodies else []))


def test_what_would_become_of_events() -> None:
    """What would be stored, counted and rejected is said, by the delivery layer's own rules."""
    said = rehearsed(['{"items": 2, "line": "north"}', '{"items": 3}', '{"items": 0}', "no"])
    assert said[0].startswith('An item: "eventId":{"S":"00000000000000000000000000000000000000000')
    assert '"items":{"N":"2"}' in said[0]
    assert said[2:] == [
        "Would be stored: 2",
        "          1 Line north",
        "          1 Line other",
        "Would be counted:",
        "             5.00 items",
        "             5.00 metric Items",
        "             2.00 shop a",
        "Would be rejected: 2",
        "          1 bad-value (first: line 3: an order of nothing)",
        "          1 not-json (first: line 4: Expecting value at character 0)",
        "Lines that could not be read: 1 (first: line 9: no JSON)",
    ]


def test_a_failure_has_its_traceback() -> None:
    """A failure of the user's own is said with type, place, count and a traceback that begins there."""

    def failing(event: Body) -> Analysis:
        return Analysis({"items": event["itmes"]})

    said = rehearsed(['{"items": 1}', '{"items": 2}'], failing)
    assert said[:2] == ["Would be stored: 0", "Would be rejected: 2"]
    assert said[3].startswith("analyse failed 2 times: KeyError at ")
    assert said[4] == "line 1: Traceback (most recent call last):"
    assert said[5].startswith('  File "')
    assert said[5].endswith(", in failing")
    assert said[-1] == "KeyError: 'itmes'"
