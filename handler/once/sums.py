"""One transaction's share of the totals: added up by minute, kept within bounds, written as updates.

An item must not grow with what senders invent: of each name a minute lists up to 80 keys, and what is not
listed counts as `other`. A transaction may list up to 40 new ones, the most frequent, on the condition that
not more than 40 are listed so far. Where they are, DynamoDB writes nothing and returns the item: its list is
closed from then on, and known, since lists only grow. So each environment learns it once for each minute and
shard. Where there are so many totals by key that an update would be longer than DynamoDB takes, the rarest
keys of the transaction count as `other` as well.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from math import sumprod
from typing import Any, NamedTuple

from handler.once.metrics import exact
from handler.once.records import Reason, RejectedError
from handler.once.totals import (
    BY,
    CLIPPED,
    DIMENSION,
    LISTED,
    NEWEST,
    NUMBER,
    OTHER,
    OWN,
    SQUARES,
    Total,
    place,
)

DECIMALS = 6
UNIT = 10**DECIMALS
"""Values are added as whole numbers of this part: no sum is rounded."""
LARGEST = 10**9
"""A greater value counts as this one; so the square of 10^8 of them still fits into DynamoDB's 38 digits."""
LONGEST_NAME = 40
LONGEST_KEY = 80
MOST_NEW = 40
"""Keys of one name that one transaction may list."""
MOST_LISTED = 80
MOST_TERMS = 240
"""Attributes that one update adds to: DynamoDB takes 300 operators, and 4,096 characters of an expression."""
REMEMBERED = 64
"""Minutes and shards whose closed lists an environment remembers."""
DAY = 86400
_list = json.JSONEncoder(separators=(",", ":")).encode
_WIDE = Context(prec=400)  # a Decimal of JSON may have any number of digits before it is refused

type Place = tuple[str, str]


class Addend(NamedTuple):
    """A checked Total: what one event adds."""

    name: str
    key: str | None
    units: int
    squares: bool = False
    clipped: bool = False


def addend(total: Total) -> Addend:
    """Return what a total adds; RejectedError if its name or value cannot be counted."""
    name, value, key, squares = total
    if key is not None:
        if not isinstance(key, str):
            raise RejectedError(Reason.ANALYTICS_FAILED, f"a key of the total {name} is no string")
        key = key[:LONGEST_KEY] or "unknown"
    if type(value) is int:
        return _remembered(name, value, key, squares)
    return _addend(name, value, key, squares)


def _addend(name: str, value: int | Decimal, key: str | None, squares: bool) -> Addend:  # noqa: FBT001  as in Total
    _check(name)
    if key is not None and squares:
        raise RejectedError(
            Reason.ANALYTICS_FAILED, f"the total {name} has a key and squares: it cannot have both"
        )
    number = exact(value)
    if number is None:
        raise RejectedError(Reason.BAD_VALUE, f"a value of the total {name} is no number")
    if not -LARGEST <= number <= LARGEST:
        return Addend(name, key, (LARGEST if number > 0 else -LARGEST) * UNIT, squares, clipped=True)
    scaled = _WIDE.multiply(number, UNIT)
    units = int(scaled.to_integral_value(context=_WIDE))
    return Addend(name, key, units, squares, clipped=units != scaled)


_remembered = lru_cache(maxsize=4096)(_addend)
"""The same for whole numbers: events add the same ones again and again, and few of another kind."""


def _check(name: str) -> None:
    fits = name.isascii() and name.isalnum() and name[0].isalpha() and len(name) <= LONGEST_NAME
    if not fits or name in OWN:
        raise RejectedError(Reason.ANALYTICS_FAILED, f"analytics cannot count a total called {name!r:.60}")


class Sums:
    """What one transaction adds to one minute of one shard.

    >>> sums = Sums("shardId-000000000006", 29_455_384)
    >>> sums.add(addend(Total("revenue", Decimal("19.99"), squares=True)))
    >>> dict(sums.plain), dict(sums.squares)
    ({'revenue': 19990000, 'revenue^0': 1000000}, {'revenue': 399600100000000})
    """

    def __init__(self, shard_id: str, minute: int) -> None:
        self.place: Place = place(shard_id, minute)
        self.minute = minute
        self.dimension = ""
        """The first dimension's name, where events are counted by one."""
        self.plain: dict[str, int] = defaultdict(int)
        """In units, as those by key."""
        self.squares: dict[str, int] = defaultdict(int)
        """In units of units."""
        self.keyed: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.newest: list[tuple[str, int, str]] = []
        """The last events: id, arrival in milliseconds, value of the first dimension."""

    def add(self, part: Addend, times: int = 1) -> None:
        """Count what one event adds, so many times."""
        name, key, units, squares, clipped = part
        if key is None:
            self.plain[name] += units * times
        else:
            self.keyed[name][key] += units * times
        if squares:
            self.plain[name + NUMBER] += UNIT * times
            self.squares[name] += units * units * times
        if clipped:
            self.plain[CLIPPED] += UNIT * times

    def add_all(self, name: str, units: Sequence[int]) -> None:
        """Count these values, with squares."""
        if units:
            self.plain[name] += sum(units)
            self.plain[name + NUMBER] += UNIT * len(units)
            self.squares[name] += int(sumprod(units, units))

    def count(self, name: str, key: str | None, times: int) -> None:
        """Count a 1 so many times."""
        if times:
            self.add(Addend(name, key, UNIT), times)


class TotalsWriter:
    """The totals in the ledger: updates to their items, and which lists are closed."""

    def __init__(self, ledger: str, retention_days: int) -> None:
        self._ledger = ledger
        self._retention = retention_days * DAY
        self._closed: dict[Place, dict[str, frozenset[str]]] = {}

    def update(self, sums: Sums) -> bytes:
        """Return the action that adds sums to their item, as JSON text."""
        closed = self._closed.get(sums.place, {})
        added = {name: _number(units, DECIMALS) for name, units in sums.plain.items()}
        added |= {name + SQUARES: _number(units, 2 * DECIMALS) for name, units in sums.squares.items()}
        lists: dict[str, str] = {}
        room = _room(sums, len(added))
        for name, keys in sums.keyed.items():
            counts = _bounded(keys, closed.get(name), MOST_LISTED if name in OWN else room)
            added |= {f"{name}{BY}{key}": _number(units, DECIMALS) for key, units in counts.items()}
            if name not in closed and (new := sorted(counts.keys() - {OTHER})):
                lists[LISTED + name] = f'{{"SS":[{",".join(map(quoted, new))}]}}'
        return self._action(sums, lists | added, len(lists))

    def _action(self, sums: Sums, adding: Mapping[str, str], lists: int) -> bytes:
        """Word the update that adds these values, as JSON has them, to their attributes: first the lists."""
        clause, names = _adding(tuple(adding))
        values = [f'":{index}":{value}' for index, value in enumerate(adding.values())]
        values.append(f'":e":{{"N":"{sums.minute * 60 + self._retention}"}}')
        setting = "SET expiresAt = :e"
        if sums.dimension:
            setting += ", #d = :d"
            names += f',"#d":{quoted(DIMENSION)}'
            values.append(f'":d":{{"S":{quoted(sums.dimension)}}}')
        if sums.newest:
            setting += ", #l = :l"
            names += f',"#l":{quoted(NEWEST)}'
            values.append(f'":l":{{"S":{quoted(_list(sums.newest))}}}')
        condition = ""
        if lists:
            values.append(f'":room":{{"N":"{MOST_LISTED - MOST_NEW}"}}')
            condition = _lists_have_room(lists)
        pk, sk = sums.place
        return (
            f'{{"Update":{{"TableName":{quoted(self._ledger)},'
            f'"Key":{{"pk":{{"S":{quoted(pk)}}},"sk":{{"S":{quoted(sk)}}}}},'
            f'"UpdateExpression":"{setting} ADD {clause}","ExpressionAttributeNames":{{{names}}},'
            f'"ExpressionAttributeValues":{{{",".join(values)}}}{condition}}}}}'
        ).encode()

    def learn(self, written: Sequence[Sums], reasons: Sequence[Mapping[str, Any]]) -> bool:
        """Learn from a cancelled transaction's reasons which lists are closed; False if from none."""
        learned = False
        for sums, reason in zip(written, reasons, strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                closed = dict(self._closed.get(sums.place, {}))
                for name, value in reason.get("Item", {}).items():
                    if name.startswith(LISTED) and len(value["SS"]) > MOST_LISTED - MOST_NEW:
                        closed.setdefault(name.removeprefix(LISTED), frozenset(value["SS"]))
                learned |= closed != self._closed.get(sums.place, {})
                self._closed[sums.place] = closed
        while len(self._closed) > REMEMBERED:
            del self._closed[next(iter(self._closed))]
        return learned


@lru_cache(maxsize=1024)
def _adding(attributes: tuple[str, ...]) -> tuple[str, str]:
    """Return the terms that add to these attributes, and the members that name them: often the same ones."""
    terms = ",".join(f"#{index} :{index}" for index in range(len(attributes)))
    return terms, ",".join(f'"#{index}":{quoted(name)}' for index, name in enumerate(attributes))


@lru_cache(maxsize=64)
def _lists_have_room(lists: int) -> str:
    """Return the members that make an update depend on so many lists' size."""
    condition = " AND ".join(
        f"(attribute_not_exists(#{index}) OR size(#{index}) <= :room)" for index in range(lists)
    )
    return f',"ConditionExpression":"{condition}","ReturnValuesOnConditionCheckFailure":"ALL_OLD"'


def _room(sums: Sums, plain: int) -> int:
    """Return how many keys of each of analytics' totals fit into one update, beside what else it adds."""
    own = sum(len(keys) + 2 for name, keys in sums.keyed.items() if name in OWN)
    names = sum(name not in OWN for name in sums.keyed)
    return max(1, (MOST_TERMS - plain - own) // max(1, names) - 2)  # each has a list, and `other`


def _bounded(keys: Mapping[str, int], listed: frozenset[str] | None, room: int) -> Mapping[str, int]:
    """Return sums by those keys that are listed or may be, at most `room`, and by `other`."""
    most = min(MOST_NEW, room) if listed is None else room
    if len(keys) <= most and (listed is None or keys.keys() <= listed | {OTHER}):
        return keys
    named = keys.keys() - {OTHER} if listed is None else keys.keys() & listed
    if len(named) > most:
        named = set(sorted(named, key=lambda key: (-abs(keys[key]), key))[:most])
    bounded: dict[str, int] = defaultdict(int)
    for key, units in keys.items():
        bounded[key if key in named else OTHER] += units
    return bounded


def _number(units: int, decimals: int) -> str:
    """Return a whole number of units as DynamoDB's number, exactly.

    >>> _number(-1_500_000, 6)
    '{"N":"-1.5"}'
    """
    whole, part = divmod(abs(units), 10**decimals)
    fraction = f".{part:0{decimals}}".rstrip("0") if part else ""
    return f'{{"N":"{"-" if units < 0 else ""}{whole}{fraction}"}}'
