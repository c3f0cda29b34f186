"""Sizes of attribute values, in bytes, as DynamoDB counts them for its limits and capacity units. Pure.

AWS's ("DynamoDB item sizes and formats" in the developer guide); how a number's digits are paired, and what
lists and maps take, was measured at DynamoDB Local's capacity units.
"""

from collections.abc import Callable
from typing import Any

CONTAINER, MEMBER = 3, 1  # what a list or map takes beside what is in it, and each of its members


def size(item: dict[str, dict[str, Any]]) -> int:
    """Return the bytes of a checked item as DynamoDB counts them."""
    total = text_size("".join(item))
    for value in item.values():
        if (inner := value.get("N")) is not None:
            total += whole_size(inner) if inner.isdigit() else number_size(inner)
        elif (inner := value.get("S")) is not None:
            total += len(inner) if inner.isascii() else len(inner.encode())
        else:
            ((kind, inner),) = value.items()
            total += SIZES[kind](inner)
    return total


def text_size(text: str) -> int:
    """Return the bytes of a text."""
    return len(text) if text.isascii() else len(text.encode())


def number_size(text: str) -> int:
    """Return one for each pair of digits from the point to either side, one for the exponent, for a minus."""
    if text[0] == "-":
        return 1 + number_size(text[1:])
    if text.isdigit():
        return whole_size(text)
    whole, _, fraction = text.partition(".")
    pairs = (len(fraction) + 1) // 2
    if whole == "0":
        return 1 + pairs - (len(fraction) - len(fraction.lstrip("0"))) // 2
    return 1 + pairs + (len(whole) + 1) // 2


def whole_size(digits: str) -> int:
    """Return what `number_size` does for a whole number without a sign."""
    pairs = (len(digits) + 1) // 2
    if digits[-1] != "0":
        return 1 + pairs
    return 1 + pairs - (len(digits) - len(digits.rstrip("0"))) // 2 if digits != "0" else 1


def binary_size(text: str) -> int:
    """Return the bytes that base64 stands for."""
    return len(text) // 4 * 3 - text[-2:].count("=")


def _list_size(members: list[dict[str, Any]]) -> int:
    total = CONTAINER + MEMBER * len(members)
    for member in members:
        ((kind, inner),) = member.items()
        total += SIZES[kind](inner)
    return total


SIZES: dict[str, Callable[[Any], int]] = {
    "S": text_size,
    "N": number_size,
    "B": binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(text_size, members)),
    "NS": lambda members: sum(map(number_size, members)),
    "BS": lambda members: sum(map(binary_size, members)),
    "L": _list_size,
    "M": lambda members: CONTAINER + MEMBER * len(members) + size(members),
}
"""What a value of each type takes."""
