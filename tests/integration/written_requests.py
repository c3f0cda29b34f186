"""Requests as applications send them: of every kind, in an order in which each means something."""

from typing import Any

from tests.integration.table_histories import attribute, index, keys

type Written = tuple[str, dict[str, Any]]
ORDERS, IDEMPOTENCY, STREAMED, PROVISIONED = "Orders", "idempotency-store", "streamed", "provisioned"
TOTAL, INDEXES = {"ReturnConsumedCapacity": "TOTAL"}, {"ReturnConsumedCapacity": "INDEXES"}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
BY_ID = {"AttributeDefinitions": [attribute("id", "S")], "KeySchema": keys("id")}
LOCK = {
    "ConditionExpression": (
        "attribute_not_exists(#id) OR #expiry < :now OR "
        "(#status = :inprogress AND attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :millis)"
    ),
    "ExpressionAttributeNames": {
        "#id": "id",
        "#expiry": "expiration",
        "#in_progress_expiry": "in_progress_expiration",
        "#status": "status",
    },
    "ExpressionAttributeValues": {
        ":now": {"N": "1700000000"},
        ":millis": {"N": "1700000000000"},
        ":inprogress": {"S": "INPROGRESS"},
    },
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
"""As Powertools' idempotency layer takes its lock."""


def throughput(reads: int, writes: int) -> dict[str, Any]:
    """Return a throughput."""
    return {"ProvisionedThroughput": {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}}


def stream(view: str = "") -> dict[str, Any]:
    """Return the specification of a stream; without a view it is none."""
    specification = {"StreamEnabled": True, "StreamViewType": view} if view else {"StreamEnabled": False}
    return {"StreamSpecification": specification}


def order(customer: str, number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  attribute values
    """Return an item of a single-table design: an order of a customer."""
    return {
        "PK": {"S": f"CUSTOMER#{customer}"},
        "SK": {"S": f"ORDER#{number:04}"},
        "GSI1PK": {"S": "OPEN" if number % 3 else "SHIPPED"},
        "GSI1SK": {"S": f"2026-01-{number:02}"},
        "amount": {"N": f"{number}.25"},
        **more,
    }


def key(item: dict[str, Any]) -> dict[str, Any]:
    """Return an order's key."""
    return {name: item[name] for name in ("PK", "SK")}


def idempotent(token: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  attribute values
    """Return an item of the idempotency layer."""
    record = {"id": {"S": token}, "expiration": {"N": "1800000000"}, "status": {"S": "INPROGRESS"}}
    return record | {"in_progress_expiration": {"N": "1800000000000"}} | more


DEFINITIONS: list[Written] = [
    ("ListTables", {}),
    ("DescribeTable", {"TableName": ORDERS}),
    (
        "CreateTable",
        {
            "TableName": ORDERS,
            "AttributeDefinitions": [attribute(name, "S") for name in ("PK", "SK", "GSI1PK", "GSI1SK")],
            "KeySchema": keys("PK", "SK"),
            "GlobalSecondaryIndexes": [
                index("GSI1", keys("GSI1PK", "GSI1SK"), "ALL"),
                index("inverted", keys("SK", "PK"), "KEYS_ONLY"),
            ],
            "LocalSecondaryIndexes": [index("by-date", keys("PK", "GSI1SK"), "INCLUDE", "amount")],
            "Tags": [{"Key": "team", "Value": "a"}],
            **ON_DEMAND,
        },
    ),
    ("CreateTable", {"TableName": IDEMPOTENCY, **BY_ID, **ON_DEMAND}),
    ("CreateTable", {"TableName": IDEMPOTENCY, **BY_ID, **ON_DEMAND}),  # a second time
    ("CreateTable", {"TableName": STREAMED, **BY_ID, **ON_DEMAND, **stream("NEW_AND_OLD_IMAGES")}),
    ("CreateTable", {"TableName": PROVISIONED, **BY_ID, **throughput(5, 6), "TableClass": "STANDARD"}),
    ("DescribeTable", {"TableName": ORDERS}),
    ("DescribeTable", {"TableName": STREAMED}),
    ("DescribeTable", {"TableName": PROVISIONED}),
    ("DescribeLimits", {}),
    ("ListTables", {}),
    ("ListTables", {"Limit": 2}),
    ("ListTables", {"Limit": 2, "ExclusiveStartTableName": IDEMPOTENCY}),
    ("UpdateTable", {"TableName": PROVISIONED, **throughput(1, 7)}),
    ("UpdateTable", {"TableName": PROVISIONED, **ON_DEMAND}),
    ("UpdateTable", {"TableName": PROVISIONED, **ON_DEMAND}),
    ("UpdateTable", {"TableName": PROVISIONED, "BillingMode": "PROVISIONED", **throughput(2, 2)}),
    ("UpdateTable", {"TableName": PROVISIONED, "DeletionProtectionEnabled": True}),
    ("UpdateTable", {"TableName": PROVISIONED, "DeletionProtectionEnabled": False}),
    ("UpdateTable", {"TableName": PROVISIONED, "TableClass": "STANDARD_INFREQUENT_ACCESS"}),  # nothing
    ("UpdateTable", {"TableName": STREAMED, **stream()}),
    ("UpdateTable", {"TableName": STREAMED, **stream("KEYS_ONLY")}),
    ("UpdateTable", {"TableName": "nowhere", "DeletionProtectionEnabled": True}),
    ("DescribeTable", {"TableName": PROVISIONED}),
    ("DeleteTable", {"TableName": STREAMED}),
    ("DeleteTable", {"TableName": STREAMED}),
    ("DescribeTable", {"TableName": STREAMED}),
    ("ListTables", {"ExclusiveStartTableName": PROVISIONED}),
]
FIRST = order("a", 1)
FILLED: list[Written] = [
    ("PutItem", {"TableName": ORDERS, "Item": order(customer, number), **INDEXES})
    for customer in "ab"
    for number in range(1, 8)
]
ITEMS: list[Written] = [
    *FILLED,
    ("GetItem", {"TableName": ORDERS, "Key": key(FIRST)}),
    ("GetItem", {"TableName": ORDERS, "Key": key(FIRST), "ConsistentRead": True, **INDEXES}),
    ("GetItem", {"TableName": ORDERS, "Key": key(FIRST), "ProjectionExpression": "nothing"}),
    ("GetItem", {"TableName": ORDERS, "Key": key(order("z", 1)), **TOTAL}),
    ("PutItem", {"TableName": IDEMPOTENCY, "Item": idempotent("t"), **LOCK}),
    ("PutItem", {"TableName": IDEMPOTENCY, "Item": idempotent("t"), **LOCK}),  # taken
    (
        "UpdateItem",
        {
            "TableName": IDEMPOTENCY,
            "Key": {"id": {"S": "t"}},
            "UpdateExpression": "SET #data = :data, #expiry = :expiry, #status = :status",
            "ExpressionAttributeNames": {"#data": "data", "#expiry": "expiration", "#status": "status"},
            "ExpressionAttributeValues": {
                ":data": {"S": '{"done": true}'},
                ":expiry": {"N": "1800000001"},
                ":status": {"S": "COMPLETED"},
            },
            "ReturnValues": "UPDATED_NEW",
        },
    ),
    ("GetItem", {"TableName": IDEMPOTENCY, "Key": {"id": {"S": "t"}}, "ConsistentRead": True}),
    ("DeleteItem", {"TableName": IDEMPOTENCY, "Key": {"id": {"S": "t"}}, "ReturnValues": "ALL_OLD"}),
    ("DeleteItem", {"TableName": IDEMPOTENCY, "Key": {"id": {"S": "t"}}, "ReturnValues": "ALL_OLD", **TOTAL}),
    (
        "UpdateItem",  # a counter
        {
            "TableName": IDEMPOTENCY,
            "Key": {"id": {"S": "counter"}},
            "UpdateExpression": "SET #n = if_not_exists(#n, :zero) + :one, tags = list_append(:none, :tag)",
            "ExpressionAttributeNames": {"#n": "count"},
            "ExpressionAttributeValues": {
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
                ":none": {"L": []},
                ":tag": {"L": [{"S": "new"}]},
            },
            "ReturnValues": "ALL_NEW",
        },
    ),
    ("UpdateItem", {"TableName": IDEMPOTENCY, "Key": {"id": {"S": "bare"}}, "ReturnValues": "ALL_NEW"}),
    (
        "UpdateItem",
        {
            "TableName": ORDERS,
            "Key": key(FIRST),
            "UpdateExpression": "SET GSI1PK = :shipped REMOVE amount",
            "ConditionExpression": "GSI1PK = :open",
            "ExpressionAttributeValues": {":shipped": {"S": "SHIPPED"}, ":open": {"S": "OPEN"}},
            "ReturnValues": "UPDATED_OLD",
            **INDEXES,
        },
    ),
    ("PutItem", {"TableName": "nowhere", "Item": {"id": {"S": "a"}}}),
    ("GetItem", {"TableName": "nowhere", "Key": {"id": {"S": "a"}}}),
    ("DeleteItem", {"TableName": "nowhere", "Key": {"id": {"S": "a"}}}),
    ("UpdateItem", {"TableName": "nowhere", "Key": {"id": {"S": "a"}}}),
    ("Scan", {"TableName": "nowhere"}),
    (
        "BatchWriteItem",
        {
            "RequestItems": {
                IDEMPOTENCY: [{"PutRequest": {"Item": {"id": {"S": f"b{at}"}}}} for at in range(20)],
                PROVISIONED: [{"DeleteRequest": {"Key": {"id": {"S": "none"}}}}],
            },
            **TOTAL,
        },
    ),
    ("BatchWriteItem", {"RequestItems": {"nowhere": [{"PutRequest": {"Item": {"id": {"S": "b"}}}}]}}),
    (
        "BatchGetItem",
        {
            "RequestItems": {
                IDEMPOTENCY: {"Keys": [{"id": {"S": f"b{at}"}} for at in range(25)], "ConsistentRead": True},
                ORDERS: {
                    "Keys": [key(FIRST)],
                    "ProjectionExpression": "#t, SK",
                    "ExpressionAttributeNames": {"#t": "GSI1SK"},
                },
            },
            **INDEXES,
        },
    ),
    ("BatchGetItem", {"RequestItems": {"nowhere": {"Keys": [{"id": {"S": "b"}}]}}}),
]


def query(condition: str, *values: str, **more: Any) -> Written:  # noqa: ANN401  as JSON is
    """Return a query of the orders, for these values."""
    given = {f":{at}": {"S": value} for at, value in enumerate(values)}
    asked = {"TableName": ORDERS, "KeyConditionExpression": condition, "ExpressionAttributeValues": given}
    return "Query", asked | more


OPEN = "GSI1PK = :0 AND begins_with(GSI1SK, :1)", "OPEN", "2026-01"
READS: list[Written] = [
    query("PK = :0", "CUSTOMER#a"),
    query(
        "PK = :0 AND begins_with(SK, :1)", "CUSTOMER#a", "ORDER#", ScanIndexForward=False, Limit=3, **TOTAL
    ),
    query("PK = :0 AND SK BETWEEN :1 AND :2", "CUSTOMER#a", "ORDER#0002", "ORDER#0004", **INDEXES),
    query("PK = :0 AND SK > :1", "CUSTOMER#a", "ORDER#0002", Select="COUNT"),
    query("PK = :0 AND SK = :1", "CUSTOMER#a", "ORDER#0002", Limit=1),
    query("PK = :0", "CUSTOMER#a", Limit=7),
    query("PK = :0", "CUSTOMER#nobody", **TOTAL),
    query("PK = :0", "CUSTOMER#a", FilterExpression="attribute_exists(amount)", Limit=2),
    query("PK = :0", "CUSTOMER#a", ExclusiveStartKey=key(order("a", 3)), ProjectionExpression="SK, amount"),
    query("PK = :0", "CUSTOMER#a", ExclusiveStartKey=key(order("a", 3)), ScanIndexForward=False),
    query(*OPEN, IndexName="GSI1", Select="COUNT", **INDEXES),
    query("SK = :0 AND PK = :1", "ORDER#0002", "CUSTOMER#b", IndexName="inverted", **TOTAL),
    query("PK = :0", "CUSTOMER#a", IndexName="by-date", Limit=3, **INDEXES),
    query("PK = :0", "CUSTOMER#a", IndexName="by-date", Select="ALL_ATTRIBUTES", **INDEXES),
    query("PK = :0", "CUSTOMER#a", IndexName="by-date", ProjectionExpression="GSI1PK, SK", **INDEXES),
    query("PK = :0", "CUSTOMER#a", IndexName="by-date", ConsistentRead=True, Select="COUNT", **TOTAL),
    (
        "Scan",
        {
            "TableName": ORDERS,
            "Select": "COUNT",
            "FilterExpression": "amount > :t",
            "ExpressionAttributeValues": {":t": {"N": "3"}},
            **TOTAL,
        },
    ),
    ("Scan", {"TableName": PROVISIONED, **INDEXES}),
]


def put(item: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401  as JSON is
    """Return an action that puts an order."""
    return {"Put": {"TableName": ORDERS, "Item": item, **more}}


NEW = {"ConditionExpression": "attribute_not_exists(PK)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
THERE = {"ConditionExpression": "attribute_exists(PK)"}
CHECK = {"ConditionCheck": {"TableName": ORDERS, "Key": key(FIRST), **THERE}}
STOCK = {
    "Update": {
        "TableName": IDEMPOTENCY,
        "Key": {"id": {"S": "stock"}},
        "UpdateExpression": "ADD sold :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
}
GONE = {"Delete": {"TableName": ORDERS, "Key": key(order("b", 7)), **THERE}}
READ = [{"Get": {"TableName": ORDERS, "Key": key(order("c", at))}} for at in (1, 2)]
TOGETHER: list[Written] = [
    ("TransactWriteItems", {"TransactItems": [put(order("c", 1), **NEW), CHECK, STOCK, GONE], **INDEXES}),
    ("TransactWriteItems", {"TransactItems": [put(order("c", 1), **NEW), CHECK, STOCK, GONE], **INDEXES}),
    (
        "TransactWriteItems",
        {"TransactItems": [STOCK, put(order("c", 2))], "ClientRequestToken": "1", **TOTAL},
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [STOCK, put(order("c", 2))], "ClientRequestToken": "1", **TOTAL},
    ),
    ("TransactWriteItems", {"TransactItems": [STOCK], "ClientRequestToken": "1"}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {**GONE["Delete"], "TableName": "nowhere"}}]}),
    ("TransactGetItems", {"TransactItems": READ}),
    ("TransactGetItems", {"TransactItems": READ, **INDEXES}),
    ("TransactGetItems", {"TransactItems": [{"Get": {**READ[0]["Get"], "ProjectionExpression": "nothing"}}]}),
    ("TransactGetItems", {"TransactItems": [{"Get": {**READ[0]["Get"], "TableName": "nowhere"}}]}),
]
A, SK, NUMBER, NULL = {"S": "a"}, {"SK": {"S": "b"}}, {"N": "1"}, {"NULL": True}
POISON: list[dict[str, Any]] = [
    {"PK": A},
    SK,
    {"PK": NUMBER, **SK},
    {"PK": {"S": ""}, **SK},
    {"PK": NULL, **SK},
    {"PK": A, "SK": NUMBER},
]
"""Keys that are not valid, each for one reason."""
GOOD = {"PutRequest": {"Item": {"PK": A, **SK}}}
MISTAKES: list[Written] = [
    *(("PutItem", {"TableName": ORDERS, "Item": item, **NEW}) for item in POISON),
    *(
        ("GetItem", {"TableName": ORDERS, "Key": each})
        for each in (*POISON, {"PK": A, **SK, "x": A}, {"x": A, **SK})
    ),
    *(("DeleteItem", {"TableName": ORDERS, "Key": each}) for each in POISON),
    *(("UpdateItem", {"TableName": ORDERS, "Key": each}) for each in POISON),
    *(
        ("BatchWriteItem", {"RequestItems": {ORDERS: [GOOD, {"PutRequest": {"Item": item}}]}})
        for item in POISON
    ),
    *(
        ("BatchWriteItem", {"RequestItems": {ORDERS: [GOOD, {"DeleteRequest": {"Key": each}}]}})
        for each in POISON
    ),
    *(
        ("TransactWriteItems", {"TransactItems": [STOCK, put(item)]})
        for item in POISON
        if NUMBER not in item.values()
    ),
    ("PutItem", {"TableName": ORDERS, "Item": order("a", 1, large={"S": "x" * 410_000})}),
    ("GetItem", {"TableName": ORDERS, "Key": {"PK": A, **SK}}),
]
"""What a function does with a record that it did not expect."""
SURE = [*DEFINITIONS, *ITEMS, *READS, *TOGETHER, *MISTAKES, ("DescribeTable", {"TableName": ORDERS})]
"""What the tables answer themselves."""
LEFT: list[Written] = [
    ("ExecuteStatement", {"Statement": f'SELECT * FROM "{ORDERS}"'}),  # noqa: S608  no request of anyone's
    ("UpdateTimeToLive", {"TableName": ORDERS}),
    ("PutItem", {"TableName": ORDERS, "Item": {"x": {"S": "a"}}}),
    ("PutItem", {"TableName": ORDERS, "Item": order("a", 1), "ReturnValues": "ALL_NEW"}),
    ("PutItem", {"TableName": ORDERS, "Item": order("a", 1), "Expected": {}}),
    ("PutItem", {"TableName": ORDERS, "Item": order("a", 1, GSI1PK={"N": "1"})}),
    ("GetItem", {"TableName": ORDERS, "Key": key(FIRST), "AttributesToGet": ["amount"]}),
    query("PK = :0", "CUSTOMER#a", FilterExpression="SK = :0"),
    query("PK = :0", "CUSTOMER#a", Select="ALL_PROJECTED_ATTRIBUTES"),
    query("PK = :0", "CUSTOMER#a", IndexName="nowhere"),
    query("GSI1PK = :0", "OPEN", IndexName="GSI1", ConsistentRead=True),
    query("SK = :0", "ORDER#0001", IndexName="inverted", ProjectionExpression="amount"),
    query("PK = :0", "CUSTOMER#a", "unused"),
    ("Scan", {"TableName": ORDERS, "Segment": 2, "TotalSegments": 2}),
    ("BatchWriteItem", {"RequestItems": {}}),
    ("TransactWriteItems", {"TransactItems": [put(FIRST), put(FIRST)]}),
    ("CreateTable", {"TableName": "new", "KeySchema": keys("id"), **ON_DEMAND, "AttributeDefinitions": []}),
    ("UpdateTable", {"TableName": ORDERS, "GlobalSecondaryIndexUpdates": []}),
]
"""What they leave to DynamoDB Local: legacy parameters, PartiQL, whatever is not valid."""
