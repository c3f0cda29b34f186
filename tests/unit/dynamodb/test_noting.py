"""What requests for items count, added up before it is stored."""

import pytest

from tailrace.cloudwatch.cells import key
from tailrace.dynamodb.measures import RequestSample
from tailrace.dynamodb.noting import added_up

pytestmark = pytest.mark.unit
HERE = "000000000000", "us-east-1"


def test_added_up() -> None:
    """Samples of one metric and second are one cell; each table, operation and second has its own."""
    put = RequestSample("SuccessfulRequestLatency", 1.5, "Milliseconds", "t", "PutItem")
    wrong = RequestSample("UserErrors", 1)
    noted = [(HERE, put, 7), (HERE, put._replace(value=2.5), 7), (HERE, put, 8), (HERE, wrong, 7)]
    dimensions = {"TableName": "t", "Operation": "PutItem"}
    latency = "AWS/DynamoDB", "SuccessfulRequestLatency", "Milliseconds"
    assert {which: (cell.count, cell.total) for which, cell in added_up(noted)} == {
        key(HERE, latency, dimensions, 7): (2, 4.0),
        key(HERE, latency, dimensions, 8): (1, 1.5),
        key(HERE, ("AWS/DynamoDB", "UserErrors", "Count"), {}, 7): (1, 1.0),
    }
