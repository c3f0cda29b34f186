"""Time that is moved on: what becomes due, and that nothing waits for it in real time."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from bootstrap.target import Target
from tailrace.cli import main, tailrace
from tailrace.moving import EmulatorClock
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.alarms import ABOVE_ZERO
from tests.integration.mapping_rig import PATIENCE, Rig
from tests.integration.stranger import Command

pytestmark = pytest.mark.emulator_only


@pytest.fixture(scope="module")
def target(moved_target: Target) -> Target:
    """Give the emulator whose time may be moved."""
    return moved_target


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def clock_of(target: Target) -> EmulatorClock:
    """Give the clock of an emulator."""
    assert target.endpoint
    return EmulatorClock(target.endpoint)


def advance(target: Target, by: str) -> str:
    """Move time on, as a user does; return what is said."""
    shown = CliRunner(env={"AWS_ENDPOINT_URL": target.endpoint, "EMULATOR_PORT": None}).invoke(
        tailrace, ["advance", by], standalone_mode=False
    )
    assert shown.exception is None, shown.exception
    return shown.output


def test_a_stream(target: Target, tmp_path: Path) -> None:
    """Iterators expire after five minutes, records leave after the retention, and later ones are recorded."""
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
    assert advance(target, "25h").startswith("It is ")
    assert kinesis.get_records(ShardIterator=iterator())["Records"] == []
    kinesis.put_record(StreamName="s", Data=b"2", PartitionKey="k")
    (found,) = kinesis.get_records(ShardIterator=iterator())["Records"]
    assert found["ApproximateArrivalTimestamp"] > datetime.now(UTC) + timedelta(hours=24)
    recorded = Command(target, tmp_path)("record", "s", "kept.jsonl")
    assert recorded.stdout.startswith("Recorded 1 records of 1 shards into kept.jsonl"), recorded.stderr


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
        Period=3600,
        TreatMissingData="notBreaching",
        **ABOVE_ZERO,
    )
    now = datetime.fromtimestamp(clock_of(target).now(), UTC)
    cloudwatch.put_metric_data(
        Namespace="Shop", MetricData=[{"MetricName": "Orders", "Value": 1, "Timestamp": now}]
    )

    def state(wanted: str) -> bool:
        """Read its state."""
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=["orders"])["MetricAlarms"]
        assert alarm["StateValue"] == wanted, alarm["StateReason"]
        return True

    eventually(lambda: state("ALARM"), within=30, every=0.5)
    advance(target, "4h")
    eventually(lambda: state("OK"), within=30, every=0.5)
    latest, *_ = cloudwatch.describe_alarm_history(AlarmName="orders", HistoryItemType="StateUpdate")[
        "AlarmHistoryItems"
    ]
    assert latest["Timestamp"] - now > timedelta(hours=1), "its history is dated by the emulator's time"


def test_ages_run_out(rig: Rig, target: Target) -> None:
    """A record that is retried for an hour is given up once the hour has been moved on, and dated then."""
    queue, queue_arn = rig.make_queue()
    mapping = rig.make_mapping(
        rig.make_stream(),
        MaximumRecordAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    rig.put({"name": 1, "do": "raise"})
    rig.await_problem(mapping["UUID"])
    advance(target, "1h")
    letter = rig.message(queue)
    assert letter["requestContext"]["condition"] == "RecordAgeExceeded"
    given_up = datetime.fromisoformat(letter["timestamp"])
    arrived = datetime.fromisoformat(letter["KinesisBatchInfo"]["approximateArrivalOfFirstRecord"])
    assert timedelta(0) <= given_up - arrived - timedelta(hours=1) < timedelta(minutes=1)


def test_backoffs_pass(rig: Rig, target: Target) -> None:
    """A batch that rests after its failures is tried again as soon as time has been moved on."""
    mapping = rig.make_mapping(rig.make_stream())
    rig.functions.put_function_concurrency(FunctionName=rig.name, ReservedConcurrentExecutions=0)
    rig.put({"name": 1})
    rig.await_problem(mapping["UUID"])
    for _ in range(8):  # it rests for half a minute by now
        advance(target, "31s")
    rig.functions.delete_function_concurrency(FunctionName=rig.name)
    assert rig.calls() == []
    began = time.monotonic()
    advance(target, "31s")
    rig.await_names([1])
    assert time.monotonic() - began < 20


def test_batching_windows_close(rig: Rig, target: Target) -> None:
    """A batch that waits five minutes for more records goes out once they have been moved on."""
    rig.make_mapping(rig.make_stream(), MaximumBatchingWindowInSeconds=300, BatchSize=100)
    rig.put({"name": 1})
    advance(target, "4m50s")
    rig.put({"name": 2})
    assert rig.calls() == []
    advance(target, "10s")
    rig.await_names([1, 2])
    assert [call.names for call in rig.calls()] == [[1, 2]]


def test_tumbling_windows_close(rig: Rig, target: Target) -> None:
    """A tumbling window is closed by its last invocation once its end has been moved past."""
    rig.make_mapping(rig.make_stream(), TumblingWindowInSeconds=900)
    rig.put({"name": 1})
    rig.await_names([1])
    advance(target, "15m10s")
    last = rig.await_calls(2)[-1]
    assert (last.names, last.event["isFinalInvokeForWindow"]) == ([], True)


def test_what_functions_leave_behind_is_dated(rig: Rig, target: Target) -> None:
    """After a day was moved on, an invocation's metrics and log lines lie at the emulator's time."""
    advance(target, "1d")
    rig.functions.invoke(FunctionName=rig.name, Payload=b'{"Records": []}')
    now = datetime.fromtimestamp(clock_of(target).now(), UTC)
    cloudwatch: Any = target.client("cloudwatch")

    def invocations() -> float:
        """Count what CloudWatch has of the last five minutes."""
        points: list[dict[str, float]] = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Invocations",
            Dimensions=[{"Name": "FunctionName", "Value": rig.name}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    assert eventually(invocations, within=PATIENCE) == 1
    logged = rig.logs.filter_log_events(logGroupName=f"/aws/lambda/{rig.name}")["events"]
    assert {abs(event["timestamp"] / 1000 - now.timestamp()) < 60 for event in logged} == {True}


def test_25_hours_take_no_time(rig: Rig, target: Target) -> None:
    """With a mapping at work, an alarm and tables, 25 hours are moved on in seconds."""
    rig.make_mapping(rig.make_stream(), MetricsConfig={"Metrics": ["EventCount"]})
    rig.put({"name": 1})
    rig.await_names([1])
    clock = clock_of(target)
    before, began = clock.now(), time.monotonic()
    advance(target, "25h")
    took = time.monotonic() - began
    assert 25 * 3600 <= clock.now() - before < 25 * 3600 + 60
    assert took < 20, f"it took {took} s"


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
