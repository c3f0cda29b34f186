import pytest

from tailrace.dynamodb.tables.expressions import key_condition
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Value

pytestmark = pytest.mark.unit

VALUES: dict[str, Value] = {
    ":i": {"S": "k"},
    ":a": {"S": "a"},
    ":b": {"S": "b"},
    ":e": {"S": ""},
    ":n": {"N": "1"},
    ":t": {"BOOL": True},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id = :i", None),
        (":i = id", None),
        ("(id = :i)", None),
        ("id = :i AND r = :a", ("=", ({"S": "a"},))),
        ("r < :a AND id = :i", ("<", ({"S": "a"},))),
        ("(id = :i) AND (:a < r)", (">", ({"S": "a"},))),
        ("(id = :i AND r >= :a)", (">=", ({"S": "a"},))),
        ("id = :i and r between :a and :b", ("BETWEEN", ({"S": "a"}, {"S": "b"}))),
        ("begins_with(r, :a) AND id = :i", ("begins_with", ({"S": "a"},))),
        ("id = :i AND r <= :n", ("<=", ({"N": "1"},))),
    ],
)
def test_key_conditions(text: str, expected: object) -> None:
    """A query has one value of the partition key, and may have one condition on the sort key."""
    found = key_condition(text, {}, VALUES, "id", "r")
    assert (found.hash, found.range) == ({"S": "k"}, expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "r = :a",
        "id > :i",
        "id BETWEEN :i AND :i",
        "begins_with(id, :i)",
        "id IN (:i)",
        "id = :i OR r = :a",
        "NOT id = :i",
        "id = :i AND NOT r = :a",
        "id = :i AND r <> :a",
        "id = :i AND r IN (:a)",
        "id = :i AND contains(r, :a)",
        "id = :i AND r > :a AND r < :b",
        "id = :i AND id = :i",
        "id = :i AND absent = :a",
        "id = :i AND r = id",
        "id = r",
        "id.x = :i",
        "id[0] = :i",
        "id = :i AND size(r) = :n",
        "id = :i AND begins_with(:a, r)",
        "id = :i AND begins_with(r, :n)",
        "id = :i AND begins_with(r, :e)",
        "id = :i AND r BETWEEN :b AND :a",
        "id = :i AND r < :t",
        "id = :e",
        "id = :absent",
        "((id = :i)) AND r = :a",
    ],
)
def test_what_is_no_key_condition(text: str) -> None:
    """Whatever else is left to DynamoDB Local."""
    with pytest.raises(UnsureError):
        key_condition(text, {}, VALUES, "id", "r")


def test_a_table_without_a_sort_key() -> None:
    """Where there is no sort key, there is no condition on one."""
    assert key_condition("#h = :i", {"#h": "name"}, VALUES, "name", None).names_used == {"#h"}
    with pytest.raises(UnsureError):
        key_condition("id = :i AND r = :a", {}, VALUES, "id", None)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", ["a", "ab", "b", "c"]),
        (" AND r = :a", ["a"]),
        (" AND r < :b", ["a", "ab"]),
        (" AND r >= :b", ["b", "c"]),
        (" AND r BETWEEN :a AND :b", ["a", "ab", "b"]),
        (" AND begins_with(r, :a)", ["a", "ab"]),
    ],
)
def test_which_sort_keys_match(condition: str, expected: list[str]) -> None:
    """It tells which of the sort keys are asked for."""
    found = key_condition("id = :i" + condition, {}, VALUES, "id", "r")
    assert [key for key in ("a", "ab", "b", "c") if found.matches({"S": key})] == expected
