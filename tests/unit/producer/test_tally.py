from dataclasses import replace
from pathlib import Path

import pytest

from producer.tally import Tally
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.rules import Accepted, Delivered, GivenUp

pytestmark = pytest.mark.unit


def event(kind: str) -> Event:
    """Make an event of a type."""
    return Event(b"{}", "a", "e", kind, 1, None)


def usual(kind: str) -> Event:
    """Make an event that is sent around a run."""
    return replace(event(kind), usual=True)


def counted() -> Tally:
    """Return a tally of two acknowledged, one given up, and many unreadable."""
    tally = Tally()
    taken = Accepted("1", "shardId-000000000000")
    tally.count([Delivered(event("click"), taken), Delivered(event("purchase"), taken)])
    tally.count([GivenUp(event("click"), "too large")])
    tally.count([Unreadable(number, "why") for number in range(1, 31)])
    return tally


def test_a_type_that_is_anything() -> None:
    """A type that no terminal can show, or should, is written in escapes, and one without end is cut."""
    tally = Tally()
    kinds = ("\ud800", "a\n\x1b[31m", "x" * 1000)
    tally.count([Delivered(event(kind), Accepted("1", "shardId-000000000000")) for kind in kinds])
    assert [line.split()[0] for line in tally.summary(1, 0, None)[1:4]] == [
        r"a\n\x1b[31m",
        "x" * 59 + "…",
        r"\ud800",
    ]


def test_the_line_of_progress() -> None:
    """It says what was acknowledged, how fast, what was given up, and what was sent again."""
    assert counted().progress(0.5, 7) == "sent 2  4/s  failed 1  retried 7"


def test_the_summary_accounts_for_all() -> None:
    """It names each type, the first lines left out, and where the undelivered events are."""
    lines = counted().summary(0.5, 7, Path("u.jsonl"))
    assert lines[:4] == [
        "Acknowledged 2 events in 0.5 s (4/s)",
        "  click                  1",
        "  purchase               1",
        "Sent again after a refusal or a failure: 7",
    ]
    assert lines[4:6] == ["Lines that could not be read: 30", "  line 1: why"]
    assert lines[25:] == [
        "  and 10 more",
        "Undelivered: 1, kept in u.jsonl",
        "  1: too large",
        "  to send them again: make produce SOURCE=u.jsonl",
    ]


def test_the_summary_of_a_run_without_fault() -> None:
    """It says that nothing was left over."""
    assert Tally().summary(1, 0, None) == [
        "Acknowledged 0 events in 1.0 s (0/s)",
        "Sent again after a refusal or a failure: 0",
        "Undelivered: 0",
    ]


def test_usual_traffic_around_a_run_is_not_counted_as_its_own() -> None:
    """What was sent around a run has a line of its own in the summary, and no part in the rest."""
    tally = Tally()
    taken = Accepted("1", "shardId-000000000000")
    tally.count([Delivered(event("click"), taken)] + [Delivered(usual("click"), taken)] * 3)
    assert tally.progress(1, 0) == "sent 1  1/s  failed 0  retried 0"
    assert tally.summary(1, 0, None) == [
        "Acknowledged 1 event in 1.0 s (1/s)",
        "  click                  1",
        "Usual traffic around it, not counted there: 3",
        "Sent again after a refusal or a failure: 0",
        "Undelivered: 0",
    ]
