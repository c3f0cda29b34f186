import json

import pytest

from bootstrap.status import in_dead_letters, in_quarantine

pytestmark = pytest.mark.unit


def part(number: int) -> str:
    """Return the body of a quarantine's message."""
    return json.dumps({"sequenceNumber": str(number), "data": ""})


def letter(size: int) -> str:
    """Return the body of a dead letter."""
    return json.dumps({"KinesisBatchInfo": {"batchSize": size}})


@pytest.mark.parametrize(
    ("depth", "bodies", "said"),
    [
        (0, [], "0"),
        (1, [part(1)], "1 record"),
        (2, [part(1), part(2)], "2 records"),
        (7, [part(1)] * 7, "1 record in 7 messages"),
        (2, [part(1), "not ours"], "2 records"),
        (5000, [], "5,000 messages; `make quarantine` counts the records"),
    ],
)
def test_a_quarantine_is_counted_in_records(depth: int, bodies: list[str], said: str) -> None:
    """A large record, which stands in several messages, is one record."""
    assert in_quarantine(depth, bodies) == said


@pytest.mark.parametrize(
    ("depth", "bodies", "said"),
    [
        (0, [], "0"),
        (1, [letter(4)], "4 records in 1 batch"),
        (2, [letter(4), letter(1)], "5 records in 2 batches"),
        (2, [letter(4), "{}"], "2 batches"),
        (2, [], "2 batches"),
    ],
)
def test_dead_letters_are_counted_in_records(depth: int, bodies: list[str], said: str) -> None:
    """A dead letter names a batch, and says how many records that had."""
    assert in_dead_letters(depth, bodies) == said
