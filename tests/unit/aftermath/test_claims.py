from collections.abc import Mapping

import pytest

from aftermath.claims import SKEW, UNDER_WAY, Sorted, sort_out
from aftermath.tables import Claim, has_own_identity
from handler.once.records import Record
from tests.unit.aftermath.given import FIRST, event, failed, record

pytestmark = pytest.mark.unit
NOW = 2_000_000_000.0
LONG_AGO = NOW - UNDER_WAY - 1


class Book:
    """Claims, in memory; `held` is by number of the record."""

    def __init__(self, existing: dict[int, Claim]) -> None:
        self.existing = {str(FIRST + n): claim for n, claim in existing.items()}
        self.asked: list[str] = []

    def claim(self, record: Record) -> Claim | None:
        """Claim a record."""
        self.asked.append(record.sequence_number)
        return self.existing.get(record.sequence_number)


class Stream:
    """A stream that holds these records."""

    retention = 86400.0

    def __init__(self, *records: Record) -> None:
        self.records = records
        self.since: float | None = None

    def like(self, wanted: set[tuple[str, str]], since: float) -> Mapping[tuple[str, str], list[int]]:
        """Return the numbers of the records that are like these."""
        self.since = since
        found: dict[tuple[str, str], list[int]] = {likeness: [] for likeness in wanted}
        for each in self.records:
            if (each.partition_key, each.data) in found:
                found[each.partition_key, each.data].append(int(each.sequence_number))
        return found


def sort(records: list[Record], existing: dict[int, Claim], stream: Stream | None = None) -> Sorted:
    """Sort records out."""
    return sort_out(Book(existing), [failed(each) for each in records], stream or Stream(), NOW)


def put(sorted_: Sorted) -> list[int]:
    """Return which records are to be put."""
    return [each.order - FIRST for each in sorted_.to_put]


def test_only_what_has_no_identity_is_claimed() -> None:
    """An event with an id is stored once anyway, and costs no claim; anything else might be put twice."""
    book = Book({})
    given = [event(0, "e-1"), event(1), record(2, b"no json"), record(3, b'{"eventId": "e-2"}')]
    found = sort_out(book, [failed(each) for each in given], Stream(), NOW)
    assert put(found) == [0, 1, 2, 3]
    assert [int(number) - FIRST for number in sorted(book.asked)] == [1, 2, 3]
    assert [has_own_identity(each) for each in given] == [True, False, False, False]


def test_what_an_earlier_replay_noted_as_put() -> None:
    """It is not put again."""
    found = sort([record(0), record(1)], {0: Claim("put", LONG_AGO)})
    assert put(found) == [1]
    assert [each.order - FIRST for each in found.put_before] == [0]


def test_what_was_begun_is_looked_up_in_the_stream() -> None:
    """Each newer record of the same key and bytes stands for one; the record itself and older ones do not."""
    given = [record(n, b"same") for n in (5, 6, 7)]
    stream = Stream(record(4, b"same"), *given, record(8, b"same"), record(9, b"same", "other"))
    claims = {n: Claim("begun", LONG_AGO - n) for n in (5, 6, 7)}
    found = sort(given, claims, stream)
    assert len(found.put_before) == 1
    assert len(found.to_put) == 2
    assert put(found) == sorted(put(found))
    assert stream.since == LONG_AGO - 7 - SKEW


def test_what_was_begun_and_is_not_in_the_stream_is_put() -> None:
    """The replay was killed before its put: nothing is lost."""
    assert put(sort([record(0)], {0: Claim("begun", LONG_AGO)}, Stream(record(0)))) == [0]


def test_a_claim_of_a_moment_ago_is_left_alone() -> None:
    """Another replay may be putting it just now."""
    found = sort([record(0)], {0: Claim("begun", NOW - UNDER_WAY + 1)})
    assert (put(found), len(found.under_way)) == ([], 1)


def test_a_claim_older_than_the_stream_remembers_cannot_be_decided() -> None:
    """It is left and named, rather than put twice or dropped."""
    found = sort([record(0)], {0: Claim("begun", NOW - Stream.retention - 1)})
    assert (put(found), len(found.unknown)) == ([], 1)
