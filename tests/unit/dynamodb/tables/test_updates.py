import copy
from typing import Any

import pytest

from tailrace.dynamodb.tables.expressions import update
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value, checked

pytestmark = pytest.mark.unit

ITEM: Item = {
    "id": {"S": "k"},
    "s": {"S": "abc"},
    "n": {"N": "5"},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"q": {"S": "y"}}}, {"L": [{"N": "7"}]}]},
    "m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}, "l": {"L": [{"S": "e"}]}}},
}
X, ONE, MAP, SEVEN = ITEM["l"]["L"]
VALUES: dict[str, Value] = checked(
    {
        ":s": {"S": "abc"},
        ":a": {"S": "a"},
        ":n0": {"N": "0"},
        ":n1": {"N": "1.0"},
        ":n6": {"N": "6"},
        ":p": {"N": "0.1"},
        ":minus": {"N": "-7"},
        ":big": {"N": "9" * 38},
        ":small": {"N": "1e-130"},
        ":large": {"N": "9e125"},
        ":l": {"L": [{"S": "z"}]},
        ":el": {"L": []},
        ":em": {"M": {}},
        ":bc": {"SS": ["c", "b"]},
        ":ab": {"SS": ["a", "b"]},
        ":ns": {"NS": ["2", "10"]},
        ":deep": {"M": {"x": {"L": [{"S": "y"}]}}},
    }
)


def updated(text: str, item: Item = ITEM) -> dict[str, Value | None]:
    """Return what an update changes: new values by name, None for what it removes."""
    before = copy.deepcopy(item)
    new = update(text, {}, VALUES, ("id",)).apply(item).item
    assert item == before
    return {name: new.get(name) for name in {**item, **new} if new.get(name) != item.get(name)}


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("SET s = :a, other1 = :n1", {"s": {"S": "a"}, "other1": {"N": "1"}}),
        ("set s=:a,n=:n6", {"s": {"S": "a"}, "n": {"N": "6"}}),
        ("SET n = n + :n1", {"n": {"N": "6"}}),
        ("SET n = n-:n6", {"n": {"N": "-1"}}),
        ("SET n = :p + n", {"n": {"N": "5.1"}}),
        ("SET n = (n) + (n)", {"n": {"N": "10"}}),
        ("SET n = (n + l[1])", {"n": {"N": "6"}}),
        ("SET n = :big + :n1", {"n": {"N": "1" + "0" * 38}}),
        ("SET x = if_not_exists(x, :n0) + :n1", {"x": {"N": "1"}}),
        ("SET n = if_not_exists(n, :s) + :n1", {"n": {"N": "6"}}),
        ("SET x = if_not_exists(x, if_not_exists(y, :a))", {"x": {"S": "a"}}),
        ("SET s = if_not_exists(m.b.c, :a)", {"s": {"S": "d"}}),
        ("SET x = list_append(if_not_exists(x, :el), :l)", {"x": {"L": [{"S": "z"}]}}),
        ("SET l = list_append(:l, l)", {"l": {"L": [{"S": "z"}, X, ONE, MAP, SEVEN]}}),
        ("SET x = n, n = s, s = n", {"x": {"N": "5"}, "n": {"S": "abc"}, "s": {"N": "5"}}),
        ("SET l[0] = l[1], l[1] = l[0]", {"l": {"L": [ONE, X, MAP, SEVEN]}}),
        ("SET l[9] = :s, l[7] = :a", {"l": {"L": [X, ONE, MAP, SEVEN, {"S": "a"}, {"S": "abc"}]}}),
        (
            "SET l[2].q = :a, l[3][5] = :a",
            {"l": {"L": [X, ONE, {"M": {"q": {"S": "a"}}}, {"L": [{"N": "7"}, {"S": "a"}]}]}},
        ),
        ("SET m.b.c = n REMOVE m.a, m.l", {"m": {"M": {"b": {"M": {"c": {"N": "5"}}}}}}),
        (
            "SET m.l = m.b",
            {"m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}, "l": {"M": {"c": {"S": "d"}}}}}},
        ),
        ("REMOVE s, x, m.x, l[9]", {"s": None}),
        ("REMOVE l[1], l[0]", {"l": {"L": [MAP, SEVEN]}}),
        ("SET l[1] = :s REMOVE l[0], l[3][0]", {"l": {"L": [{"S": "abc"}, MAP, {"L": []}]}}),
        ("SET l[9] = :s REMOVE l[0], l[4]", {"l": {"L": [ONE, MAP, SEVEN, {"S": "abc"}]}}),
        ("ADD n :minus, x :n1", {"n": {"N": "-2"}, "x": {"N": "1"}}),
        ("ADD n :n0", {}),
        (
            "ADD m.a :n1, l[1] :n1, l[9] :n6",
            {
                "m": {"M": {"a": {"N": "2"}, "b": {"M": {"c": {"S": "d"}}}, "l": {"L": [{"S": "e"}]}}},
                "l": {"L": [X, {"N": "2"}, MAP, SEVEN, {"N": "6"}]},
            },
        ),
        (
            "ADD ss :bc, ns :ns, y :bc",
            {"ss": {"SS": ["a", "b", "c"]}, "ns": {"NS": ["1", "2", "10"]}, "y": {"SS": ["b", "c"]}},
        ),
        ("DELETE ss :bc, ns :ns, y :bc", {"ss": {"SS": ["a"]}, "ns": {"NS": ["1"]}}),
        ("DELETE ss :ab", {"ss": None}),
        (
            "delete ss :bc add n :n1 remove s set x = s",
            {"ss": {"SS": ["a"]}, "n": {"N": "6"}, "s": None, "x": {"S": "abc"}},
        ),
    ],
)
def test_what_an_update_changes(text: str, changes: dict[str, Value | None]) -> None:
    """Each action reads the item as it was before, and the item that was given is not changed."""
    assert updated(text) == changes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SET",
        "SET n",
        "SET n =",
        "SET n = :n1,",
        "SET n :n1",
        "SET n = :n1 SET s = :a",
        "FOO n",
        "n = :n1",
        "SET n = :n1 AND s = :a",
        "SET n = n + :n1 + :n1",
        "SET n = (n + :n1) + :n1",
        "SET n = ((:n1))",
        "SET (n) = :n1",
        "SET n = -:n1",
        "SET n = n * :n1",
        "SET n = 5",
        "SET n = TRUE",
        "SET n = :absent",
        "SET #absent = :n1",
        "SET name = :n1",
        "SET add = :n1",
        "SET n = n + :s",
        "SET l = list_append(l, :s)",
        "SET l = list_append(list_append(l, :l), :l)",
        "SET n = list_append(l, :l) + :n1",
        "SET n = if_not_exists(:n1, :n1)",
        "SET n = if_not_exists(n + :n1, :n1)",
        "SET n = if_not_exists(n, :n1 + :n1)",
        "SET n = if_not_exists(n)",
        "SET n = IF_NOT_EXISTS(n, :n1)",
        "SET n = size(s)",
        "SET s = :a, s = :s",
        "SET m = :em, m.x = :s",
        "SET m.a = :a, m[0] = :s",
        "SET l[0] = :s REMOVE l[0].x",
        "SET id = :s",
        "SET id.x = :s",
        "REMOVE id",
        "REMOVE s s",
        "REMOVE s,",
        "ADD n n",
        "ADD n :s",
        "ADD l :l",
        "ADD n :n1 s :n1",
        "DELETE n :n1",
        "DELETE ss :s",
        "SET " + ",".join(f"a{number}=n+n" for number in range(301)),
        "SET s = " + "if_not_exists(x," * 100 + ":s" + ")" * 100,
        None,
    ],
)
def test_what_is_no_update(text: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Whatever DynamoDB refuses is refused before an item is looked at."""
    with pytest.raises(UnsureError):
        update(text, {}, VALUES, ("id",))


@pytest.mark.parametrize(
    "text",
    [
        "SET n = x",
        "SET n = l[9]",
        "SET n = x + :n1",
        "SET n = s + :n1",
        "SET n = if_not_exists(x, y)",
        "SET n = if_not_exists(x, :s) + :n1",
        "SET l = list_append(x, :l)",
        "SET l = list_append(s, :l)",
        "SET x.y = :s",
        "SET m.x.y = :s",
        "SET s.x = :s",
        "SET l.x = :s",
        "SET m[0] = :s",
        "REMOVE x.y",
        "REMOVE s.x",
        "ADD s :n1",
        "ADD n :bc",
        "ADD ss :ns",
        "ADD x.y :n1",
        "DELETE n :bc",
        "DELETE ss :ns",
        "DELETE x.y :bc",
        "SET n = n + :big",
        "SET n = :large + :large",
        "SET n = :small + n",
    ],
)
def test_what_does_not_go_with_the_item(text: str) -> None:
    """An operand of another type, a path that leads nowhere, a number too long: left to DynamoDB Local."""
    found = update(text, {}, VALUES, ("id",))
    with pytest.raises(UnsureError):
        found.apply(ITEM)


def test_an_item_that_is_not_there() -> None:
    """An update of no item begins with its key."""
    found = update("SET x = id ADD n :n1, ss :bc REMOVE s DELETE y :bc", {}, VALUES, ("id",))
    assert found.apply({"id": {"S": "k"}}).item == {
        "id": {"S": "k"},
        "x": {"S": "k"},
        "n": {"N": "1"},
        "ss": {"SS": ["b", "c"]},
    }


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("SET s = :a, x = :a", {"s": {"S": "abc"}}, {"s": {"S": "a"}, "x": {"S": "a"}}),
        ("REMOVE s, x", {"s": {"S": "abc"}}, {}),
        ("SET n = n", {"n": {"N": "5"}}, {"n": {"N": "5"}}),
        (
            "ADD m.a :n1, m.x :n1",
            {"m": {"M": {"a": {"N": "1"}}}},
            {"m": {"M": {"a": {"N": "2"}, "x": {"N": "1"}}}},
        ),
        ("SET l[1] = :a", {"l": {"L": [{"N": "1"}]}}, {"l": {"L": [{"S": "a"}]}}),
        ("SET l[9] = :a", {}, {}),
        ("REMOVE l[0]", {"l": {"L": [{"S": "x"}]}}, {"l": {"L": [{"N": "1"}]}}),
        ("DELETE ss :ab", {"ss": {"SS": ["a", "b"]}}, {}),
    ],
)
def test_what_was_touched(text: str, old: Item, new: Item) -> None:
    """UPDATED_OLD and UPDATED_NEW are what is at the paths of the expression, before and after."""
    applied = update(text, {}, VALUES, ("id",)).apply(ITEM)
    assert (applied.old, applied.new) == (old, new)


def test_levels() -> None:
    """A value that would be deeper than 32 levels where it is put is left to DynamoDB Local."""
    value: Value = {"L": []}
    for _ in range(28):
        value = {"L": [value]}
    assert update("SET a" + "[0]" * 29 + " = :deep", {}, VALUES, ("id",)).apply({"a": value})
    with pytest.raises(UnsureError):
        update("SET a" + "[0]" * 30 + " = :deep", {}, VALUES, ("id",)).apply({"a": {"L": [value]}})


def test_what_it_uses() -> None:
    """An update says which placeholders it uses."""
    found = update("SET #a = if_not_exists(#b.c, :a) ADD n :n1", {"#a": "x", "#b": "y"}, VALUES, ("id",))
    assert found.names_used == {"#a", "#b"}
    assert found.values_used == {":a", ":n1"}


def test_a_key_by_its_placeholder() -> None:
    """A key is not changed by another name."""
    with pytest.raises(UnsureError):
        update("SET #a = :a", {"#a": "id"}, VALUES, ("id",))


def test_one_text_with_other_names() -> None:
    """A text that was read before does what the names of each request say."""
    text = "SET #a = :a ADD #b :n1"
    for first, second in (("x", "n"), ("s", "y")):
        new = update(text, {"#a": first, "#b": second}, VALUES, ("id",)).apply(ITEM).item
        assert (new[first], new[second]) == ({"S": "a"}, {"N": "6" if second == "n" else "1"})


@pytest.mark.parametrize(
    "names",
    [
        {"#a": "x", "#b": "x"},
        {"#a": "x"},
        {"#a": "x", "#b": "id"},
        {"#a": "x", "#b": ""},
        {"#a": "x", "#b": 1},
    ],
)
def test_names_that_an_update_cannot_have(names: dict[str, Any]) -> None:
    """One attribute twice, a name that is not given, a key's, an empty one and no text are left alone."""
    with pytest.raises(UnsureError):
        update("SET #a = :a ADD #b :n1", names, VALUES, ("id",))
