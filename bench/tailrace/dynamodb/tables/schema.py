"""What a key consists of: of a table, or of an index. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from .answers import RefusedRequestError
from .keys import Entry, Key
from .unsure import UnsureError
from .values import Item, sortable

LONGEST_HASH, LONGEST_RANGE = 2048, 1024  # bytes
KINDS = ("S", "N", "B")
REQUIRED = "One of the required keys was not given a value"
NUMBER = "The number of conditions on the keys is invalid"
MISMATCH = "One or more parameter values were invalid: Type mismatch for key"
NO_KEY_TYPE = "Invalid attribute value type"
EMPTY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value."
)


class Attribute(NamedTuple):
    """A key's attribute: its name, type, and most bytes."""

    name: str
    kind: str
    longest: int

    def of(self, item: Item) -> str:
        """Return its value in an item, as written. Raises UnsureError if it is none that a key may have."""
        try:
            inner: str = item[self.name][self.kind]
        except KeyError:
            inner = ""
        if not inner:
            raise UnsureError("a key attribute that is missing, empty or of another type")
        if len(inner) * 4 > self.longest and len(inner.encode()) > self.longest:
            raise UnsureError("a key that may be too long")
        return inner

    def problem(self, item: Item) -> str:
        """Return what DynamoDB Local says is wrong with its value in an item; empty if nothing is."""
        value = item.get(self.name)
        if value is None:
            return REQUIRED
        ((kind, inner),) = value.items()
        if kind not in KINDS:
            return NO_KEY_TYPE
        if not inner and kind == self.kind == "S":
            return f"{EMPTY} Key: {self.name}"
        if not inner:
            raise UnsureError("an empty key of another type")
        return "" if kind == self.kind else MISMATCH

    def sortable(self, inner: str) -> Any:  # noqa: ANN401  one of three types
        """Return what a value as written is ordered by."""
        if self.kind == "S":
            return inner
        return Decimal(inner) if self.kind == "N" else sortable({self.kind: inner})


class Schema(NamedTuple):
    """Hash key and range key; not every table has the latter."""

    hash: Attribute
    range: Attribute | None

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Its one or two attributes."""
        return (self.hash,) if self.range is None else (self.hash, self.range)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the key's attributes."""
        return (self.hash.name,) if self.range is None else (self.hash.name, self.range.name)

    def key(self, item: Item) -> Key:
        """Return the key of an item. Raises UnsureError if it has none that is valid."""
        return self.hash.of(item), "" if self.range is None else self.range.of(item)

    def refusal(self, item: Item) -> RefusedRequestError | UnsureError:
        """Return the error of an item whose key is not valid: DynamoDB's, where one thing is wrong."""
        problems = [problem for attribute in self.attributes if (problem := attribute.problem(item))]
        if len(problems) != 1:
            return UnsureError("a key with several things wrong, or one that is too long")
        return RefusedRequestError("ValidationException", problems[0])

    def refusal_of_key(self, attributes: Item) -> RefusedRequestError | UnsureError:
        """Return the error of a key that is given by itself, and is not valid."""
        if attributes.keys() == set(self.names):
            return self.refusal(attributes)
        if not all(kind in KINDS and inner for value in attributes.values() for kind, inner in value.items()):
            return UnsureError("a key of other attributes, which no key may have")
        message = REQUIRED if len(attributes) == len(self.names) else NUMBER
        return RefusedRequestError("ValidationException", message)

    def entry(self, key: Key) -> Entry:
        """Return what a table's item is sorted by."""
        return "" if self.range is None else self.range.sortable(key[1]), key


def schema(definition: Mapping[str, Any], kinds: Mapping[str, str]) -> Schema:
    """Return the key that a `KeySchema` defines, with attributes of these types."""
    parts = definition["KeySchema"]
    if type(parts) is not list or not 1 <= len(parts) <= 2:  # noqa: PLR2004  hash and range
        raise UnsureError("a key schema that is neither of one attribute nor of two")
    attributes = [
        _attribute(part, kinds, role, longest)
        for part, (role, longest) in zip(
            parts, (("HASH", LONGEST_HASH), ("RANGE", LONGEST_RANGE)), strict=False
        )
    ]
    if len({attribute.name for attribute in attributes}) != len(attributes):
        raise UnsureError("a key schema that names one attribute twice")
    return Schema(attributes[0], attributes[1] if len(attributes) > 1 else None)


def _attribute(part: object, kinds: Mapping[str, str], role: str, longest: int) -> Attribute:
    match part:
        case {"AttributeName": str(name), "KeyType": str(given), **rest} if given == role and not rest:
            if name in kinds:
                return Attribute(name, kinds[name], longest)
    raise UnsureError("a key schema of another form")


def attribute_kinds(definitions: object) -> dict[str, str]:
    """Return the types of `AttributeDefinitions` by name."""
    kinds: dict[str, str] = {}
    for each in definitions if type(definitions) is list else ():
        match each:
            case {"AttributeName": str(name), "AttributeType": str(kind), **rest} if (
                kind in KINDS and not rest
            ):
                if not 0 < len(name) <= 255 or name in kinds:  # noqa: PLR2004  AWS's limit
                    raise UnsureError("the name of a key attribute")
                kinds[name] = kind
            case _:
                raise UnsureError("attribute definitions of another form")
    return kinds
