"""The recipe's approach as it is meant: a `PutItem` and a `PutMetricData` an event (two for a purchase).

Only for `benchmarks/`. It differs from the recipe's text where that text would lose events and so flatter the
figures: floats become Decimal before they reach DynamoDB. All else is its way, the swallowed errors too.
"""

import base64
import json
import os
import time
from decimal import Decimal
from typing import Any

import boto3

RESULTS = boto3.resource("dynamodb").Table(os.environ["DYNAMODB_TABLE"])
CLOUDWATCH = boto3.client("cloudwatch")
NAMESPACE = os.environ["METRIC_NAMESPACE"]

METRICS_OF: dict[str, dict[str, Any]] = {
    "page_view": {"pageUrl": "", "loadTime": 0},
    "purchase": {"amount": 0, "currency": "USD", "itemsCount": 0},
    "user_signup": {"signupMethod": "email", "campaignSource": "direct"},
}


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Store and count each record by itself; what fails is printed and forgotten, as the recipe does."""
    print(f"Received {len(event['Records'])} records from Kinesis")  # noqa: T201  the recipe's way
    done = failed = 0
    for record in event["Records"]:
        try:
            one(record["kinesis"])
            done += 1
        except Exception as error:  # noqa: BLE001  the recipe's way, measured as it is
            print(f"Error processing record: {error}")  # noqa: T201  the recipe's way
            failed += 1
    print(f"Successfully processed {done} records, {failed} failed")  # noqa: T201  the recipe's way
    return {"processed": done, "failed": failed}


def one(record: dict[str, Any]) -> None:
    """Store one record's event and count it."""
    data = json.loads(base64.b64decode(record["data"]), parse_float=Decimal)
    kind, device = data.get("eventType", "unknown"), data.get("deviceType", "unknown")
    RESULTS.put_item(
        Item={
            "eventId": data.get("eventId", record["sequenceNumber"]),
            "timestamp": int(record["approximateArrivalTimestamp"]),
            "processedAt": int(time.time()),
            "eventType": kind,
            "userId": data.get("userId", "anonymous"),
            "sessionId": data.get("sessionId", ""),
            "deviceType": device,
            "location": data.get("location", {}),
            "metrics": {name: data.get(name, default) for name, default in METRICS_OF.get(kind, {}).items()},
            "rawData": data,
        },
    )
    dimensions = [{"Name": "EventType", "Value": kind}, {"Name": "DeviceType", "Value": device}]
    count(dimensions, "EventsProcessed", 1, "Count")
    if kind == "purchase":
        count(dimensions[:1], "PurchaseAmount", float(data.get("amount", 0)), "None")


def count(dimensions: list[Any], name: str, value: float, unit: str) -> None:
    """Send one value in a call of its own."""
    datum: Any = {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}
    CLOUDWATCH.put_metric_data(Namespace=NAMESPACE, MetricData=[datum])
