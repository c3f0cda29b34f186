"""AWS/DynamoDB in CloudWatch: what requests for items consume, and what becomes of them (8.3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace import moving
from tests.frame.run import Run
from tests.integration.test_promises_faults import DYNAMODB, switch

pytestmark = pytest.mark.emulator_only
KEY: Any = {"id": {"S": "a"}}
NOBODY: Any = {"id": {"S": "nobody"}}


@pytest.fixture(scope="module")
def target(faulty_target: Target) -> Target:
    """Give the emulator whose calls may fail: faults are for everybody on it."""
    return faulty_target


class Table:
    """A table of one test, and its metrics."""

    def __init__(self, target: Target, name: str, **more: Any) -> None:  # noqa: ANN401  CreateTable's own
        self.name = name
        self.dynamodb = target.client("dynamodb", retries={"total_max_attempts": 1})
        self._cloudwatch = target.client("cloudwatch")
        self._endpoint = target.endpoint or ""
        self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        self.dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})

    def metric(self, name: str, unit: str = "Count", *, own: bool = True, **more: str) -> dict[str, float]:
        """Give count and sum of a metric's samples; empty without any."""
        dimensions = ({"TableName": self.name} if own else {}) | more
        now = datetime.fromtimestamp(moving.now(self._endpoint), UTC)
        points = self._cloudwatch.get_metric_statistics(
            Namespace="AWS/DynamoDB",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=["SampleCount", "Sum"],
            Unit=unit,  # type: ignore[arg-type]
        )["Datapoints"]
        return {"SampleCount": points[0]["SampleCount"], "Sum": points[0]["Sum"]} if points else {}


STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}


@pytest.fixture(params=[{}, STREAM], ids=["plain", "with a stream"])
def table(target: Target, run: Run, request: pytest.FixtureRequest) -> Iterator[Table]:
    """Give a table on the short way, and one that LocalStack has a part in."""
    made = Table(target, f"{run.prefix}-metrics-{len(request.param)}", **request.param)
    try:
        yield made
    finally:
        made.dynamodb.delete_table(TableName=made.name)


def test_what_requests_consume(table: Table) -> None:
    """Units by table, latency by table and operation; nothing before the first request, and no 0."""
    dynamodb, name = table.dynamodb, table.name
    assert table.metric("ConsumedWriteCapacityUnits") == {}
    answer: Any = dynamodb.put_item(TableName=name, Item=KEY | {"text": {"S": "x" * 3000}})
    assert "ConsumedCapacity" not in answer, "nobody asked"
    asked = dynamodb.put_item(TableName=name, Item=NOBODY, ReturnConsumedCapacity="TOTAL")
    assert asked["ConsumedCapacity"]["CapacityUnits"] == 1.0
    put: Any = {"Put": {"TableName": name, "Item": {"id": {"S": "b"}}}}
    answered = dynamodb.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")
    [of_transaction] = answered["ConsumedCapacity"]
    dynamodb.get_item(TableName=name, Key=KEY, ConsistentRead=True)
    assert table.metric("ConsumedWriteCapacityUnits") == {
        "SampleCount": 3,
        "Sum": 3 + 1 + of_transaction["CapacityUnits"],
    }
    assert table.metric("ConsumedReadCapacityUnits") == {"SampleCount": 1, "Sum": 1}
    latency = table.metric("SuccessfulRequestLatency", "Milliseconds", Operation="PutItem")
    assert latency["SampleCount"] == 2
    assert latency["Sum"] > 0
    assert table.metric("ThrottledRequests", Operation="PutItem") == {}


def test_what_is_refused(table: Table) -> None:
    """A failed condition counts for the table, a request that is wrong for the account."""
    before = table.metric("UserErrors", own=False).get("Sum", 0)
    table.dynamodb.put_item(TableName=table.name, Item=KEY)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        table.dynamodb.put_item(
            TableName=table.name, Item=KEY, ConditionExpression="attribute_not_exists(id)"
        )
    with pytest.raises(ClientError, match="ValidationException"):
        table.dynamodb.put_item(TableName=table.name, Item={"other": {"S": "a"}})
    assert table.metric("ConditionalCheckFailedRequests") == {"SampleCount": 1, "Sum": 1}
    assert table.metric("UserErrors", own=False)["Sum"] == before + 1


def test_throttled(target: Target, table: Table) -> None:
    """A write that is refused for its throughput counts by operation, and as an event of the table."""
    switch(target, DYNAMODB, 1)
    try:
        with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
            table.dynamodb.put_item(TableName=table.name, Item=KEY)
    finally:
        switch(target, DYNAMODB, 0)
    assert table.metric("ThrottledRequests", Operation="PutItem") == {"SampleCount": 1, "Sum": 1}
    assert table.metric("WriteThrottleEvents") == {"SampleCount": 1, "Sum": 1}
    assert table.metric("ReadThrottleEvents") == {}
