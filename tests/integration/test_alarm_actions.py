"""What an alarm does when its state changes: it invokes a function; what is not done is noted."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.alarms import QUIET
from tests.integration.functions import Functions

pytestmark = pytest.mark.emulator_only

SOURCE = """
import json
def handler(event, context): print("told", json.dumps(event))
"""


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


@pytest.fixture
def name(target: Target, run: Run) -> Iterator[str]:
    """Give an alarm's name; it goes at the end."""
    name = f"{run.prefix}-{secrets.token_hex(3)}"
    yield name
    target.client("cloudwatch").delete_alarms(AlarmNames=[name])


def test_a_function_is_invoked(functions: Functions, target: Target, name: str) -> None:
    """With AWS's event: the alarm, its state and the one before; the history has the action."""
    function, cloudwatch = functions.make(SOURCE), target.client("cloudwatch")
    arn = target.client("lambda").get_function_configuration(FunctionName=function.name)["FunctionArn"]
    other = f"arn:aws:ssm:{target.region}:000000000000:opsitem:1"
    cloudwatch.put_metric_alarm(AlarmName=name, AlarmActions=[other, arn], **QUIET)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="as asked")

    def notified() -> list[str]:
        """Read what the function has printed; its first line makes the log group."""
        logs = target.client("logs")
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{function.name}", filterPattern="told")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].removeprefix("told ") for event in found["events"]]

    (event,) = map(json.loads, eventually(notified, within=60))
    assert event["source"] == "aws.cloudwatch"
    assert event["alarmArn"].endswith(f":alarm:{name}")
    data = event["alarmData"]
    assert (data["alarmName"], data["state"]["value"], data["state"]["reason"]) == (name, "ALARM", "as asked")
    assert data["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert data["configuration"]["metrics"][0]["metricStat"]["metric"]["name"] == "none"
    history = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
    assert sorted(item["HistorySummary"] for item in history) == [
        f"Failed to execute action {other}",
        f"Successfully executed action {arn}",
    ]
    assert "not done by this emulator" in history[-1]["HistoryData"] + history[0]["HistoryData"]


def test_anomaly_detection_is_refused(target: Target, name: str) -> None:
    """A model, and an alarm of one."""
    cloudwatch: Any = target.client("cloudwatch")
    metric = {"Namespace": "None", "MetricName": "none", "Stat": "Sum"}
    with pytest.raises(ClientError, match="does not do PutAnomalyDetector"):
        cloudwatch.put_anomaly_detector(SingleMetricAnomalyDetector=metric)
    band = {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1)"}
    stat = {"Metric": {"Namespace": "None", "MetricName": "none"}, "Period": 60, "Stat": "Sum"}
    with pytest.raises(ClientError, match="not done by this emulator"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            EvaluationPeriods=1,
            ComparisonOperator="GreaterThanUpperThreshold",
            ThresholdMetricId="band",
            Metrics=[band, {"Id": "m1", "MetricStat": stat}],
        )
