import json
from base64 import b64decode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.failed_records import wanted
from aftermath.quarantine_messages import assemble
from handler.once.records import Reason
from tailrace.story.letters import parsed
from tests.unit.aftermath.given import FIRST, SHARD, failed, letter, quarantined, record, settings

pytestmark = pytest.mark.unit


@given(st.lists(st.integers(0, 400_000), max_size=5), st.randoms(use_true_random=False), st.integers(0, 4))
def test_records_come_whole_and_once(sizes: list[int], chance: Random, twice: int) -> None:
    """Messages in any order, cut or not, some of them twice, are each record once, in the stream's order."""
    puts = [record(n, bytes([n + 1]) * size) for n, size in enumerate(sizes)]
    bodies = [body for put in puts for body in quarantined(put)]
    bodies += bodies[:twice]
    chance.shuffle(bodies)
    contents = assemble((str(index), body) for index, body in enumerate(bodies))
    assert [each.record for each in contents.records] == puts
    assert [each.size for each in contents.records] == sizes
    assert sorted(message for each in contents.records for message in each.messages) == sorted(
        str(index) for index in range(len(bodies))
    )
    assert (contents.incomplete, contents.foreign) == ([], 0)


def test_a_record_without_one_of_its_parts_is_not_whole() -> None:
    """It is named, and not given: half of its bytes would be another record."""
    first, second, *_ = quarantined(record(0, b"x" * 200_000))
    for part in (first, second):
        contents = assemble([("a", part)])
        assert (contents.records, contents.incomplete) == ([], [str(FIRST)])


@pytest.mark.parametrize("body", ["hello", "[]", "{}", '{"version": 2, "sequenceNumber": "1", "data": ""}'])
def test_a_message_of_somebody_else_s(body: str) -> None:
    """What the handler did not send is counted and left alone."""
    contents = assemble([("a", body), ("b", quarantined(record(1))[0])])
    assert (len(contents.records), contents.foreign) == (1, 1)


def test_a_record_keeps_why_it_was_set_aside() -> None:
    """Reason, detail, key, place and bytes are the handler's."""
    (body,) = quarantined(record(3, b"\xff\x00", "user_1"), Reason.BAD_VALUE)
    (found,) = assemble([("m-1", body)]).records
    assert (found.reason, found.detail, found.messages) == ("bad-value", "why", ["m-1"])
    assert (found.record.partition_key, found.record.shard_id) == ("user_1", SHARD)
    assert b64decode(found.record.data) == b"\xff\x00"


def test_a_dead_letter_says_where_its_records_stand() -> None:
    """The range is that of the shard, both ends included."""
    found = letter(2, 5, 4)
    assert (found.condition, found.invoked, found.size, found.request_id) == (
        "RetryAttemptsExhausted",
        3,
        4,
        "r-1",
    )
    assert [found.holds(SHARD, str(FIRST + n)) for n in range(1, 7)] == [False, *[True] * 4, False]
    assert not found.holds("shardId-000000000000", str(FIRST + 2))


def test_what_is_no_dead_letter_is_passed_over() -> None:
    """A message of another kind does not stop the reading of the others."""
    assert list(parsed([("a", "no"), ("b", "{}"), ("c", json.dumps({"KinesisBatchInfo": 1}))])) == []


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        ({}, True),
        ({"REASON": "not-json"}, True),
        ({"REASON": "bad-value"}, False),
        ({"KEY": "k"}, True),
        ({"KEY": "other"}, False),
        ({"SINCE": "2026-01-02T03:04:05Z"}, True),
        ({"SINCE": "2026-01-02T03:04:05.001"}, False),
        ({"UNTIL": "2026-01-02T03:04:05+00:00"}, False),
        ({"UNTIL": "2026-01-02T04:04:06+01:00"}, True),
        ({"KEY": "k", "REASON": "bad-value"}, False),
    ],
)
def test_filters(named: dict[str, str], chosen: bool) -> None:  # noqa: FBT001  a table of cases
    """Each filter must hold; SINCE is the first moment, UNTIL the first after; without a zone it is UTC."""
    assert wanted(failed(record(0)), settings(**named)) is chosen
