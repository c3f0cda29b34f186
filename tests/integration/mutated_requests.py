"""Requests with something wrong: a member left out, of another type, or one that belongs elsewhere."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

type Where = tuple[str | int, ...]
MEMBERS = (
    "Foo", "pk", "#u", ":u", "Limit", "IndexName", "Select", "ReturnValues", "ConsistentRead", "Segment",
    "FilterExpression", "AttributesToGet", "ExclusiveStartKey", "ClientRequestToken",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, "", 0, 1, -1, True, False, 1.5, 10**20, [], {}, [{}], "a", "NONE", "TOTAL", "ALL_OLD", "pk",
    "indexed", "plain.one", "attribute_exists(pk)", "#a = :a", "x" * 300, {"S": "a"}, {"S": ""}, {"S": 1},
    {"N": "1"}, {"N": "x"}, {"N": "1e400"}, {"S": "a", "N": "1"},
    {"SS": []}, {"NULL": False}, {"L": []}, {"B": "?"},
)  # fmt: skip


def mutated(random: Random, request: dict[str, Any]) -> dict[str, Any]:
    """Return a request of which one part is another, or two."""
    request = copy.deepcopy(request)
    for _ in range(random.choice((1, 1, 1, 2))):
        places = [place for place in _places(request) if place]
        if places:
            _change(random, request, random.choice(places))
    return request


def _places(part: Any, place: Where = ()) -> Iterator[Where]:  # noqa: ANN401  as JSON is
    yield place
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _places(value, (*place, name))
    elif isinstance(part, list):
        for at, value in enumerate(part):
            yield from _places(value, (*place, at))


def _change(random: Random, request: Any, place: Where) -> None:  # noqa: ANN401  as JSON is
    holder = request
    for step in place[:-1]:
        holder = holder[step]
    way = random.random()
    if way < 0.25:
        del holder[place[-1]]
    elif way < 0.75 or not isinstance(holder, dict):
        holder[place[-1]] = copy.deepcopy(random.choice(VALUES))
    elif way < 0.9:
        holder[random.choice(MEMBERS)] = copy.deepcopy(random.choice(VALUES))
    else:
        holder[random.choice(MEMBERS)] = holder[place[-1]]
