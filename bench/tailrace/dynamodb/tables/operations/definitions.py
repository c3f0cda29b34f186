"""CreateTable, DeleteTable, DescribeTable, ListTables, UpdateTable, DescribeLimits. Pure.

A table is active at once, as in DynamoDB Local without its delays.
"""

from tailrace.dynamodb.tables.answer import Answer, NotHereError
from tailrace.dynamodb.tables.answers import OK, RefusedRequestError
from tailrace.dynamodb.tables.definition import (
    BILLING,
    check_form,
    checked_definition,
    checked_stream,
    described,
    stream_label,
    units,
)
from tailrace.dynamodb.tables.requests import Request, choice, table_name
from tailrace.dynamodb.tables.space import TableCall
from tailrace.dynamodb.tables.table import Table
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.wire import decoded, encoded

MOST_LISTED = 100
UPDATE = {
    "TableName": str, "AttributeDefinitions": list, "BillingMode": str,
    "ProvisionedThroughput": dict, "DeletionProtectionEnabled": bool, "StreamSpecification": dict,
    "TableClass": str, "SSESpecification": dict,
}  # fmt: skip
UPDATED = {"BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "StreamSpecification"}
LIMITS = {
    "AccountMaxReadCapacityUnits": 80000,
    "AccountMaxWriteCapacityUnits": 80000,
    "TableMaxReadCapacityUnits": 40000,
    "TableMaxWriteCapacityUnits": 40000,
}


def create_table(call: TableCall) -> Answer:
    """Create a table."""
    definition = decoded(call.body)
    parts = checked_definition(definition)
    name = definition["TableName"]
    if name in call.space.elsewhere:
        raise NotHereError(frozenset({name}))
    if name in call.space.tables:
        raise RefusedRequestError("ResourceInUseException", "Cannot create preexisting table")
    table = Table(definition, *parts, call.now)
    if definition.get("BillingMode") == "PAY_PER_REQUEST":
        table.on_demand_since = call.now
    if definition.get("StreamSpecification", {}).get("StreamEnabled"):
        table.label = stream_label(call.now)
    call.space.tables[name] = table
    return Answer(OK, encoded({"TableDescription": described(table)}))


def delete_table(call: TableCall) -> Answer:
    """Delete a table with all items."""
    table = _table(call)
    if table.definition.get("DeletionProtectionEnabled"):
        raise UnsureError("a table that is protected against deletion")
    del call.space.tables[table.name]
    return Answer(OK, encoded({"TableDescription": described(table)}))


def describe_table(call: TableCall) -> Answer:
    """Describe a table."""
    return Answer(OK, encoded({"Table": described(_table(call))}))


def _table(call: TableCall) -> Table:
    return call.space.table(call.request({"TableName": str}, "TableName")["TableName"])


def list_tables(call: TableCall) -> Answer:
    """List the names of tables, wherever they are."""
    request = call.request({"Limit": int, "ExclusiveStartTableName": str})
    limit = request.get("Limit", MOST_LISTED)
    if not 1 <= limit <= MOST_LISTED:
        raise UnsureError("a limit out of range")
    after = table_name(request["ExclusiveStartTableName"]) if "ExclusiveStartTableName" in request else ""
    names = sorted(name for name in call.space.elsewhere.union(call.space.tables) if name > after)
    said: Request = {"TableNames": names[:limit]}
    if len(names) > limit:
        said["LastEvaluatedTableName"] = names[limit - 1]
    return Answer(OK, encoded(said))


def describe_limits(call: TableCall) -> Answer:
    """Tell DynamoDB Local's limits."""
    call.request({})
    return Answer(OK, encoded(LIMITS))


def update_table(call: TableCall) -> Answer:
    """Change throughput, billing mode, protection or stream of a table."""
    request = call.request(UPDATE, "TableName")
    check_form(request)
    table = call.space.table(request["TableName"])
    asked = UPDATED.intersection(request)
    if not asked:
        raise RefusedRequestError("ValidationException", "Nothing to update")
    definition = table.definition
    if definition.get("DeletionProtectionEnabled") and "DeletionProtectionEnabled" not in asked:
        raise UnsureError("an update of a protected table")  # DynamoDB Local takes its protection away
    changed = {**definition, **{name: request[name] for name in asked}}
    if asked & {"BillingMode", "ProvisionedThroughput"}:
        changed = _billed(table, request, changed)
    if "StreamSpecification" in asked:
        if checked_stream(request) == bool(definition.get("StreamSpecification", {}).get("StreamEnabled")):
            raise UnsureError("a stream that is as it is asked for")
        if request["StreamSpecification"]["StreamEnabled"]:
            table.label = stream_label(call.now)
    if changed.get("BillingMode") == "PAY_PER_REQUEST" and not _is_on_demand(definition):
        table.on_demand_since = call.now
    table.definition = changed
    return Answer(OK, encoded({"TableDescription": described(table)}))


def _is_on_demand(definition: Request) -> bool:
    return definition.get("BillingMode") == "PAY_PER_REQUEST"


def _billed(table: Table, request: Request, changed: Request) -> Request:
    """Return the definition with what is asked for of throughput."""
    if any(index.world for index in table.indexes):
        raise UnsureError("throughput of a table with global indexes")
    mode = choice(request, "BillingMode", table.definition.get("BillingMode", "PROVISIONED"), *BILLING)
    if mode == "PAY_PER_REQUEST":
        if "ProvisionedThroughput" in request:
            raise UnsureError("throughput of a table that has none")
        return {name: value for name, value in changed.items() if name != "ProvisionedThroughput"}
    asked = units(request)
    if not _is_on_demand(table.definition) and asked == units(table.definition):
        raise UnsureError("throughput as it is")
    return changed
