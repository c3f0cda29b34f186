"""Totals of each minute: what they are called, where they stand, how they are read. No AWS call is made here.

The ledger table holds an item for each minute of arrival (UTC) and shard:

    pk   totals#HOUR#GROUP    totals#2026-01-02T03#0     GROUP is the shard's number modulo 4
    sk   MINUTE#SHARD-ID      2026-01-02T03:04#shardId-000000000004

and flat attributes, all of them numbers but for the lists:

    events              stored events
    events|purchase     stored events by the value of the first dimension that analytics counts by
    dimension           that dimension's name, a string: `EventType`; there only if analytics gives one
    revenue             a total: the sum of a value over the minute's stored events
    revenue^0           the number of its values, where a total is counted with squares
    revenue^2           the sum of its squares, likewise
    page|/page/7        a total by key
    listed|page         the keys of `page` that the item has: at most 80; every other key counts as `other`
    newest              the last events of the last transaction, JSON: [["event1", 1767323045678, "purchase"]]
    clipped             values that were counted as 10^9 or rounded to six decimals
    expiresAt           epoch seconds, TTL: the minute and RETENTION_DAYS

The layer itself counts `events`, `duplicates`, `rejected` (by reason) and `lag` (milliseconds, with squares
and by powers of two). All other totals are those of the handler in use, and their names are found in the
items themselves: a reader needs no file of the user's.

    counted(minutes)            Counted(dimension="EventType", numbers=("bounces", "pageViews", "purchases"),
                                        values=("loadTime", "revenue"), keyed=("country", "device", "page"))
    minute.by(EVENTS)           events by the first dimension, whose name is `dimension` ("" if there is none)
    minute.total("bounces")     one of `numbers`: a sum
    minute.total("revenue")     one of `values`: a sum too; distribution(minutes, "revenue") has number, mean
                                and standard deviation of the single values as well
    minute.by("page")           one of `keyed`: sums by key; `other` for keys that were not listed

A name that nothing was counted under in those minutes is not among them.

Sums are exact: of values up to 10^9 in six decimals. They change in the transaction that stores events, so
redelivery moves nothing. An item is written by one delivery at a time, since Lambda delivers a shard's
batches one after the other; the group spreads a minute's shards over four partition keys, each of which takes
1,000 write units a second.

A reader asks DynamoDB `queries(table, begin, end)`, every page of each, and gives all items to `series`:

    items = [item for query in queries(table, begin, end)
             for page in client.get_paginator("query").paginate(**query) for item in page["Items"]]
    for minute in series(items, begin, end): print(minute.at, minute.events, minute.total("revenue"))
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

GROUPS = 4
PREFIX = "totals#"
BY = "|"
"""Stands between a total's name and a key."""
SQUARES = "^2"
NUMBER = "^0"
LISTED = "listed|"
OTHER = "other"
"""The key of all keys that are not listed."""
EVENTS, DUPLICATES, REJECTED, CLIPPED = "events", "duplicates", "rejected", "clipped"
LAG = "lag"
"""Milliseconds from arrival to write, of all `events`. Its keys are powers of two: `lag|256` counts those of
128 to 255 ms."""
DIMENSION = "dimension"
"""The attribute that names the first dimension, by whose values `events` are counted too."""
NEWEST = "newest"
"""The attribute with the last events of a transaction: id, arrival in milliseconds, first dimension."""
MOST_NEWEST, LONGEST_NEWEST = 5, 200
"""How many it names, and how long an id may be that is named there."""
OWN = frozenset(
    {EVENTS, DUPLICATES, REJECTED, CLIPPED, LAG, DIMENSION, NEWEST, "listed", "pk", "sk", "expiresAt"}
)
"""Names that are not analytics' to count. `rejected` has its reasons as keys."""

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ZERO = Decimal(0)
_EXACT = Context(prec=60)  # DynamoDB's numbers have up to 38 digits, Python's default keeps 28


class Total(NamedTuple):
    """What one event adds to a total of its minute.

    >>> Total("revenue", Decimal("19.99"), squares=True).value, Total("country", key="DE").value
    (Decimal('19.99'), 1)
    """

    name: str
    """Letters and digits, beginning with a letter; from a closed list."""
    value: int | Decimal = 1
    key: str | None = None
    """Anything; a minute lists up to 80 keys of a name, each cut to 80 characters."""
    squares: bool = False
    """Sum up the value's square too, and count the values: gives the mean and the standard deviation, and
    tells one large value from many small ones. Without `key` only."""


@lru_cache(maxsize=64)
def place(shard_id: str, minute: int) -> tuple[str, str]:
    """Return pk and sk of a shard's item; `minute` counts minutes since the epoch.

    >>> place("shardId-000000000006", 29_455_384)
    ('totals#2026-01-02T03#2', '2026-01-02T03:04#shardId-000000000006')
    """
    at = f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%dT%H:%M}"
    number = shard_id.rpartition("-")[2]
    group = int(number) % GROUPS if number.isascii() and number.isdigit() else 0
    return f"{PREFIX}{at[:13]}#{group}", f"{at}#{shard_id}"


class NewestEvent(NamedTuple):
    """An event that was stored, as the totals of its minute name it."""

    at: datetime
    """When it arrived in the stream."""
    event: str
    """Its id: `eventId`, or its record's sequence number."""
    value: str = ""
    """That of the first dimension; empty without one."""


class Minute(NamedTuple):
    """The totals of one minute, of all shards."""

    at: datetime
    """Its beginning, UTC."""
    sums: Mapping[str, Decimal]
    """By name, and by name with `^0` and `^2`."""
    keyed: Mapping[str, Mapping[str, Decimal]]
    """By name, then by key."""
    dimension: str = ""
    """The first dimension, by which `events` are counted; empty without one."""
    newest: tuple[NewestEvent, ...] = ()
    """The last few events of each shard's last transaction, by time of arrival.

    A reader that looks once a second and keeps what it saw has the newest events of the stream."""

    @property
    def events(self) -> int:
        """Stored events that arrived in it."""
        return int(self.total(EVENTS))

    @property
    def rejected(self) -> int:
        """Records that arrived in it and are in quarantine."""
        return int(self.total(REJECTED))

    def total(self, name: str) -> Decimal:
        """Return a total; 0 if nothing was counted."""
        return self.sums.get(name, ZERO)

    def squares(self, name: str) -> Decimal:
        """Return the sum of squares of a total that is counted with them."""
        return self.sums.get(name + SQUARES, ZERO)

    def number(self, name: str) -> int:
        """Return how many values a total with squares has."""
        return int(self.sums.get(name + NUMBER, ZERO))

    def by(self, name: str) -> Mapping[str, Decimal]:
        """Return a total by key.

        >>> Minute(datetime(2026, 1, 2, tzinfo=UTC), {}, {"page": {"/page/7": Decimal(12)}}).by("page")
        {'/page/7': Decimal('12')}
        """
        return self.keyed.get(name, {})

    def longest_lag(self) -> int:
        """Return milliseconds that no event's lag reached, to the next power of two; 0 without events."""
        return max((int(key) for key in self.by(LAG)), default=0)


class Counted(NamedTuple):
    """What a handler counts, as its totals show it: names in alphabetical order."""

    dimension: str
    """The first dimension, by which `events` are counted; empty without one."""
    numbers: tuple[str, ...]
    """Totals that are sums only."""
    values: tuple[str, ...]
    """Totals with squares: sums of values that have a mean and a standard deviation."""
    keyed: tuple[str, ...]
    """Totals by key."""


def counted(minutes: Iterable[Minute]) -> Counted:
    """Return what is counted in these minutes besides the layer's own totals."""
    sums: set[str] = set()
    keyed: set[str] = set()
    dimension = ""
    for minute in minutes:
        sums |= minute.sums.keys()
        keyed |= minute.keyed.keys()
        dimension = minute.dimension or dimension
    values = {name.removesuffix(SQUARES) for name in sums if name.endswith(SQUARES)}
    numbers = {name for name in sums if not name.endswith((SQUARES, NUMBER))} - values
    return Counted(dimension, *(tuple(sorted(names - OWN)) for names in (numbers, values, keyed)))


class Distribution(NamedTuple):
    """The single values of a total that is counted with squares."""

    number: int
    mean: float
    deviation: float
    """The standard deviation of all the values (divided by their number)."""


def distribution(minutes: Iterable[Minute], name: str) -> Distribution | None:
    """Return how a total's values are distributed over these minutes; None if there are none."""
    number, total, squares = 0, ZERO, ZERO
    for minute in minutes:
        number += minute.number(name)
        total = _EXACT.add(total, minute.total(name))
        squares = _EXACT.add(squares, minute.squares(name))
    if not number:
        return None
    variance = _EXACT.subtract(_EXACT.multiply(squares, number), _EXACT.multiply(total, total))
    return Distribution(number, float(total) / number, float(max(variance, ZERO)) ** 0.5 / number)


def queries(table: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """Give the Query requests for each minute from `begin` up to, not with, `end`: four for an hour.

    Times have a zone; they are cut to the minute. Add `ConsistentRead` to see what was written just now.
    """
    first, last = minute_of(begin), minute_of(end)
    hour = first.replace(minute=0)
    while hour < last and first < last:
        low, high = max(first, hour), min(last, hour + HOUR) - MINUTE
        for group in range(GROUPS):
            yield {
                "TableName": table,
                "KeyConditionExpression": "pk = :hour AND sk BETWEEN :low AND :high",
                "ExpressionAttributeValues": {
                    ":hour": {"S": f"{PREFIX}{hour:%Y-%m-%dT%H}#{group}"},
                    ":low": {"S": f"{low:%Y-%m-%dT%H:%M}#"},
                    ":high": {"S": f"{high:%Y-%m-%dT%H:%M}$"},  # the character after "#"
                },
            }
        hour += HOUR


def series(items: Iterable[Mapping[str, Any]], begin: datetime, end: datetime) -> list[Minute]:
    """Return each minute from `begin` up to, not with, `end`, in order; those without items are empty.

    Items are as DynamoDB's client gives them, with types, in any order.
    """
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    dimensions: dict[str, str] = {}
    newest: dict[str, list[NewestEvent]] = defaultdict(list)
    keyed: dict[str, dict[str, dict[str, Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    for item in items:
        at = item["sk"]["S"].partition("#")[0]
        for attribute, typed in item.items():
            if attribute == DIMENSION:
                dimensions[at] = typed["S"]
            elif attribute == NEWEST:
                newest[at] += map(_stored, json.loads(typed["S"]))
            if "N" not in typed or attribute == "expiresAt":
                continue
            name, by, key = attribute.partition(BY)
            if by:
                keyed[at][name][key] = _EXACT.add(keyed[at][name][key], Decimal(typed["N"]))
            else:
                sums[at][name] = _EXACT.add(sums[at][name], Decimal(typed["N"]))
    found, moment, last = [], minute_of(begin), minute_of(end)
    while moment < last:
        at = f"{moment:%Y-%m-%dT%H:%M}"
        by_name = {name: dict(values) for name, values in keyed[at].items()}
        stored = tuple(sorted(newest[at]))
        found.append(Minute(moment, dict(sums[at]), by_name, dimensions.get(at, ""), stored))
        moment += MINUTE
    return found


def _stored(members: Sequence[Any]) -> NewestEvent:
    event, arrival, value = members
    return NewestEvent(datetime.fromtimestamp(arrival / 1000, UTC), event, value)


def minute_of(at: datetime) -> datetime:
    """Return the beginning of the minute in which a time is, in UTC."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC).replace(second=0, microsecond=0)
