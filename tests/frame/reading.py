"""What is in a pipeline's table, queues, metrics and log."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any, NamedTuple

from tailrace.testing.audit import DeadLettered, Quarantined, Stored

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import DatapointTypeDef
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_sqs import SQSClient

type Item = dict[str, Any]


def scan(dynamodb: "DynamoDBClient", table: str, key: str = "") -> Iterator[Item]:
    """Give every item of a table as Python's values; with `key`, those whose partition key begins so."""
    only: Any = {}
    if key:
        only["FilterExpression"] = "begins_with(partitionKey, :key)"
        only["ExpressionAttributeValues"] = {":key": {"S": key}}
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **only):
        yield from map(_values, page["Items"])


def of_event(dynamodb: "DynamoDBClient", table: str, event_id: str) -> list[Item]:
    """Return every item of one event."""
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="eventId = :id",
        ExpressionAttributeValues={":id": {"S": event_id}},
        ConsistentRead=True,
    )
    return [_values(item) for item in found["Items"]]


def stored(dynamodb: "DynamoDBClient", table: str) -> Iterator[Stored]:
    """Give what the audit looks at of every item of a table."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression="eventId, partitionKey, sequenceNumber, appliedAt",
    )
    for page in pages:
        for item in page["Items"]:
            yield for_audit(_values(item))


def for_audit(item: Item) -> Stored:
    """Return what the audit looks at of an item."""
    return Stored(item["eventId"], item["partitionKey"], item["sequenceNumber"], int(item["appliedAt"]))


def by_key(dynamodb: "DynamoDBClient", table: str, keys: Iterable[tuple[str, int]]) -> Iterator[Item]:
    """Give the items of these keys that exist, 100 to a call."""
    for group in batched(keys, 100):
        wanted: Any = {
            table: {
                "Keys": [{"eventId": {"S": name}, "timestamp": {"N": str(at)}} for name, at in group],
                "ConsistentRead": True,
            }
        }
        while wanted:
            answer = dynamodb.batch_get_item(RequestItems=wanted)
            yield from map(_values, answer["Responses"][table])
            wanted = answer["UnprocessedKeys"]


def _values(item: Any) -> Item:  # noqa: ANN401  DynamoDB's typed values
    return {name: _plain(value) for name, value in item.items()}


def _plain(typed: dict[str, Any]) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return a typed value as Python's: faster than boto3's way, which matters for 10,000 items."""
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return Decimal(value)
        case "M":
            return _values(value)
        case "L":
            return [_plain(each) for each in value]
        case "NULL":
            return None
        case _:
            return value


def count(dynamodb: "DynamoDBClient", table: str) -> int:
    """Count the items of a table."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)


def drain(sqs: "SQSClient", url: str) -> Iterator[Item]:
    """Take every message from a queue; a message is deleted when it has been read."""
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            yield json.loads(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


class QuarantinedRecord(NamedTuple):
    """A quarantined record, its parts put together."""

    message: Item
    data: bytes

    @property
    def for_audit(self) -> Quarantined:
        """Return what the audit looks at."""
        number = self.message["sequenceNumber"]
        element = self.message["eventId"] or number
        return Quarantined(element, self.message["shardId"], number, self.message["reason"])


def assemble(messages: Iterable[Item]) -> list[QuarantinedRecord]:
    """Put the messages of quarantine together, each record from its parts; a part twice is a record twice."""
    whole: list[QuarantinedRecord] = []
    cut: defaultdict[str, dict[int, Item]] = defaultdict(dict)
    for message in messages:
        parts = cut[message["sequenceNumber"]]
        parts[message.get("part", 1)] = message
        if len(parts) == message.get("parts", 1):
            data = b"".join(base64.b64decode(parts[part]["data"]) for part in sorted(parts))
            whole.append(QuarantinedRecord(message, data))
            parts.clear()
    return whole


def dead_letter(message: Item) -> DeadLettered:
    """Return what the audit looks at of a message that the mapping sent."""
    batch = message["KinesisBatchInfo"]
    return DeadLettered(batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])


class Sum(NamedTuple):
    """The statistics of one metric."""

    samples: float = 0
    total: float = 0
    low: float | None = None
    high: float | None = None


class Series(NamedTuple):
    """One metric, as CloudWatch tells them apart."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


def metric(cloudwatch: "CloudWatchClient", series: Series) -> Sum:
    """Sum up one metric over the last two hours."""
    points = _points(cloudwatch, series)
    while any("SampleCount" not in point for point in points):
        points = _points(cloudwatch, series)  # LocalStack reads one statistic after the other: a value came
    if not points:
        return Sum()
    return Sum(
        sum(point["SampleCount"] for point in points),
        sum(point["Sum"] for point in points),
        min(point["Minimum"] for point in points),
        max(point["Maximum"] for point in points),
    )


def _points(cloudwatch: "CloudWatchClient", series: Series) -> "list[DatapointTypeDef]":
    now = datetime.now(UTC)
    return cloudwatch.get_metric_statistics(
        Namespace=series.namespace,
        MetricName=series.name,
        Dimensions=[{"Name": name, "Value": value} for name, value in series.dimensions.items()],
        StartTime=now - timedelta(hours=2),
        EndTime=now + timedelta(minutes=5),
        Period=60,
        Statistics=["SampleCount", "Sum", "Minimum", "Maximum"],
    )["Datapoints"]


def all_series(cloudwatch: "CloudWatchClient", namespace: str) -> list[Series]:
    """Return every metric of a namespace. AWS lists a new one after up to 15 minutes."""
    return [
        Series(
            namespace,
            each["MetricName"],
            {dimension["Name"]: dimension["Value"] for dimension in each.get("Dimensions", [])},
        )
        for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace)
        for each in page["Metrics"]
    ]


def log(logs: "CloudWatchLogsClient", group: str) -> list[str]:
    """Return every line of a log group, oldest first."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [entry["message"] for page in pages for entry in page["events"]]
