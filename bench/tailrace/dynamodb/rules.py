"""Which requests for DynamoDB may go straight to DynamoDB Local, and what is changed in them. No I/O.

LocalStack parses each request through the service's model, writes it anew, and does the same to the answer:
twice the time that DynamoDB Local takes for a transaction of a hundred items. What it adds there are streams,
global tables, faults, ARNs as names, and the check of an index; a request that has to do with none of them
arrives as it was sent.
"""

import json
import re
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
# What LocalStack looks into: a name that is an ARN, and queries of an index.
LOOKED_INTO = re.compile(rb':table/|"IndexName"')
UNKNOWN = b"An unknown operation was requested"
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


def plain(body: bytes) -> bool:
    """Tell whether nothing in the request is for LocalStack to look into."""
    return LOOKED_INTO.search(body) is None


def worded(name: str, request: bytes, answer: HttpResponse) -> HttpResponse:
    """Return the answer as AWS words it, with its checksum.

    DynamoDB Local has another message for a BatchWriteItem without a key, and takes the blame for a request
    that is no JSON.
    """
    status, body = answer.status, answer.whole
    if name == "BatchWriteItem":
        body = body.replace(NO_KEY, KEY_MISSING)
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
