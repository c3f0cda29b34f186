"""A plain handler: decodes each record, and writes the batch with as few calls as the API allows.

BatchWriteItem takes 25 items, so a batch of 100 records is four calls. Nothing else: no metrics, no checks.
"""

import base64
import json
import os
from itertools import batched
from typing import Any

import boto3

DYNAMODB = boto3.client("dynamodb")
TABLE = os.environ["TABLE"]
ITEMS = 25  # of a BatchWriteItem


def lambda_handler(event: dict[str, Any], _context: object) -> None:
    """Store every record of a batch; one that DynamoDB does not take fails the batch."""
    for records in batched(event["Records"], ITEMS):
        writes: Any = [{"PutRequest": {"Item": item(record["kinesis"]["data"])}} for record in records]
        answer = DYNAMODB.batch_write_item(RequestItems={TABLE: writes})
        if answer["UnprocessedItems"]:
            raise RuntimeError("DynamoDB left items unprocessed")


def item(data: str) -> dict[str, Any]:
    """Make the item of one record."""
    text = base64.b64decode(data).decode()
    return {"eventId": {"S": json.loads(text)["eventId"]}, "data": {"S": text}}
