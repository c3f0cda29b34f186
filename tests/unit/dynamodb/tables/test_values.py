from decimal import Decimal
from typing import Any

import pytest

from tailrace.dynamodb.tables.numbers import number
from tailrace.dynamodb.tables.sizes import size
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import checked, sortable, weighed

pytestmark = pytest.mark.unit


def lists(levels: int) -> dict[str, Any]:
    """Return a string within lists."""
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1", "1"),
        ("-12.5", "-12.5"),
        ("01", "1"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("1e2", "100"),
        ("1.5E-3", "0.0015"),
        ("-0", "0"),
        ("0.00", "0"),
        ("-0.0e10", "0"),
        ("1e125", "1" + "0" * 125),
        ("-9.9e-130", "-0." + "0" * 129 + "99"),
        ("9" * 38 + "e88", "9" * 38 + "0" * 88),
        ("12345678901234567890123456789012345678.000", "12345678901234567890123456789012345678"),
    ],
)
def test_one_notation_of_a_number(given: str, kept: str) -> None:
    """A number is kept in plain notation, without the zeros that say nothing."""
    assert number(given) == kept
    assert checked({"n": {"N": given}}) == {"n": {"N": kept}}


@pytest.mark.parametrize(
    "value",
    [
        {"N": "1" * 39},
        {"N": "1e126"},
        {"N": "1e-131"},
        {"N": "1e9999"},
        {"N": ""},
        {"N": " 1"},
        {"N": "NaN"},
        {"N": "Infinity"},
        {"N": "1_000"},
        {"N": "\u0663"},
        {"N": 5},
        {"S": 5},
        {"S": None},
        {"S": "\ud800"},
        {"B": "YQ"},
        {"B": "YR=="},
        {"B": "!!"},
        {"BOOL": "true"},
        {"BOOL": 1},
        {"NULL": False},
        {"SS": []},
        {"SS": ["a", "b", "a"]},
        {"SS": ["a", 5]},
        {"NS": ["1", "1.0"]},
        {"BS": ["YQ==", "YQ=="]},
        {"L": {}},
        {"L": [None]},
        {"L": [{}]},
        {"M": []},
        {"M": {"": {"S": "a"}}},
        {"X": "a"},
        {"S": "a", "N": "1"},
        {},
        None,
        "a",
        lists(32),
    ],
)
def test_what_is_not_plainly_right(value: object) -> None:
    """A value that DynamoDB refuses, or that is written in an odd way, is left to DynamoDB Local."""
    for item in ({"a": value}, {"m": {"M": {"l": {"L": [value]}}}}):
        with pytest.raises(UnsureError):
            checked(item)


@pytest.mark.parametrize(
    "item", [None, [], "a", {"": {"S": "a"}}, {"a" * 65536: {"S": "a"}}, {"\udfff": {"S": "a"}}]
)
def test_what_is_no_item(item: object) -> None:
    """Attributes are an object, and each has a name of at most 65,535 bytes."""
    with pytest.raises(UnsureError):
        checked(item)


def test_what_is_kept_as_it_is() -> None:
    """An item that is well written already is the same object afterwards."""
    item = {
        "id": {"S": "é😀"},
        "empty": {"S": ""},
        "flag": {"BOOL": False},
        "none": {"NULL": True},
        "raw": {"B": "+/8="},
        "tags": {"SS": ["", "a", "b"]},
        "deep": lists(31),
        "long": {"N": "1" + "0" * 125},
        "map": {"M": {"é": {"N": "0.1"}, "list": {"L": [{"NS": ["-1", "2", "10"]}, {"M": {}}]}}},
    }
    assert checked(item) is item


def test_another_notation_within_lists_and_maps() -> None:
    """Numbers and sets are kept in one way at any depth, and what was given is not changed."""
    given = {"a": {"M": {"n": {"N": "1.0"}, "l": {"L": [{"NS": ["10", "9", "1.0"]}, {"S": "x"}]}}}}
    kept = {"a": {"M": {"n": {"N": "1"}, "l": {"L": [{"NS": ["1", "9", "10"]}, {"S": "x"}]}}}}
    assert weighed(given) == (kept, 22)
    assert given == {"a": {"M": {"n": {"N": "1.0"}, "l": {"L": [{"NS": ["10", "9", "1.0"]}, {"S": "x"}]}}}}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"SS": ["\uffff", "😀", "a", "Z"]}, {"SS": ["Z", "a", "😀", "\uffff"]}),
        ({"NS": ["3", "-5", "1e2", "0.1"]}, {"NS": ["-5", "0.1", "3", "100"]}),
        ({"BS": ["/w==", "AA==", "fw=="]}, {"BS": ["AA==", "fw==", "/w=="]}),
    ],
)
def test_sets_in_order(given: dict[str, Any], kept: dict[str, Any]) -> None:
    """A set is kept in the order in which DynamoDB Local gives it back."""
    assert checked({"a": given}) == {"a": kept}


def test_equal_by_value() -> None:
    """Numbers are equal by value and sets without order; types are never equal to each other."""
    item = checked({"a": {"NS": ["1.0", "2"]}, "b": {"NS": ["2", "1"]}, "c": {"SS": ["1", "2"]}})
    assert item["a"] == item["b"]
    assert item["a"] != item["c"]


def test_what_keys_are_ordered_by() -> None:
    """Strings are ordered by UTF-8, numbers by value, binary by its bytes."""
    assert sortable({"S": "a"}) < sortable({"S": "b"}) < sortable({"S": "\uffff"}) < sortable({"S": "😀"})
    assert sortable({"N": "-10"}) < sortable({"N": "9"}) < sortable({"N": "10"}) == Decimal(10)
    assert sortable({"B": "AA=="}) < sortable({"B": "fw=="}) < sortable({"B": "/w=="}) == b"\xff"
    with pytest.raises(UnsureError):
        sortable({"BOOL": True})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": ""}, 0),
        ({"S": "é😀"}, 6),
        ({"N": "0"}, 1),
        ({"N": "1"}, 2),
        ({"N": "-1"}, 3),
        ({"N": "100"}, 2),
        ({"N": "123"}, 3),
        ({"N": "12000"}, 3),
        ({"N": "0.001"}, 2),
        ({"N": "12.345"}, 4),
        ({"N": "1700000000123"}, 8),
        ({"N": "-" + "9" * 38}, 21),
        ({"N": "9" * 37}, 20),
        ({"B": "YWI="}, 2),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["-5", "1", "234"]}, 8),
        ({"BS": ["YQ==", "YWI="]}, 3),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "a"}, {"S": "bc"}]}, 8),
        ({"M": {"a": {"S": "b"}, "cc": {"N": "12"}}}, 11),
        ({"M": {"a": {"M": {"b": {"L": [{"BOOL": True}, {"N": "1"}]}}}}}, 18),
    ],
)
def test_sizes(value: dict[str, Any], expected: int) -> None:
    """Sizes are what DynamoDB Local's capacity units show: a name's bytes and its value's."""
    item = {"né": value}
    assert size(item) == 3 + expected
    assert weighed(item) == (item, 3 + expected)
