"""What the ledger says of the last minutes: their totals, and the anomalies found in them."""

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from handler.totals import MINUTE, Minute, queries, series

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ANOMALIES = "anomalies"
"""The partition key of anomalies; their sort key is `MINUTE#KIND`."""
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


def newest_anomalies(dynamodb: "DynamoDBClient", table: str) -> list[str]:
    """Return the newest anomalies in words, the newest first."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :anomalies",
        ExpressionAttributeValues={":anomalies": {"S": ANOMALIES}},
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": _NEWEST},
    )
    found = []
    for item in islice((item for page in pages for item in page["Items"]), _NEWEST):
        minute, _, kind = item["sk"]["S"].partition("#")
        seen, expected = float(item["seen"]["N"]), float(item["expected"]["N"])
        found.append(f"{minute} {kind} of {item['series']['S']}: {seen:,.0f} seen, {expected:,.0f} expected")
    return found
