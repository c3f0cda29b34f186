"""A table's changes as its stream and its Kinesis destination have them. Pure.

LocalStack builds the records; what differs from AWS is set right here: numbers are spelled as DynamoDB keeps
them, a write that changes nothing is no change, ids are as long as AWS's, and for Kinesis times are in
milliseconds and each item has a partition key of its own.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import md5
from typing import Any

type Record = dict[str, Any]
type Item = Mapping[str, Any]
STREAM_ONLY = {"StreamViewType", "SequenceNumber"}
MICROSECOND = "MICROSECOND"
STATEMENT = re.compile(
    r"""\s*(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM)\s+(?:"([^"]+)"|([^\s."]+))""", re.IGNORECASE
)
"""A PartiQL statement that writes, with its table's name, quoted or not."""
TABLE = re.compile(r"""\b(?:FROM|INTO|UPDATE)\s+(?:"([^"]+)"|([^\s."()]+))""", re.IGNORECASE)
"""Each table of a PartiQL statement."""


def table_of(statement: str) -> str | None:
    """Return the table that a PartiQL statement writes to; None if it only reads.

    >>> table_of('INSERT INTO "orders" VALUE {}'), table_of("SELECT * FROM orders")
    ('orders', None)
    """
    found = STATEMENT.match(statement)
    return (found[1] or found[2]) if found else None


def named(request: Mapping[str, Any]) -> set[str] | None:
    """Return all tables that a request of PartiQL names; None if that cannot be told.

    >>> named({"Statement": 'DELETE FROM "a.b" WHERE id = 1'}), named({"Statements": [{"Statement": "?"}]})
    ({'a.b'}, None)
    """
    statements = [request, *(request.get("Statements") or ()), *(request.get("TransactStatements") or ())]
    try:
        found = [TABLE.findall(each["Statement"]) for each in statements if "Statement" in each]
    except (TypeError, AttributeError):
        return None
    return {quoted or bare for each in found for quoted, bare in each} if all(found) else None


def canonical(value: Any) -> Any:  # noqa: ANN401  an attribute's value, as DynamoDB's JSON has it
    """Spell a value as DynamoDB gives it back: numbers without needless digits.

    >>> canonical({"M": {"n": {"N": "01.50"}, "s": {"NS": ["1e2", "1"]}}})
    {'M': {'n': {'N': '1.5'}, 's': {'NS': ['100', '1']}}}
    """
    match value:
        case {"N": str(number)}:
            return {"N": _number(number)}
        case {"NS": list(numbers)}:
            return {"NS": [_number(each) for each in numbers]}
        case {"L": list(values)}:
            return {"L": [canonical(each) for each in values]}
        case {"M": dict(values)}:
            return {"M": {name: canonical(each) for name, each in values.items()}}
    return value


def settled(record: Record) -> Record | None:
    """Return a record as AWS has it; None if nothing changed."""
    body = {name: value for name, value in record["dynamodb"].items() if value is not None}
    for image in ("NewImage", "OldImage"):
        if image in body:
            body[image] = {name: canonical(value) for name, value in body[image].items()}
    if (
        record["eventName"] == "MODIFY"
        and "OldImage" in body
        and _same(body.get("NewImage"), body["OldImage"])
    ):
        return None
    return {**record, "dynamodb": body}


def for_kinesis(record: Record, table: str, moment: float, precision: str) -> Record:
    """Return a stream's record as a Kinesis destination has it; `moment` in epoch seconds."""
    micro = precision == MICROSECOND
    body = {name: value for name, value in record["dynamodb"].items() if name not in STREAM_ONLY}
    body["ApproximateCreationDateTime"] = int(moment * (1_000_000 if micro else 1_000))
    if micro:
        body["ApproximateCreationDateTimePrecision"] = MICROSECOND
    identity = record.get("userIdentity")
    return {
        "awsRegion": record["awsRegion"],
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "userIdentity": {name[0].lower() + name[1:]: value for name, value in identity.items()}
        if identity
        else None,
        "recordFormat": "application/json",
        "tableName": table,
        "dynamodb": body,
        "eventSource": "aws:dynamodb",
    }


def partition_key(table: str, keys: Item) -> str:
    """Return the partition key of an item's changes: its own, so that items spread over the shards."""
    spelled = json.dumps([table, keys], sort_keys=True, default=repr)
    return md5(spelled.encode(), usedforsecurity=False).hexdigest().upper()


def _number(text: str) -> str:
    try:
        number = Decimal(text).normalize()
    except ArithmeticError:
        return text
    return f"{number:f}" if number else "0"


def _same(one: Item | None, other: Item) -> bool:
    """Tell whether two images are one item: sets have no order."""
    return one is not None and _sorted(dict(one)) == _sorted(dict(other))


def _sorted(value: Any) -> Any:  # noqa: ANN401  see canonical
    if isinstance(value, dict):
        return {
            name: sorted(map(str, each))
            if name in {"SS", "NS", "BS"} and isinstance(each, list)
            else _sorted(each)
            for name, each in value.items()
        }
    return [_sorted(each) for each in value] if isinstance(value, list) else value
