"""Events of whatever handler is in use, as its `samples.py` gives them; HANDLER= names its folder."""

import importlib.util
import json
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tailrace.testing.sending import Put
from tests.frame.run import ROOT

type Event = dict[str, Any]


def _loaded(path: Path) -> ModuleType:
    """Load a handler's samples, by their place."""
    spec = importlib.util.spec_from_file_location("samples", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FOLDER = ROOT / (os.environ.get("HANDLER") or "handler")
_samples = _loaded(FOLDER / "samples.py")
_numbers = count()
RECIPE: bool = getattr(_samples, "RECIPE", False)
"""Whether the handler in use is the recipe's."""


def event(n: int) -> tuple[str, Event]:
    """Return the partition key and the event of number n."""
    key, body = _samples.event(n)
    return key, dict(body)


def fresh(
    number: int = 1, key: str | Callable[[int], str] | None = None, *, first: int | None = None
) -> list[Put]:
    """Return so many good events that nothing in this process has put, or those from the `first` on.

    Their partition keys are their own, or all are `key`, or what that gives for 0, 1, 2, ….
    """
    numbers = islice(_numbers if first is None else count(first), number)
    return [_put(n, key(index) if callable(key) else key) for index, n in enumerate(numbers)]


def one(key: str | None = None) -> Put:
    """Return one good event that nothing in this process has put."""
    return fresh(1, key)[0]


def _put(n: int, key: str | None) -> Put:
    own, body = event(n)
    return Put(json.dumps(body).encode(), key or own, body["eventId"])


def body(put: Put) -> Event:
    """Return the event of a record."""
    found: Event = json.loads(put.data)
    return found


def in_conflict(put: Put) -> Put:
    """Return another event of the same identity: what the next one says, under the name and time of this."""
    identity = {name: body(put)[name] for name in ("eventId", "timestamp")}
    other = body(one()) | identity
    assert other != body(put), "samples.event(n) says the same for two numbers, but for its eventId"
    return put._replace(data=json.dumps(other).encode())


def written_otherwise(put: Put) -> Put:
    """Return the same event in other bytes: names in reverse, blanks, a fraction with one more digit."""
    otherwise = put._replace(data=_text(json.loads(put.data, parse_float=Decimal)).encode())
    assert otherwise.data != put.data
    return otherwise


def _text(value: Any) -> str:  # noqa: ANN401  whatever JSON holds
    match value:
        case dict():
            return (
                f"{{ {', '.join(f'{json.dumps(name)} : {_text(value[name])}' for name in reversed(value))} }}"
            )
        case list():
            return f"[ {' , '.join(map(_text, value))} ]"
        case Decimal() if value.is_finite() and "." in str(value) and "E" not in str(value):
            return f"{value}0"
        case Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


class Bad(NamedTuple):
    """A record that can never be stored, what quarantine says of it, and its id if it can be read."""

    data: bytes
    reason: str
    says: str = ""
    event_id: str | None = None


def rejected() -> Sequence[Bad]:
    """Return what the handler rejects by itself."""
    return [
        Bad(json.dumps(event).encode(), reason, event_id=event.get("eventId"))
        for event, reason in _samples.rejected()
    ]


def changed(**fields: object) -> bytes:
    """Return a good event with some members replaced."""
    return json.dumps({**event(0)[1], **fields}).encode()


def literal(text: str) -> bytes:
    """Return a good event with one member more, whose value is written just so."""
    return json.dumps(event(0)[1])[:-1].encode() + f', "value": {text}}}'.encode()
