"""The constraints of each request, taken from botocore's model of the service; one checker for all.

AWS checks a request twice: first its form, by the model (here), then its meaning (in the operations). What
breaks the form is answered by one ValidationException that lists up to ten violations.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.model import ListShape, MapShape, StringShape, StructureShape

from tailrace_emulator.kinesis.errors import ValidationFailedError
from tailrace_emulator.kinesis.jsontypes import (
    need_blob,
    need_boolean,
    need_list,
    need_number,
    need_object,
    need_string,
)

if TYPE_CHECKING:
    from botocore.model import ServiceModel, Shape

type Check = Callable[[object, str, list[str]], None]  # value, path, violations found so far

MOST_VIOLATIONS = 10
REQUIRED_TOO = {"PutRecordInput": {"PartitionKey"}, "PutRecordsRequestEntry": {"PartitionKey"}}
"""Optional since records can be distributed by AWS itself; that is not done here."""
NEWER_PATTERNS = {
    r"0|([1-9]\d{0,38})": r"^(0|([1-9]\d{0,38}))$",
    r"0|([1-9]\d{0,128})": r"^(0|([1-9]\d{0,128}))$",
}
"""LocalStack's botocore is of March 2026; AWS's texts carry the newer patterns."""
JAVA_PACKAGE = "com.amazonaws.kinesis.v20131202"


class Checker:
    """Checks requests against a service's model."""

    def __init__(self, service: "ServiceModel") -> None:
        self._service = service
        self._checks: dict[str, Check | None] = {}

    def check(self, operation: str, request: dict[str, object]) -> None:
        """Raise a SerializationFailedError or ValidationFailedError unless the request is well-formed."""
        if operation not in self._checks:
            shape = self._service.operation_model(operation).input_shape
            self._checks[operation] = compiled(shape) if shape else None
        check = self._checks[operation]
        if check is None:
            return
        violations: list[str] = []
        check(request, "", violations)
        if violations:
            del violations[MOST_VIOLATIONS:]
            plural = "s" if len(violations) > 1 else ""
            listed = "; ".join(violations)
            raise ValidationFailedError(f"{len(violations)} validation error{plural} detected: {listed}")


def compiled(shape: "Shape") -> Check:
    """Turn a shape of the model into a function that checks a value against it."""
    return _COMPILERS.get(shape.type_name, _number)(shape)


def _structure(shape: StructureShape) -> Check:
    required = set(shape.required_members) | REQUIRED_TOO.get(shape.name, set())
    members = [
        (name, name[0].lower() + name[1:], compiled(member), name in required)
        for name, member in shape.members.items()
    ]

    def check(value: object, path: str, violations: list[str]) -> None:
        given = need_object(value, "structure")
        for name, step, check_member, needed in members:
            member = given.get(name)
            if member is not None:
                check_member(member, path + step, violations)
            elif needed:
                violations.append(violation(None, path + step, "Member must not be null"))

    return lambda value, path, violations: check(value, path + "." if path else "", violations)


def _list(shape: ListShape) -> Check:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if shape.member.type_name == "structure":
        return _list_of_structures(shape, least, most)
    rules = _texts(cast("StringShape", shape.member))

    def check(value: object, path: str, violations: list[str]) -> None:
        given = [need_string(item) for item in need_list(value)]
        shown = f"[{', '.join(given)}]"
        if broken := _bounds(len(given), least, most):
            violations.append(violation(shown, path, broken))
        if any(rule(item) for item in given for rule in rules):
            text = f"Member must satisfy constraint: [{_spell(shape.member)}]"
            violations.append(violation(shown, path, text))

    return check


def _list_of_structures(shape: ListShape, least: int, most: int | None) -> Check:
    check_member = compiled(shape.member)

    def check(value: object, path: str, violations: list[str]) -> None:
        given = need_list(value)
        if broken := _bounds(len(given), least, most):
            shown = ", ".join(f"{JAVA_PACKAGE}.{shape.member.name}@{index:x}" for index in range(len(given)))
            violations.append(violation(f"[{shown}]", path, broken))
        for index, item in enumerate(given, 1):
            place = f"{path}.{index}.member"
            if item is None:
                violations.append(violation(None, place, "Member must not be null"))
            else:
                check_member(item, place, violations)

    return check


def _map(shape: MapShape) -> Check:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    key_rules = _texts(cast("StringShape", shape.key))
    value_rules = _texts(cast("StringShape", shape.value))

    def check(value: object, path: str, violations: list[str]) -> None:
        given = {
            key: need_string(item) for key, item in need_object(value, "map").items() if item is not None
        }
        shown = f"{{{', '.join(f'{key}={item}' for key, item in given.items())}}}"
        if any(rule(key) for key in given for rule in key_rules):
            text = f"Map keys must satisfy constraint: [{_spell(shape.key)}]"
            violations.append(violation(shown, path, text))
        if any(rule(item) for item in given.values() for rule in value_rules):
            text = f"Map value must satisfy constraint: [{_spell(shape.value)}]"
            violations.append(violation(shown, path, text))
        if broken := _bounds(len(given), least, most):
            violations.append(violation(shown, path, broken))

    return check


def _string(shape: StringShape) -> Check:
    rules = _texts(shape)

    def check(value: object, path: str, violations: list[str]) -> None:
        text = need_string(value)
        violations.extend(violation(text, path, broken) for rule in rules if (broken := rule(text)))

    return check


def _blob(shape: "Shape") -> Check:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")

    def check(value: object, path: str, violations: list[str]) -> None:
        length = need_blob(value)
        if broken := _bounds(length, least, most):
            shown = f"java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]"
            violations.append(violation(shown, path, broken))

    return check


def _boolean(_shape: "Shape") -> Check:
    def check(value: object, _path: str, _violations: list[str]) -> None:
        need_boolean(value)

    return check


def _number(shape: "Shape") -> Check:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: object, path: str, violations: list[str]) -> None:
        number = need_number(value, shape.type_name)
        if least is not None and number < least:
            text = f"Member must have value greater than or equal to {least}"
            violations.append(violation(str(value), path, text))
        if most is not None and number > most:
            text = f"Member must have value less than or equal to {most}"
            violations.append(violation(str(value), path, text))

    return check


def violation(shown: str | None, path: str, text: str) -> str:
    """Word one violation."""
    value = "null" if shown is None else f"'{shown}'"
    return f"Value {value} at '{path}' failed to satisfy constraint: {text}"


def _texts(shape: StringShape) -> "list[Callable[[str], str | None]]":
    """Give the rules for a string, each of which gives a text when it is broken."""
    rules: list[Callable[[str], str | None]] = []
    if pattern := shape.metadata.get("pattern"):
        matches = re.compile(pattern, re.ASCII).fullmatch
        shown = NEWER_PATTERNS.get(pattern, pattern)
        sentence = f"Member must satisfy regular expression pattern: {shown}"
        rules.append(lambda text: None if matches(text) else sentence)
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if least or most is not None:
        rules.append(lambda text: _bounds(len(text), least, most))
    if shape.enum:
        allowed = frozenset(shape.enum)
        rules.append(lambda text: None if text in allowed else _enum_sentence(tuple(shape.enum)))
    return rules


def _spell(shape: "Shape") -> str:
    if values := getattr(shape, "enum", None):
        return _enum_sentence(tuple(values))
    most, least = shape.metadata.get("max"), shape.metadata.get("min", 0)
    return (
        f"Member must have length less than or equal to {most},"
        f" Member must have length greater than or equal to {least}"
    )


def _bounds(length: int, least: int, most: int | None) -> str | None:
    if length < least:
        return f"Member must have length greater than or equal to {least}"
    if most is not None and length > most:
        return f"Member must have length less than or equal to {most}"
    return None


@cache
def _enum_sentence(values: tuple[str, ...]) -> str:
    """Word an enumeration, in AWS's order: that of a hash table of 32 places, by Java's hash of a string."""
    return (
        f"Member must satisfy enum value set: [{', '.join(sorted(values, key=lambda v: _java_hash(v) % 32))}]"
    )


def _java_hash(text: str) -> int:
    found = 0
    for character in text:
        found = (31 * found + ord(character)) % (1 << 32)
    return found


_COMPILERS: "dict[str, Callable[[Any], Check]]" = {
    "blob": _blob,
    "boolean": _boolean,
    "list": _list,
    "map": _map,
    "string": _string,
    "structure": _structure,
}
