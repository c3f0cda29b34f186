"""What runs in Lambda: each reading is kept, with a warning where a plant is in danger."""

import base64
import json
import os
import time
from typing import Any

import boto3

FROST, HEAT = 2, 35  # degrees Celsius
dynamodb = boto3.client("dynamodb")


def keep(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Store a batch of readings; what cannot be stored is tried again, and what follows it in the shard."""
    for record in event["Records"]:
        try:
            dynamodb.put_item(TableName=os.environ["TABLE"], Item=item(record["kinesis"]))
        except Exception as error:  # noqa: BLE001  whatever it is: Lambda shall try again from here
            print(f"{record['eventID']}: {error!r}")  # noqa: T201  the function's log
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}


def item(record: dict[str, Any]) -> dict[str, Any]:
    """Return the item of one reading."""
    reading = json.loads(base64.b64decode(record["data"]))
    return {
        "reading": {"S": reading["id"]},
        "sensor": {"S": record["partitionKey"]},
        "celsius": {"N": str(reading["celsius"])},
        "warning": {"S": warning(reading["celsius"])},
        "sequenceNumber": {"S": record["sequenceNumber"]},
        "keptAt": {"N": str(time.time_ns())},
    }


def warning(celsius: float) -> str:
    """Say what is wrong with a temperature, if anything.

    >>> warning(40.5)
    'heat'
    """
    return "frost" if celsius < FROST else "heat" if celsius > HEAT else "none"
