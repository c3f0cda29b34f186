"""Attribute values as DynamoDB keeps them: one way to write each, so that equal values are equal dicts.

A number loses the zeros that say nothing, and its exponent; a set is sorted; binary is base64 with padding.
DynamoDB Local keeps numbers within lists and maps as they were written; AWS trims them everywhere, and so
do these.
"""

import base64
import binascii
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .numbers import DIGITS, numbered
from .sizes import CONTAINER, MEMBER, SIZES, binary_size, whole_size
from .unsure import UnsureError

type Value = dict[str, Any]
"""As in DynamoDB's JSON: `{"S": "text"}`; where a function wants one that is `checked`, it says so."""
type Item = dict[str, Value]

LEVELS = 31  # lists and maps within each other; the value within the last is the 32nd level
NAME_BYTES = 65535


def checked(item: object) -> Item:
    """Return the attributes as DynamoDB keeps them; what is well written already is not copied.

    Good for an item, a key, and the values of expressions. Raises UnsureError for what is not plainly right.
    """
    return weighed(item)[0]


def weighed(item: object) -> tuple[Item, int]:
    """Return what `checked` does, and the `size` of that: in two thirds of the time that both take."""
    if type(item) is not dict:
        raise UnsureError("attributes that are no object")
    return _members(item, 0)


def sortable(value: Value) -> Any:  # noqa: ANN401  one of three types
    """Return what a checked string, number or binary value is ordered by: str, Decimal or bytes."""
    ((kind, inner),) = value.items()
    if kind == "S":
        return inner  # code points are in the order of their UTF-8
    if kind == "N":
        return Decimal(inner)
    if kind == "B":
        return base64.b64decode(inner)
    raise UnsureError(f"the order of {kind}")


def _names_size(members: dict[str, Any]) -> int:
    """Return the bytes of the names. Raises UnsureError if one is empty, too long, or no text."""
    if "" in members:
        raise UnsureError("an attribute without a name")
    names = "".join(members)
    total = len(names) if names.isascii() else _text(names, 0)[1]
    if total > NAME_BYTES and any(len(name.encode()) > NAME_BYTES for name in members):
        raise UnsureError("a name that is too long")
    return total


def _members(members: dict[str, Any], level: int) -> tuple[Item, int]:
    """Return an item's attributes or a map's members, and their size; what is in them is a level on.

    Most values are strings, numbers and maps: these are taken here, in as few steps as can be.
    """
    names = "".join(members)
    total = len(names)
    if "" in members or total > NAME_BYTES or not names.isascii():
        total = _names_size(members)
    changed: Item | None = None
    kept: Any
    try:
        for name, value in members.items():
            if len(value) != 1:
                raise UnsureError("a value without exactly one type")
            if (inner := value.get("S")) is not None:
                total += len(inner) if inner.isascii() else _text(inner, level)[1]
                continue
            if (inner := value.get("N")) is not None:
                if inner.isdigit() and inner.isascii() and inner[0] != "0" and len(inner) <= DIGITS:
                    total += whole_size(inner)
                    continue
                kept, bytes_ = numbered(inner)
                same, kind = kept == inner, "N"
            elif (inner := value.get("M")) is not None:
                kept, bytes_ = _map(inner, level + 1)
                same, kind = kept is inner, "M"
            else:
                ((kind, inner),) = value.items()
                kept, bytes_ = _ruled(kind, inner, level)
                same = kept is inner
            total += bytes_
            if not same:
                changed = {} if changed is None else changed
                changed[name] = {kind: kept}
    except (AttributeError, TypeError) as error:
        raise UnsureError("a value that is not of its type") from error
    return (members if changed is None else members | changed), total


def _value(value: object, level: int) -> tuple[Value, int]:
    if type(value) is not dict or len(value) != 1:
        raise UnsureError("a value without exactly one type")
    ((kind, inner),) = value.items()
    kept, bytes_ = _ruled(kind, inner, level)
    return (value if kept is inner or (kind == "N" and kept == inner) else {kind: kept}), bytes_


def _ruled(kind: str, inner: object, level: int) -> tuple[Any, int]:
    form, rule = RULES.get(kind, (None, None))
    if type(inner) is not form or rule is None:
        raise UnsureError(f"a value that is not of its type {kind}")
    return rule(inner, level + 1)


def _text(text: str, _: int) -> tuple[str, int]:
    try:
        return text, len(text.encode())
    except UnicodeEncodeError as error:
        raise UnsureError("half a character") from error


def _binary(text: str, _: int) -> tuple[str, int]:
    try:
        kept = base64.b64encode(base64.b64decode(text, validate=True)).decode()
    except ValueError as error:
        raise UnsureError("binary that is not base64") from error
    if kept != text:
        raise UnsureError("binary in another notation")
    return text, binary_size(text)


def _boolean(value: bool, _: int) -> tuple[bool, int]:  # noqa: FBT001  it is the value
    return value, 1


def _null(value: bool, _: int) -> tuple[bool, int]:  # noqa: FBT001  it is the value
    if not value:
        raise UnsureError("a null that is false")
    return value, 1


def _set(members: list[Any], kind: str) -> tuple[list[str], int]:
    one, order = SETS[kind]
    if not members or not all(type(member) is str for member in members):
        raise UnsureError("a set that is empty, or of other values")
    if one == "S" and len(members) == 1:
        return members, _text(members[0], 0)[1]
    rule = RULES[one][1]
    kept = sorted({rule(member, 0)[0] for member in members}, key=order)
    if len(kept) != len(members):
        raise UnsureError("a set with duplicates")
    return (members if kept == members else kept), sum(map(SIZES[one], kept))


def _list(members: list[Any], level: int) -> tuple[list[Value], int]:
    if level > LEVELS:
        raise UnsureError("more than 32 levels")
    found = [_value(member, level) for member in members]
    same = all(kept is member for (kept, _), member in zip(found, members, strict=True))
    total = CONTAINER + MEMBER * len(members) + sum(bytes_ for _, bytes_ in found)
    return (members if same else [kept for kept, _ in found]), total


def _map(members: dict[str, Any], level: int) -> tuple[Item, int]:
    if level > LEVELS:
        raise UnsureError("more than 32 levels")
    kept, total = _members(members, level)
    return kept, CONTAINER + MEMBER * len(members) + total


def in_order(kind: str, members: set[str]) -> list[str]:
    """Return a set's members, each of them checked, in the order in which DynamoDB Local gives them.

    It orders what an update makes of a set by characters at times, and not by their halves in UTF-16: raises
    UnsureError where that is not the same.
    """
    ordered = sorted(members, key=SETS[kind][1])
    if kind == "SS" and ordered != sorted(members):
        raise UnsureError("the order of a set with rare characters")
    return ordered


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


SETS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "SS": ("S", _utf16),
    "NS": ("N", Decimal),
    "BS": ("B", binascii.a2b_base64),
}
"""What a set's members are, and their order: DynamoDB Local's, for AWS promises none."""


type Rule = Callable[[Any, int], tuple[Any, int]]
RULES: dict[str, tuple[type, Rule]] = {
    "S": (str, _text),
    "N": (str, lambda text, _: numbered(text)),
    "B": (str, _binary),
    "BOOL": (bool, _boolean),
    "NULL": (bool, _null),
    "SS": (list, lambda members, _: _set(members, "SS")),
    "NS": (list, lambda members, _: _set(members, "NS")),
    "BS": (list, lambda members, _: _set(members, "BS")),
    "L": (list, _list),
    "M": (dict, _map),
}
"""How JSON writes each type; what is kept of a value at a level, and its size."""
