"""Logs and metrics are gathered before they are stored, and nobody can tell."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.functions import Functions

pytestmark = pytest.mark.emulator_only

SPEAKS = """
def handler(event, context): print("said", event)
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def test_a_log_can_be_read_as_soon_as_the_answer_is_there(functions: Functions, target: Target) -> None:
    """Twenty times, without waiting."""
    function = functions.make(SPEAKS)
    logs = target.client("logs")
    for number in range(20):
        function.invoke(number)
        found = logs.filter_log_events(logGroupName=f"/aws/lambda/{function.name}")["events"]
        messages = [event["message"] for event in found]
        assert f"said {number}\n" in messages
        assert messages[-1].startswith("REPORT ")


def test_a_metric_can_be_read_as_soon_as_the_answer_is_there(functions: Functions, target: Target) -> None:
    """Ten times, without waiting, by each of CloudWatch's ways to read."""
    function = functions.make(SPEAKS)
    cloudwatch = target.client("cloudwatch")
    dimensions = [{"Name": "FunctionName", "Value": function.name}]
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Dimensions": dimensions}
    for number in range(1, 11):
        function.invoke(number)
        now = datetime.now(UTC)
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 7200, "Stat": "Sum"}}
        (found,) = cloudwatch.get_metric_data(
            MetricDataQueries=[query],  # type: ignore[list-item]  # a query as it is, for its types' sake
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
        )["MetricDataResults"]
        assert found["Values"] == [number]


def test_a_new_metric_is_listed_at_once(functions: Functions, target: Target) -> None:
    """ListMetrics knows it, under its three sets of dimensions."""
    function = functions.make(SPEAKS)
    function.invoke(1)
    cloudwatch = target.client("cloudwatch")
    named = [{"Name": "FunctionName", "Value": function.name}]
    found = cloudwatch.list_metrics(MetricName="Invocations", Dimensions=named)["Metrics"]  # type: ignore[arg-type]  # a filter as it is
    assert sorted(len(metric["Dimensions"]) for metric in found) == [1, 2]


def test_what_is_put_is_read_as_it_was_put(run: Run, target: Target) -> None:
    """Values, counts and statistic sets of one metric are added up, by unit and dimensions apart."""
    cloudwatch = target.client("cloudwatch")
    now = datetime.now(UTC)
    by_kind = [{"Name": "Kind", "Value": "a=b"}]
    data = [
        {"Value": 1.5, "Unit": "Count"},
        {"Values": [2.0, 3.0], "Counts": [1.0, 2.0], "Unit": "Count"},
        {
            "StatisticValues": {"SampleCount": 2, "Sum": 20, "Minimum": 0.5, "Maximum": 19.5},
            "Unit": "Count",
        },
        {"Value": 100, "Unit": "Bytes"},
        {"Value": 1000, "Unit": "Count", "Dimensions": by_kind},
    ]
    cloudwatch.put_metric_data(
        Namespace=run.prefix,
        MetricData=[{"MetricName": "M", "Timestamp": now, **datum} for datum in data],  # type: ignore[typeddict-item]  # as they are
    )
    points = cloudwatch.get_metric_statistics(
        Namespace=run.prefix,
        MetricName="M",
        StartTime=now - timedelta(minutes=1),
        EndTime=now + timedelta(minutes=1),
        Period=300,
        Statistics=["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
        Unit="Count",
    )["Datapoints"]
    names = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
    assert [[point[name] for name in names] for point in points] == [[29.5, 6, 0.5, 19.5, 29.5 / 6]]  # type: ignore[literal-required]
    listed = cloudwatch.list_metrics(Namespace=run.prefix)["Metrics"]
    assert by_kind in [metric.get("Dimensions") for metric in listed]
