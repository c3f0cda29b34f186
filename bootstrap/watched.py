"""What the ledger says of the last minutes: their totals, and the anomalies found in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from detector.anomaly_store import PK as ANOMALIES
from detector.anomaly_store import AnomalyStore
from detector.findings import Gap, parts
from handler.once.totals import MINUTE, Minute, counted, distribution, queries, series

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_NEWEST = 3
_HOUR = timedelta(hours=1)


def minutes(dynamodb: "DynamoDBClient", table: str, begin: datetime, end: datetime) -> list[Minute]:
    """Return the totals of each minute from `begin` up to, not with, `end`."""
    pager = dynamodb.get_paginator("query")
    items = [
        item
        for query in queries(table, begin, end)
        for page in pager.paginate(**query, ConsistentRead=True)
        for item in page["Items"]
    ]
    return series(items, begin, end)


def newest_minute(dynamodb: "DynamoDBClient", table: str, now: datetime) -> Minute | None:
    """Return the newest minute of the last hour for which there are totals."""
    found = minutes(dynamodb, table, now - _HOUR, now + MINUTE)
    return next((minute for minute in reversed(found) if minute.sums), None)


def totals_of(minute: Minute) -> list[str]:
    """Return what the handler counts besides events, in words: sums, and the mean where it is known.

    >>> sums = {"sold": Decimal("41.5"), "sold^0": Decimal(4), "sold^2": Decimal(500), "alerts": Decimal(3)}
    >>> totals_of(Minute(datetime.min, sums, {}))
    ['sold 41.50 (mean 10.38)', 'alerts 3']
    """
    found = counted([minute])
    means = {name: distribution([minute], name) for name in found.values}
    said = [
        f"{name} {_plain(minute.total(name))} (mean {_plain(mean.mean)})"
        for name, mean in means.items()
        if mean
    ]
    return said + [f"{name} {_plain(minute.total(name))}" for name in found.numbers]


def _plain(value: float | Decimal) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def newest_anomalies(dynamodb: "DynamoDBClient", table: str, since: datetime | None = None) -> list[str]:
    """Return the newest anomalies in words, the newest first; `since` leaves out those that began earlier."""
    earliest = f"{since:%Y-%m-%dT%H:%M}" if since else "0"
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :anomalies AND sk >= :earliest",
        ExpressionAttributeValues={":anomalies": {"S": ANOMALIES}, ":earliest": {"S": earliest}},
        ScanIndexForward=False,
        ConsistentRead=True,
        PaginationConfig={"MaxItems": _NEWEST},
    )
    found = []
    for item in islice((item for page in pages for item in page["Items"]), _NEWEST):
        minute, kind = item["sk"]["S"].partition("#")[0], item["kind"]["S"]
        seen, expected = float(item["seen"]["N"]), float(item["expected"]["N"])
        found.append(f"{minute} {kind} of {item['series']['S']}: {seen:,.0f} seen, {expected:,.0f} expected")
    return found


@dataclass(frozen=True)
class LedgerTable:
    """The ledger table, with what the detector keeps in it."""

    dynamodb: "DynamoDBClient"
    table: str
    retention_days: int

    def history(self, begin: datetime, end: datetime) -> list[Minute]:
        """Return the minutes that the detector takes for the history of `end`: those since it began anew."""
        book = self._book
        return list(parts(book.totals(begin, end).minutes, book.gaps(begin))[-1])

    def looked_until(self) -> datetime | None:
        """Return the first minute that the detector has not looked at; None before its first look."""
        return self._book.looked_until()

    def note_gap(self, since: datetime) -> None:
        """Have the detector begin anew with this minute; what comes in the one before it is nobody's."""
        self._book.note_gap(Gap(since - MINUTE, since))

    def anomalies(self, since: datetime) -> list[str]:
        """Return those that began from a minute on, in words, the newest first."""
        return newest_anomalies(self.dynamodb, self.table, since)

    @property
    def _book(self) -> AnomalyStore:
        return AnomalyStore(self.dynamodb, self.table, self.retention_days)
