from pathlib import Path

import pytest

from tailrace.stream.event import Event, Unreadable
from tailrace.stream.rules import Accepted, Delivered, GivenUp
from tailrace.stream.tally import Tally

pytestmark = pytest.mark.unit
TAKEN = Accepted("1", "shardId-000000000000")


def event(group: str | None, key: str = "a", *notes: str) -> Event:
    """Make an event of a group."""
    return Event(b"{}", key, "e", group, 1, None, notes=notes)


def lines(tally: Tally, undelivered: Path | None = None) -> list[str]:
    """Return the summary of a run of half a second, with seven retries."""
    return list(tally.summary(0.5, 7, undelivered, lambda path: f"send {path}"))


def counted() -> Tally:
    """Return a tally of two acknowledged, one given up, and many unreadable."""
    tally = Tally()
    tally.count([Delivered(event("click"), TAKEN), Delivered(event("purchase", "b"), TAKEN)])
    tally.count([GivenUp(event("click"), "too large")])
    tally.count([Unreadable(number, "why") for number in range(1, 31)])
    return tally


def test_a_group_that_is_anything() -> None:
    """A group that no terminal can show is written in escapes, a long one is cut, columns are aligned."""
    tally = Tally()
    groups = ("\ud800", "a\n\x1b[31m", "x" * 1000)
    tally.count([Delivered(event(group), TAKEN) for group in groups])
    found = lines(tally)[1:4]
    assert [line.split()[0] for line in found] == [r"\ud800", r"a\n\x1b[31m", "x" * 59 + "…"]
    assert {len(line) for line in found} == {72}


def test_the_line_of_progress() -> None:
    """It says what was acknowledged, how fast, what was given up, and what was sent again."""
    assert counted().progress(0.5, 7) == "sent 2  4/s  failed 1  retried 7"


def test_the_summary_accounts_for_all() -> None:
    """It names each group, the partition keys, the first lines left out, and the undelivered events."""
    assert lines(counted(), Path("u.jsonl")) == [
        "Acknowledged 2 events in 0.5 s (4/s)",
        "  click                  1",
        "  purchase               1",
        "Partition keys: 2",
        "Retries: 7",
        "Lines that could not be read: 30",
        *[f"  line {number}: why" for number in range(1, 21)],
        "  and 10 more",
        "Undelivered: 1, kept in u.jsonl",
        "  1: too large",
        "  To send them again: send u.jsonl",
    ]


def test_the_summary_of_a_run_without_fault() -> None:
    """It says that nothing was left over."""
    assert lines(Tally()) == ["Acknowledged 0 events in 0.5 s (0/s)", "Retries: 7", "Undelivered: 0"]


def test_events_without_a_group() -> None:
    """Where no event has a group there is no line of groups; beside others those without one have a name."""
    tally = Tally()
    tally.count([Delivered(event(None), TAKEN)])
    assert lines(tally)[1] == "Partition keys: 1"
    tally.count([Delivered(event("click"), TAKEN)])
    assert lines(tally)[1:3] == ["  (none)                 1", "  click                  1"]


def test_what_was_missing_is_counted() -> None:
    """Each note of an event that was sent, or given up, is counted in the summary."""
    tally = Tally()
    tally.count([Delivered(event(None, "a", "no sensor", "no id"), TAKEN), Delivered(event(None), TAKEN)])
    tally.count([GivenUp(event(None, "a", "no sensor"), "too large")])
    found = lines(tally)
    start = found.index("Fields that were missing, and what was used instead:")
    assert found[start + 1 : start + 3] == ["         2  no sensor", "         1  no id"]


def test_the_last_event_is_known() -> None:
    """It is the one that was acknowledged last."""
    assert counted().last == Delivered(event("purchase", "b"), TAKEN)
