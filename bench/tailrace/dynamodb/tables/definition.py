"""A table's definition: what CreateTable may say, and how a table is described. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .indexes import Index
from .requests import Request, check, choice, table_name
from .schema import Schema, attribute_kinds, schema
from .table import Table
from .unsure import UnsureError

CREATE = {
    "TableName": str, "AttributeDefinitions": list, "KeySchema": list, "BillingMode": str,
    "ProvisionedThroughput": dict, "StreamSpecification": dict, "DeletionProtectionEnabled": bool,
    "Tags": list, "TableClass": str, "SSESpecification": dict, "LocalSecondaryIndexes": list,
    "GlobalSecondaryIndexes": list,
}  # fmt: skip
LOCAL = {"IndexName": str, "KeySchema": list, "Projection": dict}
GLOBAL = {"ProvisionedThroughput": dict, **LOCAL}
BILLING = ("PROVISIONED", "PAY_PER_REQUEST")
UNITS = {"ReadCapacityUnits": int, "WriteCapacityUnits": int}
VIEWS = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
MOST_LOCAL, MOST_GLOBAL, MOST_PROJECTED = 5, 20, 20
MOST_UNITS = 40_000
ARN = "arn:aws:dynamodb:ddblocal:000000000000:table/"
"""LocalStack puts account and region in."""


def checked_definition(request: Request) -> tuple[Schema, tuple[Index, ...]]:
    """Return a table's key and indexes. Raises UnsureError for a definition that is not plainly right."""
    check(request, CREATE, "TableName", "AttributeDefinitions", "KeySchema")
    check_form(request)
    kinds = attribute_kinds(request["AttributeDefinitions"])
    own = schema(request, kinds)
    on_demand = request.get("BillingMode") == "PAY_PER_REQUEST"
    _check_throughput(request, on_demand=on_demand)
    indexes = [
        *(_local(each, own, kinds) for each in _listed(request, "LocalSecondaryIndexes", MOST_LOCAL)),
        *(
            _global(each, own, kinds, on_demand=on_demand)
            for each in _listed(request, "GlobalSecondaryIndexes", MOST_GLOBAL)
        ),
    ]
    if len({index.name for index in indexes}) != len(indexes):
        raise UnsureError("two indexes of one name")
    if set(kinds) != {name for each in (own, *(index.schema for index in indexes)) for name in each.names}:
        raise UnsureError("attributes defined that are in no key")
    return own, tuple(indexes)


def check_form(request: Request) -> None:
    """Raise UnsureError if a part of a definition, or of a change of one, is of another form."""
    table_name(request["TableName"])
    attribute_kinds(request.get("AttributeDefinitions", []))
    choice(request, "BillingMode", *BILLING)
    choice(request, "TableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS")
    checked_stream(request)
    if "ProvisionedThroughput" in request:
        units(request)
    check(request.get("SSESpecification", {}), {"Enabled": bool, "SSEType": str, "KMSMasterKeyId": str})
    for tag in request.get("Tags", ()):
        check(tag, {"Key": str, "Value": str}, "Key", "Value")


def checked_stream(request: Request) -> bool:
    """Tell whether a request has a table's stream enabled."""
    match request.get("StreamSpecification", {"StreamEnabled": False}):
        case {"StreamEnabled": True, "StreamViewType": str(view), **rest} if view in VIEWS and not rest:
            return True
        case {"StreamEnabled": False, **rest} if not rest:
            return False
    raise UnsureError("a stream of another form")


def units(part: Request) -> tuple[int, int]:
    """Return the throughput that is asked for: reads and writes."""
    asked = check(part.get("ProvisionedThroughput"), UNITS, *UNITS)
    reads, writes = asked["ReadCapacityUnits"], asked["WriteCapacityUnits"]
    if 1 <= reads <= MOST_UNITS and 1 <= writes <= MOST_UNITS:
        return reads, writes
    raise UnsureError("throughput out of range")


def _check_throughput(part: Request, *, on_demand: bool) -> None:
    if not on_demand:
        units(part)
    elif "ProvisionedThroughput" in part:
        raise UnsureError("throughput of a table that has none")


def _listed(request: Request, member: str, most: int) -> list[Any]:
    found: list[Any] = request.get(member, [])
    if member in request and not 0 < len(found) <= most:
        raise UnsureError("a number of indexes")
    return found


def _local(part: object, own: Schema, kinds: Mapping[str, str]) -> Index:
    definition = check(part, LOCAL, "IndexName", "KeySchema", "Projection")
    found = schema(definition, kinds)
    if own.range is None or found.range is None or found.hash != own.hash or found.range == own.range:
        raise UnsureError("the key of a local index")
    return _index(definition, own, found, world=False)


def _global(part: object, own: Schema, kinds: Mapping[str, str], *, on_demand: bool) -> Index:
    definition = check(part, GLOBAL, "IndexName", "KeySchema", "Projection")
    _check_throughput(definition, on_demand=on_demand)
    return _index(definition, own, schema(definition, kinds), world=True)


def _index(definition: Request, of_table: Schema, own: Schema, *, world: bool) -> Index:
    table_name(definition["IndexName"])
    match definition["Projection"]:
        case {"ProjectionType": "ALL" | "KEYS_ONLY", **rest} if not rest:
            pass
        case {"ProjectionType": "INCLUDE", "NonKeyAttributes": [*names], **rest} if not rest:
            if not 0 < len(names) == len(set(map(str, names))) <= MOST_PROJECTED:
                raise UnsureError("what an index includes")
            if not all(type(name) is str and name for name in names):
                raise UnsureError("what an index includes")
            if set(names).intersection((*of_table.names, *own.names)):
                raise UnsureError("an index that includes a key")
        case _:
            raise UnsureError("a projection of another form")
    return Index(definition, of_table, own, world=world)


def stream_label(now: float) -> str:
    """Return the label of a stream that begins now."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def described(table: Table) -> dict[str, Any]:
    """Describe a table as DynamoDB Local does."""
    definition = table.definition
    arn = ARN + table.name
    said: dict[str, Any] = {
        "AttributeDefinitions": definition["AttributeDefinitions"],
        "TableName": table.name,
        "KeySchema": definition["KeySchema"],
        "TableStatus": "ACTIVE",
        "CreationDateTime": round(table.created, 3),
        "ProvisionedThroughput": {
            "LastIncreaseDateTime": 0.0,
            "LastDecreaseDateTime": 0.0,
            "NumberOfDecreasesToday": 0,
            **_throughput(definition),
        },
        "TableSizeBytes": table.bytes,
        "ItemCount": len(table.items),
        "TableArn": arn,
    }
    if table.on_demand_since is not None:
        said["BillingModeSummary"] = {
            "BillingMode": definition.get("BillingMode", "PROVISIONED"),
            "LastUpdateToPayPerRequestDateTime": round(table.on_demand_since, 3),
        }
    for member, world in (("LocalSecondaryIndexes", False), ("GlobalSecondaryIndexes", True)):
        if indexes := [_described(index, arn) for index in table.indexes if index.world is world]:
            said[member] = indexes
    if definition.get("StreamSpecification", {}).get("StreamEnabled"):
        said["StreamSpecification"] = definition["StreamSpecification"]
    if table.label:
        said |= {"LatestStreamLabel": table.label, "LatestStreamArn": f"{arn}/stream/{table.label}"}
    return said | {"DeletionProtectionEnabled": definition.get("DeletionProtectionEnabled", False)}


def _described(index: Index, arn: str) -> dict[str, Any]:
    of_world = {"IndexStatus": "ACTIVE", "ProvisionedThroughput": _throughput(index.definition)}
    return {
        "IndexName": index.name,
        "KeySchema": index.definition["KeySchema"],
        "Projection": index.definition["Projection"],
        **(of_world if index.world else {}),
        "IndexSizeBytes": index.bytes,
        "ItemCount": index.count,
        "IndexArn": f"{arn}/index/{index.name}",
    }


def _throughput(part: Mapping[str, Any]) -> Mapping[str, int]:
    given: Mapping[str, int] = part.get(
        "ProvisionedThroughput", {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    )
    return given
