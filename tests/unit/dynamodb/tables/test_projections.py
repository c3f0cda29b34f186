from typing import Any

import pytest

from tailrace.dynamodb.tables.expressions import projection
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item

pytestmark = pytest.mark.unit

ITEM: Item = {
    "id": {"S": "k"},
    "s": {"S": "abc"},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"q": {"S": "y"}}}, {"L": [{"N": "7"}]}]},
    "m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}, "l": {"L": [{"S": "e"}]}}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", {"s": {"S": "abc"}}),
        ("s , id", {"s": {"S": "abc"}, "id": {"S": "k"}}),
        ("absent, s", {"s": {"S": "abc"}}),
        ("m.a", {"m": {"M": {"a": {"N": "1"}}}}),
        ("m.b.c, m.a", {"m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}}}}),
        ("m.x, m.b.x, absent.x, s.x, l[9]", {}),
        ("l.x, m[0], s[0]", {}),
        ("l[1], l[0]", {"l": {"L": [{"S": "x"}, {"N": "1"}]}}),
        ("l[3][0], l[2].x, l[0]", {"l": {"L": [{"S": "x"}, {"L": [{"N": "7"}]}]}}),
        ("m.l[0], m.l[5]", {"m": {"M": {"l": {"L": [{"S": "e"}]}}}}),
    ],
)
def test_parts_of_an_item(text: str, expected: Item) -> None:
    """What is there is returned within its maps and lists; a list's members are in their order."""
    assert projection(text, {}).of(ITEM) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s,",
        "s s",
        "(s)",
        "size(s)",
        ":s",
        "name",
        "#absent",
        "s, s",
        "m, m.a",
        "m.a, m",
        "m.a, m[0]",
        None,
        [],
    ],
)
def test_what_is_no_projection(text: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Syntax errors, and paths of which one lies within another, are left to DynamoDB Local."""
    with pytest.raises(UnsureError):
        projection(text, {})


def test_names_of_the_request() -> None:
    """A placeholder stands for a whole name; two for one name overlap."""
    found = projection("#n.#b, id", {"#n": "m", "#b": "a"})
    assert found.of(ITEM) == {"id": {"S": "k"}, "m": {"M": {"a": {"N": "1"}}}}
    assert found.names_used == {"#n", "#b"}
    assert not found.values_used
    with pytest.raises(UnsureError):
        projection("#a, #b", {"#a": "s", "#b": "s"})
