"""Which requests for DynamoDB may go straight to where the tables are, and what is changed in them. No I/O.

LocalStack parses each request through the service's model, writes it anew, and does the same to the answer:
many times what a transaction of a hundred items takes in memory. What it adds there are streams, global
tables, faults, and ARNs as names; a request that has to do with none of them arrives as it was sent.
"""

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from zlib import crc32

from tailrace.door.request import HttpResponse

PREFIX = "DynamoDB_20120810."
OPERATIONS = frozenset(
    {
        "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan",
        "TransactGetItems", "TransactWriteItems", "UpdateItem",
    }
)  # fmt: skip
CREDENTIAL = re.compile(r"Credential=([\w.-]+)/(\d{8})/([a-z0-9-]+)/dynamodb/", re.IGNORECASE)
AT_DYNAMODB_LOCAL = OPERATIONS | {
    "BatchExecuteStatement", "CreateTable", "DeleteTable", "DescribeLimits", "DescribeTable",
    "DescribeTimeToLive", "ExecuteStatement", "ExecuteTransaction", "ListTables", "ListTagsOfResource",
    "TagResource", "UntagResource", "UpdateTable", "UpdateTimeToLive",
}  # fmt: skip
"""All operations that DynamoDB Local has."""
ESCAPED = b"\\u00"
"""How a letter of a table's name would be escaped in JSON."""
UNKNOWN = b"An unknown operation was requested"
UNKNOWN_OPERATION = "UnknownOperationException"
NO_OPERATION = b'{"__type":"com.amazonaws.dynamodb.v20120810#%s","Message":"%s."}' % (
    UNKNOWN_OPERATION.encode(),
    UNKNOWN,
)
NO_KEY = b"One of the required keys was not given a value"
NO_JSON = b'{"__type":"com.amazon.coral.service#SerializationException"}'
CHECKSUM = "x-amz-crc32"
KEY_MISSING = b"The provided key element does not match the schema"
ERROR = re.compile(rb'"__type"\s*:\s*"(?:[^"#]*#)?(\w+)"')


def error(answer: HttpResponse) -> str:
    """Return the error's code; empty if there is none."""
    return code(answer.whole) if answer.status >= HTTPStatus.BAD_REQUEST else ""


def code(body: bytes) -> str:
    """Return the code that an error's body names; empty if it names none.

    >>> code(b'{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}')
    'ResourceNotFoundException'
    """
    found = ERROR.search(body)
    return found[1].decode() if found else ""


def readdressed(authorization: str, space: str) -> str:
    """Return the header with a space of tables as its access key: by it DynamoDB Local keeps them apart.

    >>> readdressed("AWS4 Credential=me/20260102/us-east-1/dynamodb/aws4_request, Signature=0", "0useast1")
    'AWS4 Credential=0useast1/20260102/us-east-1/dynamodb/aws4_request, Signature=0'
    """
    return CREDENTIAL.sub(rf"Credential={space}/\2/\3/dynamodb/", authorization, count=1)


def space(authorization: str) -> str:
    """Return the space of tables that a header is addressed to: its access key.

    >>> space("AWS4 Credential=0useast1/20260102/us-east-1/dynamodb/aws4_request, Signature=0")
    '0useast1'
    """
    found = CREDENTIAL.search(authorization)
    return found[1] if found else ""


def may_name(body: bytes, tables: Iterable[str]) -> bool:
    """Tell whether a request may name one of these tables: it has the name as a text, or escaped letters.

    >>> may_name(b'{"TableName":"orders"}', ["order"]), may_name(b'{"TableName":"orders"}', ["orders"])
    (False, True)
    """
    return ESCAPED in body or any(b'"%s"' % table.encode() in body for table in tables)


def in_aws_words(name: str, body: bytes) -> bytes:
    """Return an answer's body with AWS's message for a BatchWriteItem without a key."""
    return body.replace(NO_KEY, KEY_MISSING) if name == "BatchWriteItem" else body


def worded(name: str, request: bytes, answer: HttpResponse) -> HttpResponse:
    """Return the answer as AWS words it, with its checksum.

    DynamoDB Local has another message for a BatchWriteItem without a key, and takes the blame for a request
    that is no JSON.
    """
    status, body = answer.status, in_aws_words(name, answer.whole)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and not is_object(request):
        status, body = HTTPStatus.BAD_REQUEST, NO_JSON
    ours = {"content-length": ("Content-Length", str(len(body))), "x-amz-crc32": (CHECKSUM, str(crc32(body)))}
    headers = [(key, value) for key, value in answer.headers if key.lower() not in ours]
    return HttpResponse(status, [*headers, *ours.values()], body)


def is_object(body: bytes) -> bool:
    """Tell whether a request is an object of JSON."""
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
