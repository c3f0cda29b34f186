"""Stores each wave once; what is no wave is set aside."""

import base64
import json
import os
from decimal import Decimal
from typing import Any

import boto3

waves: Any = boto3.resource("dynamodb").Table(os.environ["WAVES"])
queue: Any = boto3.client("sqs")


def store(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Settle the records of a batch in their order, as far as it goes."""
    for record in event["Records"]:
        try:
            settle(record["kinesis"]["data"])
        except Exception as error:  # noqa: BLE001  whatever it is, the record comes again
            print(f"left for another delivery: {error!r}")  # noqa: T201  the function's log
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}


def settle(data: str) -> None:
    """Store a record, unless it is stored already; set it aside if it is no wave."""
    try:
        wave = json.loads(base64.b64decode(data), parse_float=Decimal)
        item = {"id": wave["id"], "buoy": wave["buoy"], "metres": wave["metres"]}
    except (ValueError, KeyError, TypeError):
        queue.send_message(QueueUrl=os.environ["SET_ASIDE"], MessageBody=data)
        return
    try:
        waves.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    except waves.meta.client.exceptions.ConditionalCheckFailedException:
        return
