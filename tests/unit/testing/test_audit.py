import pytest

from tailrace.testing.audit import Acknowledged, DeadLettered, Quarantined, Sighting, Stored, audit

pytestmark = pytest.mark.unit

SHARD = "shardId-000000000000"


def put(element: str, number: int, *, key: str = "k", content: bytes | None = None) -> Acknowledged:
    """Acknowledge an element under a sequence number."""
    return Acknowledged(element, key, SHARD, str(number), content)


def item(element: str, number: int, *, key: str = "k", at: int | None = None) -> Stored:
    """Store an element, applied at its own number unless said otherwise."""
    return Stored(element, key, str(number), number if at is None else at)


def in_quarantine(element: str, number: int) -> Quarantined:
    """Quarantine an element."""
    return Quarantined(element, SHARD, str(number), "not-json")


def test_everything_stored_once_is_valid() -> None:
    """What was acknowledged and is stored, once and in order, balances."""
    verdict = audit([put("a", 1), put("b", 2)], [item("a", 1), item("b", 2)])
    assert verdict.outcome == "valid"
    verdict.check()


def test_an_empty_run_is_unknown() -> None:
    """Nothing acknowledged shows nothing, and does not pass."""
    verdict = audit([], [])
    assert verdict.outcome == "unknown"
    with pytest.raises(AssertionError, match="nothing was acknowledged"):
        verdict.check()


def test_an_empty_run_that_stored_something_is_invalid() -> None:
    """Items out of nowhere are no empty run."""
    assert audit([], [item("a", 1)]).outcome == "invalid"


def test_every_lost_record_is_named() -> None:
    """Each lost record is there by name, none left out, none invented."""
    verdict = audit([put(str(n), n) for n in range(1000)], [item(str(n), n) for n in range(0, 1000, 2)])
    assert [loss.element for loss in verdict.lost] == [str(n) for n in range(1, 1000, 2)]
    with pytest.raises(AssertionError) as report:
        verdict.check()
    assert sum("last seen" in line for line in str(report.value).splitlines()) == 500


def test_a_lost_record_says_where_it_was_last_seen() -> None:
    """The last sighting of the trail counts, for each record its own."""
    trail = [Sighting("1", "in the stream"), Sighting("2", "in the stream"), Sighting("1", "in batch 7")]
    verdict = audit([put("a", 1), put("b", 2), put("c", 3)], [], trail=trail)
    assert [loss.last_seen for loss in verdict.lost] == [
        "in batch 7",
        "in the stream",
        "acknowledged, and nowhere since",
    ]
    assert f"a (key k, {SHARD}, 1): last seen in batch 7" in str(verdict)


def test_a_quarantined_record_is_not_lost() -> None:
    """Quarantine is one of the places where a record may end."""
    assert audit([put("a", 1), put("b", 2)], [item("b", 2)], [in_quarantine("a", 1)]).outcome == "valid"


@pytest.mark.parametrize(("number", "lost"), [(8, 1), (9, 0), (15, 0), (20, 0), (21, 1)])
def test_a_dead_lettered_range_covers_its_ends(number: int, lost: int) -> None:
    """A dead letter accounts for the records from its first to its last, by number and not by text."""
    letters = [DeadLettered(SHARD, "9", "20")]
    assert len(audit([put("a", number), put("b", 12)], [], (), letters).lost) == lost


def test_a_dead_letter_covers_its_own_shard_only() -> None:
    """The same numbers in another shard are other records."""
    letters = [DeadLettered("shardId-000000000001", "1", "9")]
    verdict = audit([put("a", 1)], [], (), letters)
    assert [loss.element for loss in verdict.lost] == ["a"]
    assert [stranger.where for stranger in verdict.unexpected] == [
        "dead-lettered, shardId-000000000001, no such record"
    ]


def test_what_nobody_acknowledged_is_unexpected() -> None:
    """A stored item and a quarantined record that were never acknowledged are named."""
    verdict = audit([put("a", 1)], [item("a", 1), item("x", 2)], [in_quarantine("y", 3)])
    assert [stranger.element for stranger in verdict.unexpected] == ["x", "y"]
    assert verdict.outcome == "invalid"


def test_an_element_stored_twice_is_doubled() -> None:
    """Two items of one element are one too many, though it was put twice."""
    verdict = audit([put("a", 1), put("a", 2)], [item("a", 1), item("a", 2)])
    assert [str(double) for double in verdict.doubled] == ["a: stored 2 times"]
    assert verdict.outcome == "invalid"


def test_a_record_quarantined_twice_is_doubled() -> None:
    """The same record set apart twice is one too many."""
    verdict = audit([put("a", 1)], [], [in_quarantine("a", 1), in_quarantine("a", 1)])
    assert [double.how for double in verdict.doubled] == ["quarantined 2 times, sequence number 1"]


def test_a_record_both_stored_and_quarantined_is_doubled() -> None:
    """A record ends in one place."""
    verdict = audit([put("a", 1, content=b"x")], [item("a", 1)], [in_quarantine("a", 1)])
    assert [double.how for double in verdict.doubled] == [
        "stored, and quarantined as well, sequence number 1"
    ]


def test_the_same_bytes_put_twice_and_stored_once_are_valid() -> None:
    """A duplicate that was put comes out once; it is reported, and allowed."""
    verdict = audit([put("a", 1, content=b"x"), put("a", 2, content=b"x")], [item("a", 1)])
    assert verdict.outcome == "valid"
    assert [str(double) for double in verdict.repeated] == ["a: put 2 times"]


def test_other_bytes_under_a_stored_name_are_lost_unless_quarantined() -> None:
    """An item stands for its own bytes only: a conflicting duplicate must be somewhere too."""
    records = [put("a", 1, content=b"x"), put("a", 2, content=b"y")]
    assert [loss.sequence_number for loss in audit(records, [item("a", 1)]).lost] == ["2"]
    assert audit(records, [item("a", 1)], [in_quarantine("a", 2)]).outcome == "valid"


def test_order_is_checked_within_a_key() -> None:
    """A later record of the same key must be applied later."""
    verdict = audit([put("a", 1), put("b", 2)], [item("a", 1, at=20), item("b", 2, at=10)])
    assert [(found.earlier, found.later) for found in verdict.disordered] == [("a", "b")]
    assert verdict.outcome == "invalid"


def test_order_is_that_of_numbers_not_of_text() -> None:
    """Sequence number 10 comes after 9."""
    assert audit([put("a", 9), put("b", 10)], [item("b", 10), item("a", 9)]).outcome == "valid"


def test_two_items_of_a_key_applied_at_once_are_disordered() -> None:
    """Equal times show no order, so they are no proof of one."""
    verdict = audit([put("a", 1), put("b", 2)], [item("a", 1, at=7), item("b", 2, at=7)])
    assert len(verdict.disordered) == 1


def test_different_keys_have_no_order() -> None:
    """Records of different keys may be applied in any order."""
    records = [put("a", 1, key="p"), put("b", 2, key="q")]
    items = [item("a", 1, key="p", at=2), item("b", 2, key="q", at=1)]
    assert audit(records, items).outcome == "valid"


def test_a_stored_record_under_a_dead_letter_is_reported_only() -> None:
    """A range that was given up may hold records that had been stored before: a replay does no harm."""
    verdict = audit([put("a", 1), put("b", 2)], [item("a", 1)], (), [DeadLettered(SHARD, "1", "2")])
    assert verdict.outcome == "valid"
    assert [str(double) for double in verdict.repeated] == ["a: stored, and dead-lettered as 1"]


def test_the_report_is_readable() -> None:
    """The message opens with the counts and then names each finding under its kind."""
    verdict = audit([put("a", 1), put("b", 2)], [item("x", 3)], [in_quarantine("b", 2)])
    assert str(verdict).splitlines() == [
        "invalid: 2 acknowledged, 1 stored, 1 quarantined, 0 ranges dead-lettered",
        "lost: 1",
        f"  a (key k, {SHARD}, 1): last seen acknowledged, and nowhere since",
        "unexpected: 1",
        "  x: stored, sequence number 3",
    ]


def test_items_that_do_not_tell_are_taken_by_name() -> None:
    """A table that keeps nothing but names shows what is lost and doubled; order is not looked at."""
    verdict = audit([put("a", 1), put("b", 2), put("c", 3)], [Stored("b"), Stored("a"), Stored("a")])
    assert [loss.element for loss in verdict.lost] == ["c"]
    assert [double.element for double in verdict.doubled] == ["a"]
    assert verdict.disordered == ()
