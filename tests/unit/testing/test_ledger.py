import pytest

from tailrace.testing.audit import Acknowledged, Stored
from tailrace.testing.ledger import Ledger
from tests.unit.testing.clock import Made

pytestmark = pytest.mark.unit

ONCE, TWICE = [Stored("a")], [Stored("a"), Stored("a")]


def ledger(clock: Made) -> Ledger:
    """Return a ledger of one record."""
    made = Ledger(clock)
    made.acknowledged.append(Acknowledged("a", "key", "shardId-0", "1"))
    return made


def test_a_late_double_is_seen() -> None:
    """A record that is stored once more after all were found is in the verdict."""
    clock = Made()
    verdict = ledger(clock).settle(lambda: TWICE if clock.time > 100.5 else ONCE)
    assert [double.element for double in verdict.doubled] == ["a"]


def test_it_ends_when_nothing_changes() -> None:
    """Where nothing changes it ends after the quiet period."""
    clock = Made()
    assert ledger(clock).settle(lambda: ONCE, quiet=0.5).outcome == "valid"
    assert clock.time == pytest.approx(100.5, abs=0.11)


def test_it_ends_though_all_changes() -> None:
    """What never stands still does not keep it for longer than the bounds."""
    clock = Made()
    verdict = ledger(clock).settle(lambda: ONCE * round(clock.time * 10), within=3, quiet=0.5)
    assert verdict.doubled
    assert clock.time <= 100 + 3 + 0.5 + 0.1


def test_what_stays_lost_is_named() -> None:
    """What is found nowhere within the bound is named."""
    clock = Made()
    with pytest.raises(AssertionError, match="lost: 1\n  a "):
        ledger(clock).settle(list, within=1)
