"""Filter patterns of CloudWatch Logs, wherever they are asked for."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually

pytestmark = pytest.mark.emulator_only

LINES = [
    json.dumps({"level": "ERROR", "latency": 12.5, "page": "/a"}),
    json.dumps({"level": "INFO", "latency": 2, "page": "/b"}),
    "ERROR of another kind",
]


def put(target: Target, group: str) -> None:
    """Store the three lines."""
    now = int(time.time() * 1000)
    target.client("logs").put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": line} for line in LINES],
    )


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", [0, 1, 2]),
        ("ERROR", [0, 2]),
        ("ERROR -kind", [0]),
        ("?INFO ?kind", [1, 2]),
        ('{ $.level = "ERROR" }', [0]),
        ("{ $.latency >= 2 }", [0, 1]),
        ("[level = ERROR, ...]", [2]),
        ("nothing", []),
    ],
)
def test_searching(target: Target, group: str, pattern: str, found: list[int]) -> None:
    """FilterLogEvents gives the lines that a pattern matches, and no others."""
    put(target, group)
    answer = target.client("logs").filter_log_events(logGroupName=group, filterPattern=pattern)
    assert [event["message"] for event in answer["events"]] == [LINES[number] for number in found]


def test_a_group_by_its_arn(target: Target, group: str) -> None:
    """A log group is found by its name or its ARN, wherever it may be named so; streams by a prefix."""
    put(target, group)
    logs = target.client("logs")
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    for identifier in (group, found["logGroupArn"], found["arn"]):
        assert len(logs.filter_log_events(logGroupIdentifier=identifier)["events"]) == 3
        assert len(logs.describe_log_streams(logGroupIdentifier=identifier)["logStreams"]) == 1
        events = logs.get_log_events(logGroupIdentifier=identifier, logStreamName="s")["events"]
        assert len(events) == 3
    for prefix, many in (("s", 3), ("t", 0)):
        answer = logs.filter_log_events(logGroupName=group, logStreamNamePrefix=prefix)
        assert len(answer["events"]) == many


def test_what_is_no_pattern(target: Target, group: str) -> None:
    """A pattern that cannot be read is refused wherever it is given."""
    logs = target.client("logs")
    transformations: Any = [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}]
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.filter_log_events(logGroupName=group, filterPattern="{ $.a }")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.put_metric_filter(
            logGroupName=group, filterName="f", filterPattern="{", metricTransformations=transformations
        )


def test_a_filter_can_be_tried(target: Target) -> None:
    """TestMetricFilter says which messages match, and what their fields hold."""
    found = target.client("logs").test_metric_filter(
        filterPattern="[level = ERROR, of, ...]", logEventMessages=LINES
    )["matches"]
    assert [(match["eventNumber"], match["extractedValues"]) for match in found] == [
        (3, {"level": "ERROR", "of": "of"})
    ]


def test_insights_are_refused(target: Target, group: str) -> None:
    """A query of Logs Insights is refused with a sentence."""
    now = int(time.time())
    with pytest.raises(ClientError, match=r"StartQuery \(CloudWatch Logs Insights\): not done"):
        target.client("logs").start_query(
            logGroupName=group, startTime=now - 60, endTime=now, queryString="fields @message"
        )


def test_a_metric_of_values(target: Target, group: str) -> None:
    """A metric filter publishes a member of the line, under dimensions of it; put again, it counts once."""
    logs, cloudwatch = target.client("logs"), target.client("cloudwatch")
    namespace = f"values-{secrets.token_hex(4)}"
    transformations: Any = [
        {
            "metricName": "Latency",
            "metricNamespace": namespace,
            "metricValue": "$.latency",
            "unit": "Milliseconds",
            "dimensions": {"Page": "$.page"},
        }
    ]
    for _ in range(2):
        logs.put_metric_filter(
            logGroupName=group,
            filterName="latency",
            filterPattern="{ $.latency > 0 }",
            metricTransformations=transformations,
        )
    put(target, group)

    def published() -> bool:
        """Read the metric of the page."""
        now = datetime.now(UTC)
        found = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName="Latency",
            Dimensions=[{"Name": "Page", "Value": "/a"}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        assert [(point["Sum"], point["SampleCount"], point["Unit"]) for point in found] == [
            (12.5, 1.0, "Milliseconds")
        ]
        return True

    eventually(published, within=10, every=0.1)
