"""Stores each reading once, in order; a record that is none is set aside, and a failure is reported."""

import base64
import json
import os
import time
from decimal import Decimal
from typing import Any

import boto3

TABLE, SET_ASIDE = os.environ.get("TABLE", ""), os.environ.get("SET_ASIDE", "")
table: Any = boto3.resource("dynamodb").Table(TABLE)
queue: Any = boto3.client("sqs")

type Record = dict[str, Any]


def write(reading: Record) -> None:
    """Store a reading, unless it is stored already."""
    try:
        table.put_item(
            Item={**reading, "times": 1, "at": time.time_ns()}, ConditionExpression="attribute_not_exists(id)"
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return


def parsed(record: Record) -> Record:
    """Read a record. Raises ValueError, KeyError or TypeError if it is no reading."""
    reading = json.loads(base64.b64decode(record["kinesis"]["data"]), parse_float=Decimal)
    return {**reading, "id": str(reading["id"])}


def set_aside(record: Record) -> None:
    """Keep a record that is no reading."""
    queue.send_message(QueueUrl=SET_ASIDE, MessageBody=record["kinesis"]["data"])


def handler(event: Record, _context: object) -> Record:
    """Settle a batch, in order, as far as it goes."""
    for record in event["Records"]:
        try:
            reading = parsed(record)
        except (ValueError, KeyError, TypeError):
            set_aside(record)
            continue
        try:
            write(reading)
        except Exception as error:  # noqa: BLE001  whatever it is, the record comes again
            print(f"left for another delivery: {error}")  # noqa: T201  the function's log
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}
