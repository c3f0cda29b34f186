"""EventBridge's pattern language, with the examples of its documentation."""

from time import thread_time
from timeit import timeit
from typing import Any

import pytest

from tailrace.mapping.filters import record_filter
from tailrace.mapping.patterns import FilterPatternError, compiled
from tests.unit.mapping.history import Item

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("conditions", "matching", "others"),
    [
        (["running"], ["running", ["stopped", "running"]], ["stopped", [], None, {"running": 1}]),
        ([1, True, None], [1, 1.0, True, None, [None]], [False, 0, "1", "None"]),
        ([True], [True], [1, "true"]),
        ([1], [1, 1.0], [True]),
        ([{"prefix": "us-"}], ["us-east-1"], ["eu-us-1", 5, None]),
        ([{"prefix": {"equals-ignore-case": "US-"}}], ["us-east-1", "Us-west"], ["eu"]),
        ([{"suffix": ".png"}], ["a.png"], ["a.jpg"]),
        ([{"suffix": {"equals-ignore-case": ".PNG"}}], ["a.png"], ["a.jpg"]),
        ([{"equals-ignore-case": "alice"}], ["ALICE", "alice"], ["alicia"]),
        ([{"wildcard": "dir/*/*.png"}], ["dir/a/b.png", "dir//.png"], ["dir/b.png"]),
        ([{"wildcard": "a\\*b"}], ["a*b"], ["axb"]),
        ([{"anything-but": "init"}], ["run", 5, None], ["init"]),
        ([{"anything-but": ["stopped", "overloaded"]}], ["running"], ["stopped", "overloaded"]),
        ([{"anything-but": [100, 200]}], [50, "100"], [100, 200]),
        ([{"anything-but": {"prefix": "init"}}], ["run", 7], ["initializing"]),
        ([{"anything-but": {"suffix": [".txt", ".rtf"]}}], [".png"], ["a.txt", "b.rtf"]),
        ([{"anything-but": {"equals-ignore-case": ["a", "b"]}}], ["c"], ["A", "b"]),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], ["/bin/x"], ["/lib/x"]),
        ([{"numeric": ["=", 301.8]}], [301.8], [302, "301.8", True]),
        ([{"numeric": [">", 0, "<=", 5]}], [5, 0.1], [0, 5.1]),
        ([{"exists": True}], ["", 0, None, ["a"]], []),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.255"], ["10.0.1.255", "no address"]),
        (["a", {"numeric": ["<", 0]}], ["a", -1], ["b", 1]),
    ],
)
def test_conditions(conditions: list[Any], matching: list[Any], others: list[Any]) -> None:
    """A list of conditions matches a value, or one element of an array, by EventBridge's rules."""
    matches = compiled({"x": conditions})
    assert [value for value in matching if not matches({"x": value})] == []
    assert [value for value in others if matches({"x": value})] == []
    assert not matches({})


def test_what_is_not_there() -> None:
    """`exists: false` matches a member that is missing, at any depth, and nothing else."""
    assert compiled({"x": [{"exists": False}]})({})
    assert not compiled({"x": [{"exists": False}]})({"x": None})
    assert compiled({"a": {"b": [{"exists": False}]}})({})
    assert compiled({"x": [{"exists": False}, "a"]})({"x": "a"})


def test_objects() -> None:
    """Every member has to match, nested ones too, in one element of an array of objects."""
    matches = compiled({"a": {"b": [1], "c": ["x"]}, "d": ["y"]})
    assert matches({"a": {"b": 1, "c": "x", "more": 0}, "d": "y"})
    assert matches({"a": [{"b": 2}, {"b": 1, "c": "x"}], "d": "y"})
    assert not matches({"a": [{"b": 1}, {"c": "x"}], "d": "y"})
    assert not matches({"a": {"b": 1, "c": "x"}})
    assert not matches({"a": 1, "d": "y"})


def test_or() -> None:
    """Of the patterns under `$or` one is enough, beside what else is asked (EventBridge's own example)."""
    pattern = {
        "detail": {
            "$or": [
                {"c-count": [{"numeric": [">", 0, "<=", 5]}]},
                {"d-count": [{"numeric": ["<", 10]}]},
                {"x-limit": [{"numeric": ["=", 3.018e2]}]},
            ]
        }
    }
    matches = compiled(pattern)
    assert matches({"detail": {"c-count": 2}})
    assert matches({"detail": {"x-limit": 301.8}})
    assert not matches({"detail": {"c-count": 6, "d-count": 10}})


@pytest.mark.parametrize(
    "pattern",
    [
        [],
        {"a": "b"},
        {"a": []},
        {"a": [["b"]]},
        {"a": [{"like": "b"}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"prefix": "a", "suffix": "b"}]},
        {"a": [{"numeric": ["=", "1"]}]},
        {"a": [{"numeric": ["=", 1, "<"]}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"cidr": "10.0.0"}]},
        {"a": [{"wildcard": "a**b"}]},
        {"a": [{"anything-but": {"numeric": ["=", 1]}}]},
    ],
)
def test_no_pattern(pattern: Any) -> None:  # noqa: ANN401  any JSON
    """What means nothing is refused when it is compiled."""
    with pytest.raises(FilterPatternError):
        compiled(pattern)


def test_compiled_once() -> None:
    """A record passes an ordinary filter in microseconds: it is compiled once (bound: 30, usual: 4)."""
    accepts = record_filter(['{"data":{"eventType":["purchase"],"price":[{"numeric":[">",10]}]}}'])
    record = Item("1", 0.0, data="eyJldmVudFR5cGUiOiJwdXJjaGFzZSIsInByaWNlIjoxMX0=")
    assert accepts(record)
    times = [timeit(lambda: accepts(record), timer=thread_time, number=1000) for _ in range(5)]
    assert min(times) / 1000 < 30e-6
