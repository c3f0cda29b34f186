"""Lets Java learn, once, which classes DynamoDB Local needs, so that every later start finds them linked."""

import http.client
import json
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tailrace.control.processes import free_port

from .java import HOST, DynamoDBLocal

TABLE = "training"
PATIENCE = 300.0  # seconds, for the start and again for what it writes at its end; busy, it has taken over 60
KEY = {"id": {"S": "a"}, "at": {"N": "1"}}
RAW = {"text": {"S": "b"}, "number": {"N": "1.5"}, "list": {"L": []}}
ITEM = {**KEY, "kind": {"S": "view"}, "raw": {"M": RAW}}
PUT = {"TableName": TABLE, "Item": ITEM, "ConditionExpression": "attribute_not_exists(id)"}
REQUESTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (
        "CreateTable",
        {
            "TableName": TABLE,
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
            "KeySchema": [
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    ),
    ("DescribeTable", {"TableName": TABLE}),
    (
        "UpdateTimeToLive",
        {"TableName": TABLE, "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True}},
    ),
    ("TransactWriteItems", {"TransactItems": [{"Put": PUT}]}),
    ("BatchWriteItem", {"RequestItems": {TABLE: [{"PutRequest": {"Item": ITEM}}]}}),
    ("PutItem", {"TableName": TABLE, "Item": ITEM}),
    ("PutItem", PUT),  # refused by its condition
    ("TransactWriteItems", {"TransactItems": [{"Put": PUT}]}),  # cancelled
    ("GetItem", {"TableName": TABLE, "Key": KEY}),
    ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [KEY]}}}),
    (
        "UpdateItem",
        {
            "TableName": TABLE,
            "Key": KEY,
            "UpdateExpression": "SET kind = :k",
            "ExpressionAttributeValues": {":k": {"S": "c"}},
        },
    ),
    (
        "Query",
        {
            "TableName": TABLE,
            "KeyConditionExpression": "id = :i",
            "ExpressionAttributeValues": {":i": {"S": "a"}},
        },
    ),
    ("Scan", {"TableName": TABLE, "Select": "COUNT"}),
    ("DeleteItem", {"TableName": TABLE, "Key": KEY}),
    ("ListTables", {}),
    ("DeleteTable", {"TableName": TABLE}),
)


class TrainingError(Exception):
    """Java learned nothing; DynamoDB Local works without, and starts more slowly."""


def train(server: DynamoDBLocal, cache: Path) -> None:
    """Start DynamoDB Local, use it as a pipeline does, and end it, upon which Java writes `cache`."""
    port = free_port()
    command = server.command(port, f"-XX:AOTCacheOutput={cache}")
    with subprocess.Popen(
        command,
        env=server.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            _exercise(program, port)
            program.send_signal(signal.SIGTERM)
            program.wait(PATIENCE)
        except (OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
            raise TrainingError(f"DynamoDB Local could not be tried out: {error!r}") from error
        finally:
            program.kill()
    if not cache.exists():
        raise TrainingError("Java wrote nothing")


def _exercise(program: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while program.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            _ask(connection, "ListTables", {})
        except ConnectionRefusedError:
            time.sleep(0.05)
            continue
        for operation, body in REQUESTS:
            _ask(connection, operation, body)
        return
    raise TrainingError(f"DynamoDB Local did not start (exit code {program.poll()})")


def _ask(connection: http.client.HTTPConnection, operation: str, body: Mapping[str, Any]) -> None:
    """Send one request; its answer, and even its refusal, is as good as any: Java has seen the classes."""
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=training/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=0",
    }
    connection.request("POST", "/", json.dumps(body), headers)
    connection.getresponse().read()
