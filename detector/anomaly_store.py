"""The detector's side of the ledger table: totals are read, anomalies kept.

pk `anomalies`, sk `MINUTE#KIND` (`2026-01-02T03:04#spike`; of a total `…#outlier#revenue`): kind, series,
    begin, end, expected, seen, strength, notified (false until the topic has taken the message), expiresAt
pk `detector`, sk `looked`: `until`, the first minute that has not been looked at yet
pk `detector`, sk `gap#SINCE` (`gap#2026-01-02T03:04`): `until`, `since`, expiresAt. Whoever made the traffic
    says that it ended as planned: minutes from `until` on are not judged, from `since` on history is another
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from detector.findings import Anomaly, Gap, whole_until
from handler.once.totals import NUMBER, SQUARES, Minute, counted, queries, series

PK = "anomalies"
DETECTOR = "detector"
GAP = "gap#"
LOOKED = {"pk": {"S": DETECTOR}, "sk": {"S": "looked"}}
READ = ("sk", "events", "rejected", "lag")
"""Of each minute, which may have hundreds of totals by key."""
RECENT = timedelta(minutes=10)
"""Whose minutes are read whole: they say what the handler counts."""
MOST = 40
"""Totals of a handler that are watched: DynamoDB's expression has a bound."""
KNOWN_ALREADY = "ConditionalCheckFailedException"


class RecentTotals(NamedTuple):
    """What is read: minutes in order, and the first that may not be whole yet; None if nothing is known."""

    minutes: list[Minute]
    whole_until: datetime | None


@dataclass(frozen=True, slots=True)
class AnomalyStore:
    """The ledger table, through DynamoDB's client."""

    client: Any
    table: str
    retention_days: int

    def totals(self, begin: datetime, end: datetime) -> RecentTotals:
        """Return the totals of each minute from `begin` up to, not with, `end`."""
        recent = max(begin, end - RECENT)
        items = list(self._items(begin, end, self._counted(series(self._items(recent, end), recent, end))))
        return RecentTotals(series(items, begin, end), whole_until(item["sk"]["S"] for item in items))

    @staticmethod
    def _counted(recent: Iterable[Minute]) -> list[str]:
        """Name what is read of a minute, the handler's totals too."""
        known = counted(recent)
        of_values = [f"{name}{part}" for name in known.values[:MOST] for part in ("", NUMBER, SQUARES)]
        return [*READ, *of_values, *known.numbers[:MOST]]

    def _items(
        self, begin: datetime, end: datetime, attributes: Iterable[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Read minutes; of each only these attributes, if any are named."""
        names = {f"#{number}": name for number, name in enumerate(attributes)}
        only = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
        pager = self.client.get_paginator("query")
        for query in queries(self.table, begin, end):
            for page in pager.paginate(**query, **only, ConsistentRead=True):
                yield from page["Items"]

    def looked_until(self) -> datetime | None:
        """Return the first minute that was not looked at by the last run; None before the first run."""
        item = self.client.get_item(TableName=self.table, Key=LOOKED, ConsistentRead=True).get("Item")
        return datetime.fromisoformat(item["until"]["S"]) if item else None

    def note_looked(self, until: datetime) -> None:
        """Note that all minutes before `until` were looked at."""
        item = LOOKED | {"until": {"S": until.isoformat()}}
        self.client.put_item(TableName=self.table, Item=item)

    def gaps(self, begin: datetime) -> list[Gap]:
        """Return the gaps after which history began anew, from `begin` on, oldest first."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": DETECTOR},
                ":first": {"S": f"{GAP}{begin:%Y-%m-%dT%H:%M}"},
                ":last": {"S": f"{GAP}~"},
            },
            ConsistentRead=True,
        )
        return [
            Gap(datetime.fromisoformat(item["until"]["S"]), datetime.fromisoformat(item["since"]["S"]))
            for page in pages
            for item in page["Items"]
        ]

    def note_gap(self, gap: Gap) -> None:
        """Note a gap."""
        expires = int(gap.since.timestamp()) + self.retention_days * 86_400
        item = {
            "pk": {"S": DETECTOR},
            "sk": {"S": f"{GAP}{gap.since:%Y-%m-%dT%H:%M}"},
            "until": {"S": gap.until.isoformat()},
            "since": {"S": gap.since.isoformat()},
            "expiresAt": {"N": str(expires)},
        }
        self.client.put_item(TableName=self.table, Item=item)

    def note(self, anomaly: Anomaly) -> bool:
        """Keep an anomaly; tell whether it is new. One that is known only has its end and peak moved."""
        try:
            self.client.put_item(
                TableName=self.table,
                Item=self._item(anomaly) | {"notified": {"BOOL": False}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != KNOWN_ALREADY:
                raise
            self._extend(anomaly)
            return False
        return True

    def unannounced(self) -> list[Anomaly]:
        """Return the kept anomalies of the last day of which nobody was told yet, oldest first."""
        since = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M}"
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk > :since",
            FilterExpression="notified = :no",
            ExpressionAttributeValues={":pk": {"S": PK}, ":since": {"S": since}, ":no": {"BOOL": False}},
            ConsistentRead=True,
        )
        return [_anomaly(item) for page in pages for item in page["Items"]]

    def note_said(self, anomaly: Anomaly) -> None:
        """Note that the topic has taken the message."""
        self.client.update_item(
            TableName=self.table,
            Key=_key(anomaly),
            UpdateExpression="SET notified = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
        )

    def _extend(self, anomaly: Anomaly) -> None:
        values = self._item(anomaly)
        self.client.update_item(
            TableName=self.table,
            Key=_key(anomaly),
            UpdateExpression="SET #end = :end, seen = :seen, expected = :expected, strength = :strength",
            ExpressionAttributeNames={"#end": "end"},
            ExpressionAttributeValues={
                f":{name}": values[name] for name in ("end", "seen", "expected", "strength")
            },
        )

    def _item(self, anomaly: Anomaly) -> dict[str, Any]:
        expires = int(anomaly.begin.timestamp()) + self.retention_days * 86_400
        return _key(anomaly) | {
            "kind": {"S": anomaly.kind},
            "series": {"S": anomaly.series},
            "begin": {"S": anomaly.begin.isoformat()},
            "end": {"S": anomaly.end.isoformat()},
            "expected": _number(anomaly.expected),
            "seen": _number(anomaly.seen),
            "strength": _number(anomaly.strength),
            "expiresAt": {"N": str(expires)},
        }


def _key(anomaly: Anomaly) -> dict[str, Any]:
    return {"pk": {"S": PK}, "sk": {"S": anomaly.name}}


def _number(value: float) -> dict[str, str]:
    return {"N": str(Decimal(repr(round(value, 6))))}


def _anomaly(item: dict[str, Any]) -> Anomaly:
    return Anomaly(
        item["kind"]["S"],
        item["series"]["S"],
        datetime.fromisoformat(item["begin"]["S"]),
        datetime.fromisoformat(item["end"]["S"]),
        float(item["expected"]["N"]),
        float(item["seen"]["N"]),
        float(item["strength"]["N"]),
    )
