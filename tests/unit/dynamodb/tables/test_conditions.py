from typing import Any

import pytest

from tailrace.dynamodb.tables.expressions import condition
from tailrace.dynamodb.tables.expressions.reserved import RESERVED
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, Value, checked

pytestmark = pytest.mark.unit

ITEM: Item = {
    "id": {"S": "k"},
    "s": {"S": "abc"},
    "blank": {"S": ""},
    "n": {"N": "5"},
    "b": {"B": "YWJj"},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["YQ=="]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"q": {"S": "y"}}}, {"L": [{"N": "7"}]}]},
    "m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "d"}}}, "l": {"L": [{"S": "e"}]}}},
}
VALUES: dict[str, Value] = checked(
    {
        ":s": {"S": "abc"},
        ":a": {"S": "a"},
        ":e": {"S": ""},
        ":d": {"S": "d"},
        ":S": {"S": "S"},
        ":n": {"N": "5.0"},
        ":n1": {"N": "1"},
        ":n6": {"N": "6"},
        ":b": {"B": "YWJj"},
        ":ba": {"B": "YQ=="},
        ":t": {"BOOL": True},
        ":f": {"BOOL": False},
        ":z": {"NULL": True},
        ":ss": {"SS": ["b", "a"]},
        ":l": {"L": [{"N": "7.0"}]},
        ":m": {"M": {"c": {"S": "d"}}},
    }
)


def holds(text: str, names: dict[str, Any] | None = None, item: Item = ITEM) -> bool:
    """Tell whether a condition holds."""
    return condition(text, names or {}, VALUES).holds(item)


@pytest.mark.parametrize(
    "text",
    [
        "s = :s",
        ":s = s",
        "s <> :a",
        "n = :n",
        "n <= :n",
        "n < :n6",
        "n > :n1",
        "n >= :n",
        "b > :ba",
        "s > :a",
        "t = :t",
        "z = :z",
        "ss = :ss",
        "l[3] = :l",
        "m.b = :m",
        "m.b.c = :d",
        "l [ 3 ] [0] <> :n",
        "s <> :n",
        "absent <> :s",
        "absent <> another",
        "n BETWEEN :n1 AND :n6",
        "n between :n and :n",
        "s IN (:n, :s)",
        "ss IN (:ss)",
        "s in (absent, :s)",
        "NOT s = :a",
        "NOT absent = another",
        "NOT n BETWEEN absent AND :n6",
        "NOT NOT s = :s",
        "s = :s OR s = :a AND n = :n6",
        "NOT s = :a AND n = :n",
        "n = :n1 AND s = :s OR t = :t",
        "(s = :s)",
        "(s) = (:s)",
        "((s = :s) AND (n = :n))",
        "NOT (s = :s AND n = :n6)",
        "s=:s AND(n=:n)",
        "attribute_exists(s)",
        "attribute_exists (m.b.c)",
        "attribute_exists(l[2].q)",
        "attribute_not_exists(absent)",
        "attribute_not_exists(s.x)",
        "attribute_not_exists(l[9])",
        "attribute_not_exists(m[0])",
        "attribute_type(s, :S)",
        "begins_with(s, :a)",
        "begins_with(s, :e)",
        "begins_with(b, :ba)",
        "contains(s, :a)",
        "contains(b, :ba)",
        "contains(ss, :a)",
        "contains(ns, :n1)",
        "contains(bs, :ba)",
        "contains(l, :l)",
        "contains(l, l[0])",
        "size(s) < :n",
        "size(s) = size(b)",
        "size(ss) = size(ns)",
        "size(l) < :n",
        "size(blank) < :n1",
        "size(n) <> :n1",
        "size(s) BETWEEN :n1 AND :n6",
    ],
)
def test_what_holds(text: str) -> None:
    """These conditions hold for the item, and their contraries do not."""
    assert holds(text)
    assert not holds(f"NOT ({text})" if not text.startswith("(") else f"NOT {text}")


@pytest.mark.parametrize(
    "text",
    [
        "s = :n",
        "s < :n",
        "n < s",
        "absent = :s",
        "absent = another",
        "absent < :s",
        "t < z",
        "l < ss",
        "s BETWEEN :n1 AND :n6",
        "n BETWEEN :n1 AND s",
        "absent BETWEEN :n1 AND :n6",
        "s IN (:a, :n)",
        "absent IN (another)",
        "attribute_exists(absent)",
        "attribute_exists(s[0])",
        "attribute_type(absent, :S)",
        "attribute_type(n, :S)",
        "begins_with(n, :a)",
        "begins_with(s, :ba)",
        "contains(s, :n)",
        "contains(ss, :n)",
        "contains(ss, :ss)",
        "contains(n, :n)",
        "contains(m, :a)",
        "contains(absent, :a)",
        "contains(s, absent)",
        "size(n) = :n1",
        "size(absent) < :n1",
        "size(s) < :s",
    ],
)
def test_what_does_not_hold(text: str) -> None:
    """Values of other types, and values that are not there, make a condition false, not an error."""
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "s",
        ":s",
        "s =",
        "s = :s AND",
        "s == :s",
        "s != :s",
        "s = 'abc'",
        "n = 5",
        "s = :s)",
        "(s = :s",
        "s = :s n = :n",
        "s NOT IN (:s)",
        "s IN :s",
        "s IN ()",
        "((s = :s))",
        "s = ((:s))",
        "(s = :s) = :t",
        "s = s",
        "n BETWEEN n AND :n6",
        "s IN (:s, s)",
        "contains(s, s)",
        "s = :absent",
        "#absent = :s",
        "name = :s",
        "m.Name = :s",
        "and = :s",
        "_s = :s",
        "1s = :s",
        "é = :s",
        "s = :s-1",
        "l[00] = :s",
        "l[-1] = :s",
        "l[:n] = :s",
        "l[] = :s",
        "l[99999999999] = :s",
        "s..x = :s",
        ":m.c = :s",
        "attribute_exists(:s)",
        "attribute_exists(size(s))",
        "attribute_exists(s, n)",
        "attribute_exists()",
        "ATTRIBUTE_EXISTS(s)",
        "attribute_exists(s) = :t",
        "attribute_type(s, :s)",
        "attribute_type(s, :n)",
        "attribute_type(s, n)",
        "begins_with(s, :n)",
        "begins_with(:n, :s)",
        "begins_with(s, size(s))",
        "contains(s)",
        "contains(s, :a,)",
        "size(s)",
        "size(:n) = :n",
        "size(size(s)) = :n",
        "if_not_exists(s, :a) = :s",
        "unknown(s)",
        "t < :t",
        "ss < :ss",
        ":z < s",
        "t BETWEEN :f AND :t",
        "n BETWEEN :n6 AND :n1",
        "n BETWEEN :a AND :n6",
        "s + :n = :n",
        "s = :s;",
        "s = :s" + " " * 4091,
        "(" * 200 + "s = :s" + ")" * 200,
        "NOT " * 301 + "s = :s",
        "size(" * 290,
        " OR ".join(["s=:s"] * 151),
        "s IN (" + ",".join([":s"] * 100) + ")",
        "m" + ".a" * 32 + " = :s",
        "a" * 256 + " = :s",
        None,
        5,
        ["s"],
    ],
)
def test_what_is_left_to_dynamodb_local(text: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Whatever DynamoDB refuses is refused before an item is looked at."""
    with pytest.raises(UnsureError):
        condition(text, {}, VALUES)


@pytest.mark.parametrize(
    "text", ["s IN (" + ",".join([":s"] * 99) + ")", " OR ".join(["s=:s"] * 150), "s = :s" + " " * 4090]
)
def test_as_much_as_aws_takes(text: str) -> None:
    """An expression may have 4,096 characters, 300 operators, and 99 operands of IN."""
    assert holds(text)


def test_reserved_words() -> None:
    """None of AWS's 573 reserved words stands for an attribute, in any case, unless by a placeholder."""
    assert len(RESERVED) == 573
    for word in RESERVED:
        for text in (f"{word} = :s", f"m.{word.lower()} = :s", f"attribute_exists({word.title()})"):
            with pytest.raises(UnsureError):
                condition(text, {}, VALUES)
        assert holds("#w = :s", {"#w": word}, {word: {"S": "abc"}})


def test_names_of_the_request() -> None:
    """A placeholder stands for a whole name, whatever is in it."""
    item: Item = {"m.a": {"S": "abc"}, "name": {"M": {"size": {"S": "abc"}}}}
    assert holds("#p = :s", {"#p": "m.a"}, item)
    assert holds("#a.#1 = :s", {"#a": "name", "#1": "size"}, item)
    assert not holds("#p = :s", {"#p": "m.b"}, item)
    for names in ({"#p": "s", "#q": "s"}, {"#p": "", "#q": "s"}, {"#p": 5, "#q": "s"}, {"#p": [], "#q": "s"}):
        with pytest.raises(UnsureError):
            holds("#p = #q", names, item)


def test_what_it_uses() -> None:
    """A condition says which placeholders it uses, so that an unused one is found."""
    found = condition("#a = :s AND size(#b[1].#c) < :n OR t = :t", {"#a": "s", "#b": "l", "#c": "x"}, VALUES)
    assert found.names_used == {"#a", "#b", "#c"}
    assert found.values_used == {":s", ":n", ":t"}


def test_a_size_that_aws_leaves_open() -> None:
    """AWS does not say whether a text's size is in characters or bytes: beyond ASCII they differ."""
    with pytest.raises(UnsureError):
        condition("size(s) > :n", {}, VALUES).holds({"s": {"S": "é"}})


def test_values_change_with_each_request() -> None:
    """A text is read once, and holds for the values of each request."""
    assert condition("n = :v", {}, {":v": {"N": "5"}}).holds(ITEM)
    assert not condition("n = :v", {}, {":v": {"N": "6"}}).holds(ITEM)
    with pytest.raises(UnsureError):
        condition("n < :v", {}, {":v": {"BOOL": True}})


@pytest.mark.parametrize(
    "text",
    [
        "(#0 = :0) AND (#1 > :1)",  # SDK for Go
        "((#0 = :0) AND (#1 = :1)) OR (NOT (attribute_exists (#0)))",
        "((#0 = :0 AND #1 = :1) AND (NOT #0 IN (:0, :1)))",  # boto3
        "(size(#0) = :1 OR contains(#0, :0))",
        "attribute_not_exists(#0) OR #1 < :1 OR (#0 = :0 AND attribute_exists(#1) AND #1 < :1)",  # Powertools
        "attribute_not_exists(#0)\n  AND begins_with( #0 , :0 )",
    ],
)
def test_as_libraries_write_them(text: str) -> None:
    """Conditions as the SDKs' builders and libraries write them are read."""
    names = {"#0": "name", "#1": "count"}
    found = condition(text, names, {":0": {"S": "a"}, ":1": {"N": "1"}})
    assert found.names_used <= names.keys()
    assert found.holds({"name": {"S": "a"}, "count": {"N": "1"}}) in (True, False)
