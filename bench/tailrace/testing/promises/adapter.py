"""What a project says of its pipeline, so that its promises can be tried."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import ClassVar

from botocore.exceptions import ClientError

from tailrace.stream.json_fields import text_of
from tailrace.testing.audit import Quarantined, Stored
from tailrace.testing.bench import Bench
from tailrace.testing.sending import Put


class AdapterError(Exception):
    """What an adapter says of its pipeline is not so: a sentence that names what is."""


class Outputs(dict[str, str]):
    """The outputs of a stack, by their keys."""

    def __init__(self, stack: str, outputs: Mapping[str, str]) -> None:
        super().__init__(outputs)
        self._stack = stack

    def __missing__(self, key: str) -> str:
        """Say which there are."""
        there = ", ".join(self) or "none"
        raise AdapterError(f"The stack {self._stack} has no output {key}; it has: {there}")


class Adapter:
    """A stream, a function that reads it, and how to tell what became of an event.

    `stream` and `function` are names or ARNs; both may be properties, which ask `self.outputs` or
    `self.tailrace`.
    `event` and `stored` are to be written, the rest has defaults.
    """

    tailrace: Bench
    """The emulator; it is there when one of the methods is called."""
    stack: str = ""
    """The CloudFormation stack whose `outputs` tell the names, if one does."""
    stream: str
    function: str
    shards_at_most: int = 4
    """Shards that a stream may be given while it is resharded."""
    blocks_at_most: float = 300.0
    """Seconds of the emulator's clock for which a poison record may hold up those behind it."""
    patience: float = 60.0
    """Seconds that a trial may take until everything has settled."""
    not_promised: ClassVar[Mapping[str, str]] = {}
    """Promises that the pipeline does not make, each with the reason: `{"order": "the table keeps none"}`."""

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the stack. Raises AdapterError if there is no such stack."""
        try:
            return Outputs(self.stack, self.tailrace.outputs(self.stack))
        except ClientError as error:
            raise AdapterError(f"{error.response['Error']['Message']} (stack = {self.stack!r})") from None

    def event(self, number: int) -> Put:
        """Return the event of a number: bytes, partition key, and its identity as `element`.

        Different numbers are different events; a few dozen keys or fewer, so that order can be seen.
        """
        raise AdapterError(f"{type(self).__name__} does not say how event {number} is made: def event(…)")

    def stored(self) -> Iterable[str | Stored]:
        """Give the identity of every event that is stored, as often as it was.

        An item that counts how often it was applied is given so many times. A `Stored` with `applied_at`
        tells the order as well: a number that rises with each event of a key.
        """
        raise AdapterError(f"{type(self).__name__} does not say what is stored: def stored(self)")

    def identity(self, data: bytes) -> str | None:
        """Return the identity of the event in these bytes, for `tailrace trace`; None if they tell none.

        By default it stands where `event` writes it: in the same field of a JSON object.
        """
        example = self.event(7_654_321)  # a number that stands nowhere else in the event
        paths = list(_places(_read(example.data), example.element or ""))
        found = [text_of(_at(_read(data), path)) for path in paths]
        return found[0] if len(set(found)) == 1 else None

    def last(self) -> Mapping[str, str] | None:
        """Return, by partition key, the event that was applied last, if only the latest is kept."""
        return None

    def malformed(self, number: int) -> Put | None:
        """Return a record that the function can never store; None if it stores anything."""
        text = f"not an event {number}"
        return Put(text.encode(), key=self.event(number).key, element=text)

    def set_aside(self) -> Iterable[str | bytes | Quarantined]:
        """Give what the function itself has set aside: a record's bytes, its identity, or a `Quarantined`.

        Dead letters need not be told: they are read wherever the mapping sends them.
        """
        return ()


def _read(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _places(value: object, wanted: str) -> Iterator[tuple[str, ...]]:
    """Give the paths through nested objects at which a text or a number stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ((name, *path) for path in _places(inner, wanted))
    elif text_of(value) == wanted:
        yield ()


def _at(value: object, path: Iterable[str]) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
