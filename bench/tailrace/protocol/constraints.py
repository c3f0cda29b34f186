"""The constraints of each request, taken from botocore's model of the service; one checker for all.

AWS checks a request twice: first its form, by the model (here), then its meaning (in the operations). What
breaks the form is answered by one ValidationException that lists up to ten violations.
"""

import math
import re
from collections.abc import Callable, Mapping
from collections.abc import Sequence as ListLike
from typing import TYPE_CHECKING, Any, cast

from botocore.model import ListShape, MapShape, StringShape, StructureShape

from tailrace.protocol.jsontypes import (
    need_blob,
    need_boolean,
    need_list,
    need_number,
    need_object,
    need_string,
)
from tailrace.protocol.violations import MISSING, LengthBounds, Violation, at_most, enumerated, refuse

if TYPE_CHECKING:
    from botocore.model import ServiceModel, Shape

type Check = Callable[[object], ListLike[Violation]]

REQUIRED_TOO = {"PutRecordInput": {"PartitionKey"}, "PutRecordsRequestEntry": {"PartitionKey"}}
"""Optional since records can be distributed by AWS itself; that is not done here."""
JAVA_PACKAGE = "com.amazonaws.kinesis.v20131202"


class Checker:
    """Checks requests against a service's model."""

    def __init__(self, service: "ServiceModel") -> None:
        self._service = service
        self._checks: dict[str, Check | None] = {}

    def check(self, operation: str, body: object) -> dict[str, Any]:
        """Give a request's members, those that are not null, if it is well-formed.

        Raises SerializationFailedError and ValidationFailedError, with AWS's texts.
        """
        if operation not in self._checks:
            shape = self._service.operation_model(operation).input_shape
            self._checks[operation] = compiled(shape) if shape else None
        check = self._checks[operation]
        request = need_object(body, "structure")
        refuse(check(request) if check else ())
        return {name: value for name, value in request.items() if value is not None}

    def violations(self, operation: str, members: Mapping[str, object]) -> "list[Violation]":
        """List what is wrong with some members of a request, whatever else it has."""
        shape = self._service.operation_model(operation).input_shape
        known = cast("StructureShape", shape).members
        return [
            violation.below(name[0].lower() + name[1:])
            for name, value in members.items()
            for violation in compiled(known[name])(value)
        ]


def compiled(shape: "Shape") -> Check:
    """Turn a shape of the model into a function that checks a value against it."""
    return _COMPILERS.get(shape.type_name, _number)(shape)


def _structure(shape: StructureShape) -> Check:
    required = set(shape.required_members) | REQUIRED_TOO.get(shape.name, set())
    members = [
        (name, name[0].lower() + name[1:], compiled(member), name in required)
        for name, member in shape.members.items()
    ]

    def check(value: object) -> ListLike[Violation]:
        given = need_object(value, "structure")
        found: list[Violation] = []
        for name, step, check_member, needed in members:
            member = given.get(name)
            if member is not None:
                if broken := check_member(member):
                    found += [violation.below(step) for violation in broken]
            elif needed:
                found.append(MISSING.below(step))
        return found

    return check


def _list(shape: ListShape) -> Check:
    bounds = LengthBounds.of(shape)
    if shape.member.type_name == "structure":
        return _list_of_structures(shape, bounds)
    rules = _rules(cast("StringShape", shape.member))

    def check(value: object) -> ListLike[Violation]:
        given = [need_string(item) for item in need_list(value)]
        texts = bounds.broken(len(given))
        if any(rule(item) for item in given for rule in rules):
            texts.append(f"Member must satisfy constraint: [{_spelled(shape.member)}]")
        return [Violation(f"[{', '.join(given)}]", text) for text in texts]

    return check


def _list_of_structures(shape: ListShape, bounds: "LengthBounds") -> Check:
    check_member = compiled(shape.member)

    def check(value: object) -> ListLike[Violation]:
        given = need_list(value)
        found: list[Violation] = []
        for text in bounds.broken(len(given)):
            shown = ", ".join(f"{JAVA_PACKAGE}.{shape.member.name}@{index:x}" for index in range(len(given)))
            found.append(Violation(f"[{shown}]", text))
        for index, item in enumerate(given, 1):
            if broken := (MISSING,) if item is None else check_member(item):
                found += [violation.below(f"{index}.member") for violation in broken]
        return found

    return check


def _map(shape: MapShape) -> Check:
    bounds = LengthBounds.of(shape)
    key_rules = _rules(cast("StringShape", shape.key))
    value_rules = _rules(cast("StringShape", shape.value))

    def check(value: object) -> ListLike[Violation]:
        members = need_object(value, "map").items()
        given = {key: need_string(item) for key, item in members if item is not None}
        texts = []
        if any(rule(key) for key in given for rule in key_rules):
            texts.append(f"Map keys must satisfy constraint: [{_spelled(shape.key)}]")
        if any(rule(item) for item in given.values() for rule in value_rules):
            texts.append(f"Map value must satisfy constraint: [{_spelled(shape.value)}]")
        texts += bounds.broken(len(given))
        shown = f"{{{', '.join(f'{key}={item}' for key, item in given.items())}}}"
        return [Violation(shown, text) for text in texts]

    return check


def _string(shape: StringShape) -> Check:
    rules = _rules(shape)

    def check(value: object) -> ListLike[Violation]:
        text = need_string(value)
        return [Violation(text, broken) for rule in rules for broken in rule(text)]

    return check


def _blob(shape: "Shape") -> Check:
    bounds = LengthBounds.of(shape)

    def check(value: object) -> ListLike[Violation]:
        length = need_blob(value)
        if bounds.hold(length):
            return ()
        shown = f"java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]"
        return [Violation(shown, text) for text in bounds.broken(length)]

    return check


def _boolean(_shape: "Shape") -> Check:
    def check(value: object) -> ListLike[Violation]:
        need_boolean(value)
        return ()

    return check


def _number(shape: "Shape") -> Check:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: object) -> ListLike[Violation]:
        number = need_number(value, shape.type_name)
        found = []
        if least is not None and number < least:
            found.append(f"Member must have value greater than or equal to {least}")
        if most is not None and number > most:
            found.append(f"Member must have value less than or equal to {most}")
        return [Violation(str(value), text) for text in found]

    return check


def _rules(shape: StringShape) -> list[Callable[[str], list[str]]]:
    """Give the rules for a string, each of which says what is wrong with one."""
    rules: list[Callable[[str], list[str]]] = []
    if pattern := shape.metadata.get("pattern"):
        matches = re.compile(pattern, re.ASCII).fullmatch
        mismatch = [f"Member must satisfy regular expression pattern: {pattern}"]
        rules.append(lambda text: [] if matches(text) else mismatch)
    bounds = LengthBounds.of(shape)
    if bounds != (0, math.inf):
        rules.append(
            lambda text: [] if bounds.least <= len(text) <= bounds.most else bounds.broken(len(text))
        )
    if shape.enum:
        allowed, foreign = frozenset(shape.enum), [enumerated(shape.enum)]
        rules.append(lambda text: [] if text in allowed else foreign)
    return rules


def _spelled(shape: "Shape") -> str:
    if values := getattr(shape, "enum", None):
        return enumerated(values)
    bounds = LengthBounds.of(shape)
    return f"{at_most(bounds.most)}, Member must have length greater than or equal to {bounds.least}"


_COMPILERS: "dict[str, Callable[[Any], Check]]" = {
    "blob": _blob,
    "boolean": _boolean,
    "list": _list,
    "map": _map,
    "string": _string,
    "structure": _structure,
}
