"""Tables named by their ARN, in requests for a DynamoDB that knows names alone."""

import json
from typing import Any

import pytest

from tailrace.dynamodb.names import Renamed, renamed

pytestmark = pytest.mark.unit

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/results"


def named(operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401  a request
    """Return the request that goes on."""
    found = renamed(operation, json.dumps(request).encode(), "us-east-1")
    return json.loads(found.body) if found else None


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("GetItem", {"TableName": ARN, "Key": {}}, {"TableName": "results", "Key": {}}),
        ("DescribeTable", {"TableName": ARN}, {"TableName": "results"}),
        ("BatchGetItem", {"RequestItems": {ARN: 1, "b": 2}}, {"RequestItems": {"results": 1, "b": 2}}),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": ARN}}, {"Delete": {"TableName": "b"}}]},
            {"TransactItems": [{"Put": {"TableName": "results"}}, {"Delete": {"TableName": "b"}}]},
        ),
    ],
)
def test_names_for_arns(operation: str, request_: dict[str, Any], expected: dict[str, Any]) -> None:
    """Wherever a request names a table by its ARN, the name takes its place."""
    assert named(operation, request_) == expected


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetItem", {"TableName": "results"}),
        ("GetItem", {"TableName": ARN.replace("us-east-1", "eu-west-1")}),
        ("PutItem", {"TableName": "results", "Item": {"TableName": {"S": ARN}}}),
        ("ListTagsOfResource", {"ResourceArn": ARN}),
        ("BatchGetItem", {"RequestItems": [ARN]}),
        ("TransactGetItems", {"TransactItems": {"a": ARN}}),
    ],
)
def test_left_alone(operation: str, request_: dict[str, Any]) -> None:
    """A name, another region's table, an item's own attribute and a malformed request stay as they are."""
    assert named(operation, request_) is None


def test_no_json() -> None:
    """What is no JSON goes on as it came."""
    assert renamed("GetItem", b':table/{"', "us-east-1") is None


def test_answers_have_the_arn() -> None:
    """An answer names tables as they were asked for; an error stays as it is."""
    restore = Renamed(b"", {"results": ARN}).restored
    answer = {"Responses": {"results": [1], "b": [2]}, "ConsumedCapacity": [{"TableName": "results"}]}
    assert json.loads(restore(json.dumps(answer).encode())) == {
        "Responses": {ARN: [1], "b": [2]},
        "ConsumedCapacity": [{"TableName": ARN}],
    }
    assert json.loads(restore(b'{"ConsumedCapacity": {"TableName": "results"}}')) == {
        "ConsumedCapacity": {"TableName": ARN}
    }
    assert (
        restore(b'{"__type": "x#ResourceNotFoundException"}') == b'{"__type": "x#ResourceNotFoundException"}'
    )
    assert restore(b"<html>") == b"<html>"
