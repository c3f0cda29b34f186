import pytest

from aftermath.dead_letters import LetterRecords
from aftermath.failed_records import FailedRecord
from aftermath.plan import Plan
from aftermath.quarantine_messages import QuarantineContents
from aftermath.tables import Settled
from tests.unit.aftermath.given import FIRST, failed, letter, record, settings

pytestmark = pytest.mark.unit


def named(n: int, message: str = "d") -> FailedRecord:
    """Return the n-th record as a dead letter names it."""
    return FailedRecord(record(n), "RetryAttemptsExhausted", "why", None, [message], "dead letters")


def plan(
    quarantined: list[FailedRecord], letters: list[LetterRecords], *settled: int, **filters: str
) -> Plan:
    """Return the plan for these; `settled` are records of dead letters that are settled."""
    known = {str(FIRST + n): Settled("stored") for n in settled}
    return Plan.of(QuarantineContents(quarantined, [], 0), letters, known, settings(**filters))


def numbers(made: Plan) -> list[int]:
    """Return which records a plan puts, in its order."""
    return [each.order - FIRST for each in made.records]


def test_the_order_is_the_stream_s_and_each_comes_once() -> None:
    """Records of both queues are put in the order in which they were put first, none of them twice."""
    read = [
        LetterRecords(letter(3, 4, 2), [named(3), named(4)]),
        LetterRecords(letter(4, 4, 1, "e"), [named(4, "e")]),
    ]
    assert numbers(plan([failed(record(5)), failed(record(1)), failed(record(3))], read)) == [1, 3, 4, 5]


def test_settled_neighbours_are_passed_over() -> None:
    """What of a dead letter is stored already is not put again; what is in quarantine is another matter."""
    made = plan([failed(record(9))], [LetterRecords(letter(0, 2, 3), [named(0), named(1), named(2)])], 0, 1)
    assert (numbers(made), made.settled) == ([2, 9], 2)


def test_a_letter_is_through_when_all_its_records_are() -> None:
    """Its message may go only after the last of them; one that two letters name counts for both."""
    read = [
        LetterRecords(letter(0, 2, 3), [named(0), named(1), named(2)]),
        LetterRecords(letter(2, 2, 1, "e"), [named(2, "e")]),
    ]
    made = plan([], read, 0)
    assert made.through([named(1)]) == ([], [])
    assert made.through([named(2)]) == ([], ["d", "e"])
    assert made.through([named(2)]) == ([], [])


def test_a_letter_with_nothing_left_to_do_is_through_at_once() -> None:
    """All its records are settled: nothing is put, and its message goes."""
    made = plan([], [LetterRecords(letter(0, 1, 2), [named(0), named(1)])], 0, 1)
    assert made.records == []
    assert made.through([]) == ([], ["d"])


def test_a_letter_with_expired_records_stays() -> None:
    """Its message is all that is known of them; the rest of its records is put."""
    made = plan([], [LetterRecords(letter(0, 2, 3), [named(2)])])
    assert (numbers(made), made.expired) == ([2], 2)
    assert made.through([named(2)]) == ([], [])


def test_a_letter_of_which_a_filter_left_something_stays() -> None:
    """What was not chosen is not lost with the letter."""
    other = named(1)
    other.record = record(1, key="other")
    made = plan([], [LetterRecords(letter(0, 1, 2), [named(0), other])], KEY="k")
    assert numbers(made) == [0]
    assert made.through([named(0)]) == ([], [])


def test_a_quarantined_record_takes_all_its_messages_along() -> None:
    """Each part, and each copy, goes when the record is put."""
    one = FailedRecord(record(0), "not-json", "why", None, ["m1", "m2", "m3"])
    assert plan([one], []).through([one]) == (["m1", "m2", "m3"], [])
