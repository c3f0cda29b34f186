"""What is wrong with what was found, event by event."""

import pytest

from tailrace.testing.audit import Acknowledged, DeadLettered, Quarantined, Stored
from tailrace.testing.promises.finding import Found, Wanted, breaks, cost, tells_order

pytestmark = pytest.mark.unit

A, B, C = (Acknowledged(name, "k", "s-0", str(number), name.encode()) for number, name in enumerate("abc", 1))
ALL = [Stored(name, applied_at=at) for at, name in enumerate("abc", 1)]


def described(found: Found, wanted: Wanted | None = None) -> list[str]:
    """Return what is broken of three events of one key, in words."""
    return [f"{one.record.element} {one.what}" for one in breaks([A, B, C], found, wanted or Wanted())]


def test_all_is_well() -> None:
    """Every event stored once, in order, is no broken promise."""
    assert described(Found(stored=ALL)) == []


def test_lost() -> None:
    """An event that is nowhere is lost; one that was set aside or given up is not."""
    assert described(Found(stored=ALL[:1], dead_lettered=[DeadLettered("s-0", "2", "2")])) == [
        "c is lost: neither stored, nor set aside, nor in a dead letter"
    ]
    assert described(Found(stored=ALL[:1], set_aside=[b"b", Quarantined("?", "s-0", "3", "why")])) == []
    behind = described(Found(stored=ALL[:2], behind=1))
    assert behind[0].endswith("the mapping is still before it or hangs")


def test_given_up_without_need() -> None:
    """Where nothing failed, an event that was given up is no better than a lost one."""
    found = Found(stored=ALL[:2], dead_lettered=[DeadLettered("s-0", "3", "3")])
    assert described(found, Wanted(given_up=False)) == [
        "c is not stored, though nothing is wrong with it: it was given up"
    ]


def test_doubled() -> None:
    """An event that is stored twice is told once; where that was not promised, not at all."""
    found = Found(stored=[*ALL, ALL[1]])
    assert described(found) == ["b is stored 2 times"]
    assert described(found, Wanted(once=False)) == []


def test_out_of_order() -> None:
    """A later event that was applied before an earlier one of its key is told."""
    found = Found(stored=[Stored("a", applied_at=2), Stored("b", applied_at=1), Stored("c", applied_at=3)])
    assert described(found) == ["b was put after a of the same key, and applied before it"]
    assert described(found, Wanted(order=False)) == []


def test_only_the_latest_is_kept() -> None:
    """Of a table that keeps only the latest event of a key, the one that was put last has to be it."""
    stored = [Stored("a"), Stored("b"), Stored("c")]
    assert described(Found(stored=stored, last={"k": "b"})) == [
        "c was put last of its key, but b was applied last"
    ]
    assert described(Found(stored=stored, last={"k": "c"})) == []


def test_whether_order_is_told() -> None:
    """Only what says when something was applied, or what was last, tells the order."""
    assert not tells_order(Found(stored=[Stored("a")]))
    assert tells_order(Found(stored=ALL))
    assert tells_order(Found(last={}))


def test_what_a_bad_record_cost() -> None:
    """Neighbours have to be stored, and those before it may not be in its dead letter."""
    letters = [DeadLettered("s-0", "1", "3")]
    found = Found(stored=[ALL[0]], dead_lettered=letters)
    assert [f"{one.record.element} {one.what}" for one in cost([A, B, C], found, B)] == [
        "a was put before b, stored, and dead-lettered all the same",
        "c is good, and was given up with it (b is the bad one)",
    ]
    assert cost([A, B, C], Found(stored=ALL, dead_lettered=[DeadLettered("s-0", "2", "3")]), B) == []
