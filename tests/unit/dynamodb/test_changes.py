"""A table's changes, as its stream and its Kinesis destination have them."""

from typing import Any

import pytest

from tailrace.dynamodb.changes import canonical, for_kinesis, partition_key, settled, table_of

pytestmark = pytest.mark.unit
KEYS = {"id": {"S": "a"}}


def changed(kind: str, **images: Any) -> dict[str, Any]:  # noqa: ANN401  items
    """Return a record as LocalStack makes it."""
    return {
        "eventID": "1", "eventName": kind, "awsRegion": "us-east-1",
        "dynamodb": {"Keys": KEYS, "SequenceNumber": "7", "StreamViewType": "NEW_AND_OLD_IMAGES", **images},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept"),
    [("1.0", "1"), ("01.50", "1.5"), ("-0", "0"), ("1e3", "1000"), ("0.00001", "0.00001"), ("100", "100")],
)
def test_numbers(given: str, kept: str) -> None:
    """A number is spelled as DynamoDB keeps it."""
    assert canonical({"N": given}) == {"N": kept}


def test_nothing_changed() -> None:
    """A write that leaves an item as it was is no change, however its numbers and sets are spelled."""
    old = {"n": {"N": "1"}, "s": {"SS": ["a", "b"]}, "m": {"M": {"k": {"NS": ["1", "2"]}}}}
    new = {
        "n": {"N": "1.0"},
        "s": {"SS": ["b", "a"]},
        "m": {"M": {"k": {"NS": ["2", "1"]}}},
    }
    assert settled(changed("MODIFY", NewImage=new, OldImage=old)) is None
    assert settled(changed("MODIFY", NewImage=old | {"l": {"L": []}}, OldImage=old)) is not None


def test_lists_have_an_order() -> None:
    """A list in another order is a change."""
    one, other = ({"l": {"L": [{"S": x}, {"S": y}]}} for x, y in ("ab", "ba"))
    assert settled(changed("MODIFY", NewImage=one, OldImage=other)) is not None


def test_removal() -> None:
    """A removal has the old image alone."""
    record = settled(changed("REMOVE", NewImage=None, OldImage={"n": {"N": "1"}}))
    assert record is not None
    assert "NewImage" not in record["dynamodb"]


def test_for_kinesis() -> None:
    """In Kinesis a change has its table, milliseconds, who made it, and nothing of the table's stream."""
    record = changed("INSERT", NewImage=KEYS) | {
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    }
    assert for_kinesis(record, "results", 1700000000.1234, "MILLISECOND") == {
        "awsRegion": "us-east-1",
        "eventID": "1",
        "eventName": "INSERT",
        "userIdentity": {"principalId": "dynamodb.amazonaws.com", "type": "Service"},
        "recordFormat": "application/json",
        "tableName": "results",
        "dynamodb": {"Keys": KEYS, "NewImage": KEYS, "ApproximateCreationDateTime": 1700000000123},
        "eventSource": "aws:dynamodb",
    }


def test_microseconds() -> None:
    """Where microseconds are asked for, the change says so."""
    body = for_kinesis(changed("INSERT"), "results", 1700000000.5, "MICROSECOND")["dynamodb"]
    assert body["ApproximateCreationDateTime"] == 1700000000500000
    assert body["ApproximateCreationDateTimePrecision"] == "MICROSECOND"


def test_partition_keys() -> None:
    """Changes of one item have one partition key, and those of others another."""
    assert partition_key("t", KEYS) == partition_key("t", {"id": {"S": "a"}})
    assert partition_key("t", KEYS) != partition_key("t", {"id": {"S": "b"}})
    assert partition_key("t", KEYS) != partition_key("u", KEYS)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ('INSERT INTO "orders" VALUE {}', "orders"),
        ("insert into orders value {}", "orders"),
        ('UPDATE "or.ders"."index" SET a=1', "or.ders"),
        ("DELETE FROM orders WHERE id='a'", "orders"),
        ('SELECT * FROM "orders"', None),
    ],
)
def test_table_of_a_statement(statement: str, table: str | None) -> None:
    """The table that a PartiQL statement writes to is found, quoted or not; a SELECT writes to none."""
    assert table_of(statement) == table
