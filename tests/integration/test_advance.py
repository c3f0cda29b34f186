"""Time that is moved on: what becomes due, and that nothing waits for it in real time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from bootstrap.target import Target
from tailrace.cli import main, tailrace
from tailrace.testing.eventually import eventually
from tests.frame import stacks
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only


@pytest.fixture(scope="module")
def target(run: Run) -> Iterator[Target]:
    """Give an emulator of its own: time moves for everybody on it."""
    with stacks.own_emulator(run, "time") as target:
        yield target


def advance(target: Target, by: str) -> str:
    """Move time on, as a user does; return what is said."""
    shown = CliRunner(env={"AWS_ENDPOINT_URL": target.endpoint, "EMULATOR_PORT": None}).invoke(
        tailrace, ["advance", by], standalone_mode=False
    )
    assert shown.exception is None, shown.exception
    return shown.output


def test_a_stream(target: Target) -> None:
    """Iterators expire after five minutes, and records leave after the retention."""
    kinesis = target.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="s", WaiterConfig={"Delay": 1})
    kinesis.put_record(StreamName="s", Data=b"1", PartitionKey="k")

    def iterator() -> str:
        """Return a place at the oldest record."""
        shard: Any = {"StreamName": "s", "ShardId": "shardId-000000000000"}
        return kinesis.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]

    old = iterator()
    advance(target, "5m5s")
    with pytest.raises(ClientError, match="ExpiredIteratorException"):
        kinesis.get_records(ShardIterator=old)
    assert len(kinesis.get_records(ShardIterator=iterator())["Records"]) == 1
    began = time.monotonic()
    assert advance(target, "25h").startswith("It is ")
    assert time.monotonic() - began < 20, "25 hours are moved at once, not waited for"
    assert kinesis.get_records(ShardIterator=iterator())["Records"] == []
    kinesis.put_record(StreamName="s", Data=b"2", PartitionKey="k")
    (found,) = kinesis.get_records(ShardIterator=iterator())["Records"]
    assert found["ApproximateArrivalTimestamp"] > datetime.now(UTC) + timedelta(hours=24)


def test_items_that_expire(target: Target) -> None:
    """An item is removed once its TTL lies behind, and no other."""
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName="ttl",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_time_to_live(
        TableName="ttl", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"}
    )
    for days in (3, 9):
        at = datetime.now(UTC) + timedelta(days=days)
        item: Any = {"id": {"S": f"in {days} days"}, "expiresAt": {"N": str(int(at.timestamp()))}}
        dynamodb.put_item(TableName="ttl", Item=item)
    advance(target, "5d")
    left = dynamodb.scan(TableName="ttl")["Items"]
    assert [item["id"]["S"] for item in left] == ["in 9 days"]


def test_an_alarm(target: Target) -> None:
    """An alarm's periods end: what was measured lies behind, and the alarm is OK again."""
    cloudwatch = target.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="orders",
        Namespace="Shop",
        MetricName="Orders",
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 1}])

    def state(wanted: str) -> bool:
        """Read its state."""
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=["orders"])["MetricAlarms"]
        assert alarm["StateValue"] == wanted, alarm["StateReason"]
        return True

    eventually(lambda: state("ALARM"), within=30, every=0.5)
    advance(target, "4h")
    eventually(lambda: state("OK"), within=30, every=0.5)


@pytest.mark.parametrize("wrong", ["", "5", "-5m", "5 m", "soon"])
def test_what_is_no_time(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no stretch of time is refused with what is expected."""
    assert main(["advance", "--", wrong]) == 2
    assert "expected one such as 90s, 15m, 25h or 2d" in capsys.readouterr().err


def test_nobody_is_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no emulator answers, it says so."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert main(["advance", "1h"]) == 1
    assert "No emulator answers at http://127.0.0.1:9" in capsys.readouterr().err
