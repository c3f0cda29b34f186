"""Keeps the newest event of each of a few hundred keys: the table does not grow; counts each batch."""

import base64
import json
import os
import time
from itertools import batched
from typing import Any

import boto3

DYNAMODB = boto3.client("dynamodb")
TABLE = os.environ["TABLE"]
ITEMS = 25  # of a BatchWriteItem
METRIC = {"Namespace": TABLE, "Dimensions": [[]], "Metrics": [{"Name": "Events", "Unit": "Count"}]}


def lambda_handler(event: dict[str, Any], _context: object) -> None:
    """Store the newest event of each key, and print a metric in embedded format."""
    events = [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
    newest = {one["key"]: str(one["number"]) for one in events}
    for part in batched(newest.items(), ITEMS):
        writes: Any = [
            {"PutRequest": {"Item": {"eventId": {"S": key}, "number": {"N": str(number)}}}}
            for key, number in part
        ]
        if DYNAMODB.batch_write_item(RequestItems={TABLE: writes})["UnprocessedItems"]:
            raise RuntimeError("DynamoDB left items unprocessed")
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [METRIC]}
    print(json.dumps({"_aws": metadata, "Events": len(events)}))  # noqa: T201  where Lambda's log comes from
