import gc
import json
from typing import Any

import pytest

from tailrace.dynamodb.tables.answer import NotHereError
from tailrace.dynamodb.tables.tables import Tables
from tailrace.dynamodb.tables.unsure import UnsureError

pytestmark = pytest.mark.unit

SPACE, NOW = "0useast1", 1_700_000_000.25
TABLE = {
    "TableName": "things",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def asked(tables: Tables, operation: str, request: dict[str, Any], now: float = NOW) -> dict[str, Any]:
    """Return what the tables answer."""
    body: dict[str, Any] = json.loads(tables.answer(SPACE, operation, json.dumps(request).encode(), now).body)
    return body


def put(identity: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  attribute values
    """Return an action that puts a thing."""
    return {"Put": {"TableName": "things", "Item": {"id": {"S": identity}, **more}}}


@pytest.fixture
def tables() -> Tables:
    """Give tables with one that is empty."""
    made = Tables()
    asked(made, "CreateTable", TABLE)
    return made


def identities(tables: Tables, **request: Any) -> list[str]:  # noqa: ANN401  as JSON is
    """Return the keys of a page of a scan."""
    return [item["id"]["S"] for item in asked(tables, "Scan", {"TableName": "things", **request})["Items"]]


def test_what_is_stored_is_nothing_for_the_garbage_collector(tables: Tables) -> None:
    """However many items there are, Python's collector has none to go through."""
    for identity in ("first", *map(str, range(500))):
        asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": identity}, "m": {"M": {}}}})
        if identity == "first":
            gc.collect()
            before = len(gc.get_objects())
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_a_transaction_is_written_whole_or_not_at_all(tables: Tables) -> None:
    """Where a later action is refused, or leaves the tables unsure, no earlier one is written."""
    asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": "text"}, "n": {"S": "no number"}}})
    add = {
        "TableName": "things",
        "Key": {"id": {"S": "text"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with pytest.raises(UnsureError):
        asked(tables, "TransactWriteItems", {"TransactItems": [put("new"), {"Update": add}]})
    refused = put("text")
    refused["Put"]["ConditionExpression"] = "attribute_not_exists(id)"
    cancelled = asked(tables, "TransactWriteItems", {"TransactItems": [put("new"), refused]})
    assert [reason["Code"] for reason in cancelled["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert identities(tables) == ["text"]


def test_a_batch_is_written_whole_or_not_at_all(tables: Tables) -> None:
    """Where one item of a batch is refused, or leaves the tables unsure, none is written."""
    writes = [{"PutRequest": {"Item": {"id": {"S": "a"}}}}, {"PutRequest": {"Item": {"id": {"N": "1"}}}}]
    refused = asked(tables, "BatchWriteItem", {"RequestItems": {"things": writes}})
    assert refused["__type"].endswith("#ValidationException")
    with pytest.raises(UnsureError):
        asked(tables, "BatchWriteItem", {"RequestItems": {"things": [*writes, writes[0]]}})
    assert identities(tables) == []


def test_what_a_failed_condition_tells_the_metrics(tables: Tables) -> None:
    """The code and the tables whose condition failed go with the answer."""
    missing = {
        "TableName": "things",
        "Key": {"id": {"S": "a"}},
        "ConditionExpression": "attribute_exists(id)",
    }
    answer = tables.answer(SPACE, "DeleteItem", json.dumps(missing).encode(), NOW)
    assert (answer.status, answer.error, answer.failed) == (
        400,
        "ConditionalCheckFailedException",
        ("things",),
    )
    assert answer.units == {}


def test_units_are_counted_unasked(tables: Tables) -> None:
    """What a request takes goes with the answer, and into its body only if the request asks."""
    request = {"TableName": "things", "Item": {"id": {"S": "a"}, "x": {"S": "x" * 1500}}}
    answer = tables.answer(SPACE, "PutItem", json.dumps(request).encode(), NOW)
    assert (answer.body, answer.units) == (b"{}", {"things": 2.0})


def test_a_token_is_remembered_for_ten_minutes(tables: Tables) -> None:
    """Within ten minutes the same request is not written again, after them it is; another one is refused."""
    add = {
        "TableName": "things",
        "Key": {"id": {"S": "count"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    request = {"TransactItems": [{"Update": add}], "ClientRequestToken": "t"}
    counted = []
    for later in (0, 599.9, 600, 1199.9):
        asked(tables, "TransactWriteItems", request, NOW + later)
        counted.append(asked(tables, "GetItem", {"TableName": "things", "Key": add["Key"]})["Item"]["n"]["N"])
    assert counted == ["1", "1", "2", "2"]
    other = {"TransactItems": [put("a")], "ClientRequestToken": "t"}
    refused = asked(tables, "TransactWriteItems", other, NOW + 1199.9)
    assert refused["__type"].endswith("#IdempotentParameterMismatchException")


def test_a_token_counts_by_what_is_asked(tables: Tables) -> None:
    """The order of members and what the answer is to tell make no other request of one."""
    asked(
        tables, "TransactWriteItems", {"TransactItems": [put("a", x={"S": "b"})], "ClientRequestToken": "t"}
    )
    action = {"Put": {"Item": {"x": {"S": "b"}, "id": {"S": "a"}}, "TableName": "things"}}
    again = {"TransactItems": [action], "ClientRequestToken": "t", "ReturnConsumedCapacity": "TOTAL"}
    assert asked(tables, "TransactWriteItems", again) == {
        "ConsumedCapacity": [{"TableName": "things", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]
    }


def test_a_token_is_known_after_its_tables_have_moved(tables: Tables) -> None:
    """A transaction that is sent again is answered, though its tables are at DynamoDB Local by now."""
    request = {"TransactItems": [put("a")], "ClientRequestToken": "t"}
    asked(tables, "TransactWriteItems", request)
    tables.elsewhere[SPACE] = {"things"}
    tables.drop(SPACE, "things")
    assert asked(tables, "TransactWriteItems", request) == {}
    with pytest.raises(NotHereError):
        asked(tables, "TransactWriteItems", {"TransactItems": [put("b")]})


def test_tables_elsewhere(tables: Tables) -> None:
    """A table that is at DynamoDB Local is listed, and every request that names it is left to it."""
    tables.elsewhere[SPACE] = {"other", "third"}
    assert asked(tables, "ListTables", {"Limit": 2}) == {
        "TableNames": ["other", "things"],
        "LastEvaluatedTableName": "things",
    }
    keys = {name: {"Keys": [{"id": {"S": "a"}}]} for name in ("things", "third", "other")}
    with pytest.raises(NotHereError) as names:
        asked(tables, "BatchGetItem", {"RequestItems": keys})
    assert names.value.names == {"other", "third"}
    with pytest.raises(NotHereError):
        asked(tables, "CreateTable", {**TABLE, "TableName": "other"})


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("PutItem", {"TableName": "things", "Item": {"id": {"S": "a"}}}),
        ("GetItem", {"TableName": "things", "Key": {"id": {"S": "a"}}}),
        ("Scan", {"TableName": "things"}),
        ("DescribeTable", {"TableName": "things"}),
        ("DeleteTable", {"TableName": "things"}),
        ("BatchWriteItem", {"RequestItems": {"things": [{"DeleteRequest": {"Key": {"id": {"S": "a"}}}}]}}),
        ("TransactWriteItems", {"TransactItems": [put("a")]}),
    ],
)
def test_a_table_that_moves(tables: Tables, operation: str, request_: dict[str, Any]) -> None:
    """As soon as a table is elsewhere, nothing reads or writes it here, though it is not dropped yet."""
    tables.elsewhere[SPACE] = {"things"}
    with pytest.raises(NotHereError):
        asked(tables, operation, request_)


def test_spaces_are_separate(tables: Tables) -> None:
    """A table of one access key and region is not there for another."""
    answer = tables.answer("0euwest1", "DescribeTable", b'{"TableName":"things"}', NOW)
    assert (answer.status, answer.error) == (400, "ResourceNotFoundException")


def test_contents_are_what_makes_the_table_again(tables: Tables) -> None:
    """A table that moves takes its definition as it is now, and all items."""
    asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": "a"}, "x": {"N": "1.50"}}})
    asked(tables, "UpdateTable", {"TableName": "things", "DeletionProtectionEnabled": True})
    definition, items = tables.contents(SPACE, "things")
    assert definition == {**TABLE, "DeletionProtectionEnabled": True}
    assert items == [{"id": {"S": "a"}, "x": {"N": "1.5"}}]
    made = asked(Tables(), "CreateTable", definition)["TableDescription"]
    described = asked(tables, "DescribeTable", {"TableName": "things"})["Table"]
    assert made == described | {"ItemCount": 0, "TableSizeBytes": 0}


def test_forgotten(tables: Tables) -> None:
    """What is forgotten is gone, tokens too."""
    asked(tables, "TransactWriteItems", {"TransactItems": [put("a")], "ClientRequestToken": "t"})
    tables.forget(SPACE)
    assert tables.here(SPACE) == set()
    asked(tables, "CreateTable", TABLE)
    asked(tables, "TransactWriteItems", {"TransactItems": [put("b")], "ClientRequestToken": "t"})
    assert identities(tables) == ["b"]


def test_pages_of_a_scan_while_items_change(tables: Tables) -> None:
    """What is there from the first page to the last is given once, whatever comes and goes meanwhile."""
    stays = {f"stays{at}" for at in range(40)}
    for identity in sorted(stays) + [f"goes{at}" for at in range(40)]:
        asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": identity}}})
    found: list[str] = []
    start: dict[str, Any] = {}
    for at in range(100):
        page = asked(tables, "Scan", {"TableName": "things", "Limit": 3, **start})
        found += [item["id"]["S"] for item in page["Items"]]
        asked(tables, "DeleteItem", {"TableName": "things", "Key": {"id": {"S": f"goes{at}"}}})
        asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": f"new{at}"}}})
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert sorted(each for each in found if each in stays) == sorted(stays)
    assert len(set(found)) == len(found)


def test_segments_of_a_scan(tables: Tables) -> None:
    """Each item is in one segment, and a segment is paged by itself."""
    everything = {f"i{at}" for at in range(50)}
    for identity in everything:
        asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": identity}}})
    found = [each for at in range(7) for each in identities(tables, Segment=at, TotalSegments=7)]
    assert sorted(found) == sorted(everything)
    segment = {"Segment": 3, "TotalSegments": 7}
    first = asked(tables, "Scan", {"TableName": "things", "Limit": 2, **segment})
    rest = identities(tables, ExclusiveStartKey=first["LastEvaluatedKey"], **segment)
    whole = identities(tables, **segment)
    assert [item["id"]["S"] for item in first["Items"]] + rest == whole


def test_count_and_bytes_are_kept(tables: Tables) -> None:
    """Items and bytes are as described after puts over one another, updates and deletions."""
    for text in ("a" * 100, "b"):
        asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": "a"}, "x": {"S": text}}})
    asked(tables, "PutItem", {"TableName": "things", "Item": {"id": {"S": "b"}}})
    asked(tables, "DeleteItem", {"TableName": "things", "Key": {"id": {"S": "b"}}})
    described = asked(tables, "DescribeTable", {"TableName": "things"})["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (1, len("id") + 1 + len("x") + 1)


@pytest.mark.parametrize(
    ("operation", "request_body", "named"),
    [
        ("PutItem", {"TableName": "a"}, {"a"}),
        ("BatchGetItem", {"RequestItems": {"a": {}, "b": {}}}, {"a", "b"}),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "a"}}, {"New": {"TableName": "b"}}]},
            {"a", "b"},
        ),
        ("ListTables", {"Limit": 0}, set()),
        ("PutItem", {"TableName": 1}, None),
        ("TransactWriteItems", {"TransactItems": [7]}, None),
        ("PutItem", [], None),
    ],
)
def test_names(operation: str, request_body: object, named: set[str] | None) -> None:
    """Every table that a request names is found; garbage in place of names is None."""
    assert Tables.names(operation, json.dumps(request_body).encode()) == named


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"TableName":"things"', b'{"a":NaN}', b"\xff", b"[" * 100_000]
)
def test_no_request(tables: Tables, body: bytes) -> None:
    """What is no object of JSON is left to DynamoDB Local."""
    with pytest.raises(UnsureError):
        tables.answer(SPACE, "DescribeLimits", body, NOW)


@pytest.mark.parametrize(
    "value",
    [
        b'{"S":"a","S":1}',
        b'{"S":"a","N":"1"}',
        b'{"S":null}',
        b'{"S":["a"]}',
        b'{"S":"\\ud800"}',
        b'{"S":"\xff"}',
        b'{"S":"\x01"}',
        b'{"S":"a",}',
        b'{"N":1}',
        b'{"N":"\xd9\xa1"}',
        b'{"M":"a"}',
        b'{"M":["a"]}',
        b'{"M":{"":{"S":"a"}}}',
        b'{"L":{"S":"a"}}',
        b'"a"',
        b'["S"]',
        b"1",
        b"null",
    ],
)
def test_no_value(tables: Tables, value: bytes) -> None:
    """An item with a value that is none, or whose JSON is not right, is left to DynamoDB Local."""
    body = b'{"TableName":"things","Item":{"id":{"S":"a"},"v":%b}}' % value
    with pytest.raises(UnsureError):
        tables.answer(SPACE, "PutItem", body, NOW)
    assert identities(tables) == []


def test_an_item_is_given_back_as_it_came_but_for_its_numbers(tables: Tables) -> None:
    """What an item's JSON looks like does not matter; numbers come back in one notation."""
    body = b'{ "TableName" : "things", "Item" : { "id" : {"S" : "\\u00e9\\/"} , "n" : {"N": "1.50"} } }'
    tables.answer(SPACE, "PutItem", body, NOW)
    item = {"id": {"S": "é/"}, "n": {"N": "1.5"}}
    assert asked(tables, "GetItem", {"TableName": "things", "Key": {"id": {"S": "é/"}}}) == {"Item": item}


def test_too_large_and_without_a_key(tables: Tables) -> None:
    """Of an item that is too large and has no key, DynamoDB says the former; in a batch it is unsure."""
    item = {"large": {"S": "x" * 500_000}}
    refused = asked(tables, "PutItem", {"TableName": "things", "Item": item})
    assert refused["Message"] == "Item size has exceeded the maximum allowed size"
    batch = {"RequestItems": {"things": [{"PutRequest": {"Item": item}}]}}
    transaction = {"TransactItems": [{"Put": {"TableName": "things", "Item": item}}]}
    for operation, request in (("BatchWriteItem", batch), ("TransactWriteItems", transaction)):
        with pytest.raises(UnsureError):
            asked(tables, operation, request)


def test_what_a_transaction_takes(tables: Tables) -> None:
    """Each action takes twice what it takes by itself, as on AWS; sent again, what reading takes."""
    check = {
        "TableName": "things",
        "Key": {"id": {"S": "none"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    actions = [
        put("a"),
        put("b"),
        put("c", x={"S": "x" * 4500}),
        {"Delete": {"TableName": "things", "Key": {"id": {"S": "d"}}}},
        {"ConditionCheck": check},
    ]
    request = {"TransactItems": actions, "ClientRequestToken": "t", "ReturnConsumedCapacity": "TOTAL"}
    took = [asked(tables, "TransactWriteItems", request)["ConsumedCapacity"][0] for _ in range(2)]
    assert took == [
        {"TableName": "things", "CapacityUnits": 18.0, "WriteCapacityUnits": 18.0},
        {"TableName": "things", "CapacityUnits": 12.0, "ReadCapacityUnits": 12.0},
    ]
