"""What a request is: service, operation and resources, as its headers and its body tell. Pure.

The service is the one that the request was signed for. Where neither X-Amz-Target, nor the path of a request
in CBOR, nor an `Action` names the operation, the service's model does (`door.py`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from tailrace.arns import Arn

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.IGNORECASE)
CBOR_PATH = re.compile(r"/service/\w+/operation/(\w+)$")
SERVICES = {"monitoring": "cloudwatch", "email": "ses", "elasticfilesystem": "efs"}
"""Services that are signed for by another name than the SDKs have for them."""
STREAMS = "DynamoDBStreams_"
NAMES = (
    "TableName", "StreamName", "StreamARN", "QueueUrl", "TopicArn", "FunctionName", "logGroupName",
    "Namespace", "Bucket", "DeliveryStreamName", "EventBusName", "stateMachineArn", "SecretId", "Name",
    "KeyId", "ResourceArn",
)  # fmt: skip
"""Members of a request that name what it is about."""
DYNAMODB_BATCHES = {"BatchGetItem", "BatchWriteItem"}
PATHS = {
    "lambda": re.compile(r"/functions/([^/]+)"),
    "s3": re.compile(r"^/([^/?]+)"),
}
"""Where the path of a request names what it is about."""


class Signed(NamedTuple):
    """By whom a request is signed, for where and what."""

    key: str
    region: str
    service: str


def signed(authorization: str) -> Signed | None:
    """Return what the header Authorization says; None if it is no signature of AWS's.

    >>> signed("AWS4-HMAC-SHA256 Credential=me/20260102/us-east-1/monitoring/aws4_request, Signature=0")
    Signed(key='me', region='us-east-1', service='cloudwatch')
    """
    found = CREDENTIAL.search(authorization)
    return Signed(found[1], found[2], SERVICES.get(found[3], found[3])) if found else None


def operation(target: str, path: str, fields: Mapping[str, Any]) -> str:
    """Return the operation that the request itself names; empty if it does not."""
    if target:
        return target.rpartition(".")[2]
    if found := CBOR_PATH.search(path):
        return found[1]
    return str(fields.get("Action", ""))


def form(body: bytes, query: str) -> dict[str, Any]:
    """Return the members of a request in the query protocol.

    >>> form(b"Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Aalarms", "")["Action"]
    'Publish'
    """
    return dict(parse_qsl(body.decode("utf-8", "replace") or query, keep_blank_values=True))


def resources(service: str, name: str, path: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what a request is about: tables, streams, queues, functions."""
    found = [_name(fields[member]) for member in NAMES if isinstance(fields.get(member), str)]
    if service == "dynamodb":
        found += map(_name, _tables(name, fields))
    if pattern := PATHS.get(service):
        found += [_name(one[1]) for one in [pattern.search(path)] if one]
    return tuple(dict.fromkeys(found))


def _tables(name: str, fields: Mapping[str, Any]) -> Iterator[str]:
    if name in DYNAMODB_BATCHES and isinstance(fields.get("RequestItems"), Mapping):
        yield from fields["RequestItems"]
    for entry in fields.get("TransactItems") or ():
        if isinstance(entry, Mapping):
            yield from (str(one["TableName"]) for one in entry.values() if "TableName" in one)


def _name(text: str) -> str:
    """Return the name in an ARN, in a queue's address, or as it stands.

    >>> _name("http://localhost:4566/000000000000/dead"), _name("arn:aws:kinesis:us-east-1:0:stream/a")
    ('dead', 'a')
    """
    arn = Arn.maybe(text)
    if arn:
        return arn.name
    return text.rstrip("/").rpartition("/")[2] if text.startswith("http") else text
