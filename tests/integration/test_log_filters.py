"""Log lines that are counted by metric filters and sent on by subscription filters."""

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.functions import Function, Functions

pytestmark = pytest.mark.emulator_only

PRINTS = """
def handler(event, context):
    for number in range(3): print("line", number)
"""

UNPACKS = """
import base64, gzip, json
def handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    for line in data["logEvents"]: print("GOT", data["logGroup"], line["message"].strip())
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


@pytest.fixture
def cleaned() -> Iterator[ExitStack]:
    """Give a stack of what is to be undone after the test."""
    with ExitStack() as stack:
        yield stack


def lines(target: Target, group: str) -> list[str]:
    """Return all lines of a log group, [] while there is none."""
    logs = target.client("logs", read_timeout=20)
    with suppress(logs.exceptions.ResourceNotFoundException):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"].strip() for page in pages for event in page["events"]]
    return []


def log_group(target: Target, function: Function) -> str:
    """Make the log group of a function that has not run yet."""
    group = f"/aws/lambda/{function.name}"
    target.client("logs").create_log_group(logGroupName=group)
    return group


def total(target: Target, namespace: str) -> float:
    """Add up the metric `Lines` of a namespace."""
    now = datetime.now(UTC)
    found = target.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName="Lines",
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in found)


def test_a_metric_filter_counts_what_functions_print(
    functions: Functions, target: Target, cleaned: ExitStack
) -> None:
    """Of its own log group alone, and logs can be read and functions started all the while."""
    logs = target.client("logs", read_timeout=20)
    counted, other = functions.make(PRINTS), functions.make(PRINTS)
    group = log_group(target, counted)
    logs.put_metric_filter(
        logGroupName=group,
        filterName="all",
        filterPattern="",
        metricTransformations=[{"metricName": "Lines", "metricNamespace": counted.name, "metricValue": "1"}],
    )
    cleaned.callback(logs.delete_metric_filter, logGroupName=group, filterName="all")
    counted.invoke({})
    other.invoke({})
    eventually(lambda: len(lines(target, group)) == 7, within=20, what="seven lines")
    eventually(lambda: total(target, counted.name) == 7, within=20, what="seven lines to be counted")
    assert other.invoke({}).error is None


def test_a_subscription_brings_a_functions_log_to_a_stream(
    functions: Functions, target: Target, cleaned: ExitStack
) -> None:
    """A control message first, then every line once, in order, base64 and gzip as on AWS."""
    logs, kinesis = target.client("logs", read_timeout=20), target.client("kinesis")
    function, beside = functions.make(PRINTS), functions.make(PRINTS)
    group = log_group(target, function)
    kinesis.create_stream(StreamName=function.name, ShardCount=1)
    cleaned.callback(kinesis.delete_stream, StreamName=function.name)
    kinesis.get_waiter("stream_exists").wait(StreamName=function.name, WaiterConfig={"Delay": 1})
    arn = kinesis.describe_stream_summary(StreamName=function.name)["StreamDescriptionSummary"]["StreamARN"]
    logs.put_subscription_filter(
        logGroupName=group, filterName="all", filterPattern="", destinationArn=arn, roleArn=functions.role
    )
    function.invoke({})
    beside.invoke({})

    def arrived() -> list[dict[str, Any]]:
        """Read the stream."""
        shard = kinesis.list_shards(StreamName=function.name)["Shards"][0]["ShardId"]
        start = kinesis.get_shard_iterator(
            StreamName=function.name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=start)["Records"]
        return [json.loads(gzip.decompress(record["Data"])) for record in records]

    def sent() -> list[str]:
        """List the lines that arrived in the stream."""
        return [line["message"].strip() for message in arrived() for line in message["logEvents"]]

    eventually(lambda: len(sent()) == 8, within=20, what="the control message and seven lines")
    control, *data = arrived()
    assert control["messageType"] == "CONTROL_MESSAGE"
    assert {(one["messageType"], one["logGroup"], *one["subscriptionFilters"]) for one in data} == {
        ("DATA_MESSAGE", group, "all")
    }
    assert sent()[1:] == lines(target, group)
    assert len(lines(target, f"/aws/lambda/{beside.name}")) == 7


def test_a_subscription_invokes_a_function(functions: Functions, target: Target) -> None:
    """Each line of one function's log comes to another, whose own log is not held up by it."""
    logs = target.client("logs", read_timeout=20)
    function, receiver = functions.make(PRINTS), functions.make(UNPACKS)
    group = log_group(target, function)
    arn = target.client("lambda").get_function_configuration(FunctionName=receiver.name)["FunctionArn"]
    logs.put_subscription_filter(logGroupName=group, filterName="all", filterPattern="", destinationArn=arn)
    function.invoke({})

    def got() -> list[str]:
        """List what the receiver printed."""
        found = lines(target, f"/aws/lambda/{receiver.name}")
        return [line for line in found if line.startswith("GOT")]

    eventually(lambda: len(got()) == 7, within=30, what="seven lines at the receiver")
    assert got()[2:5] == [f"GOT {group} line {number}" for number in range(3)]


LINES = (
    "ERROR at the till",
    '{"level": "error", "till": 7}',
    "10.0.0.1 GET 404",
    "10.0.0.1 GET 200",
    '{"level": "info", "till": 7}',
)


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("ERROR -other", LINES[0]),
        ('{ $.level = "error" && $.till > 6 }', LINES[1]),
        ("[address, method, status = 4*]", LINES[2]),
    ],
    ids=["terms", "JSON", "fields"],
)
def test_a_subscription_sends_what_its_pattern_matches(
    functions: Functions, target: Target, cleaned: ExitStack, pattern: str, chosen: str
) -> None:
    """Nothing else comes to its function, nor to its stream."""
    logs, kinesis = target.client("logs"), target.client("kinesis")
    receiver = functions.make(UNPACKS)
    group, own = f"/lines/{receiver.name}", f"/aws/lambda/{receiver.name}"
    logs.create_log_group(logGroupName=group)
    cleaned.callback(logs.delete_log_group, logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    kinesis.create_stream(StreamName=receiver.name, ShardCount=1)
    cleaned.callback(kinesis.delete_stream, StreamName=receiver.name)
    kinesis.get_waiter("stream_exists").wait(StreamName=receiver.name, WaiterConfig={"Delay": 1})
    stream = kinesis.describe_stream_summary(StreamName=receiver.name)["StreamDescriptionSummary"]
    function = target.client("lambda").get_function_configuration(FunctionName=receiver.name)
    filters: Any = {"logGroupName": group, "filterPattern": pattern}
    logs.put_subscription_filter(**filters, filterName="f", destinationArn=function["FunctionArn"])
    logs.put_subscription_filter(
        **filters, filterName="s", destinationArn=stream["StreamARN"], roleArn=functions.role
    )
    now = int(datetime.now(UTC).timestamp() * 1000)
    events: Any = [{"timestamp": now, "message": line} for line in LINES]
    for _ in range(2):
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    def of_function() -> list[str]:
        """List the lines that came to the function."""
        return [line for line in lines(target, own) if line.startswith(f"GOT {group}")]

    def of_stream() -> list[str]:
        """List the lines that came to the stream."""
        start = kinesis.get_shard_iterator(
            StreamName=receiver.name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=start)["Records"]
        sent = [json.loads(gzip.decompress(record["Data"])) for record in records]
        data = [one for one in sent if one["messageType"] == "DATA_MESSAGE"]
        return [line["message"] for one in data for line in one["logEvents"]]

    eventually(lambda: of_function() == [f"GOT {group} {chosen}"] * 2, within=30, what="two lines")
    eventually(lambda: of_stream() == [chosen] * 2, within=30, what="two lines in the stream")
