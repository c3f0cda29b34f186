"""What topics and functions are told when an alarm changes its state. Pure.

Forms as AWS sends them: to SNS by the alarm's notification, to Lambda by the User Guide's "Invoke a Lambda
function from an alarm".
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

_CAPITALS = re.compile(r"(?<!^)(?=[A-Z])")


class StateChange(NamedTuple):
    """An alarm that has just changed its state. `alarm` is as it is now."""

    alarm: Mapping[str, Any]
    account: str
    region: str
    region_name: str
    """As people call it: US East (N. Virginia)."""
    old_state: str
    old_reason: str
    old_reason_data: str
    old_at: datetime


def subject(change: StateChange) -> str:
    """Return a notification's subject."""
    return f'{change.alarm["StateValue"]}: "{change.alarm["AlarmName"]}" in {change.region_name}'


def notification(change: StateChange) -> str:
    """Return what a topic is told, as JSON text."""
    alarm = change.alarm
    fields: dict[str, Any] = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": change.account,
        "AlarmConfigurationUpdatedTimestamp": moment(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": moment(alarm["StateUpdatedTimestamp"]),
        "Region": change.region_name,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": change.old_state,
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
    }
    if "AlarmRule" in alarm:
        fields["AlarmRule"] = alarm["AlarmRule"]
        fields["TriggeringChildren"] = [
            {
                "Arn": child["arn"],
                "State": {"Value": child["state"]["value"], "Timestamp": child["state"]["timestamp"]},
            }
            for child in json.loads(alarm.get("StateReasonData") or "{}").get("triggeringAlarms", [])
        ]
    else:
        fields["Trigger"] = _trigger(alarm)
    return json.dumps(fields)


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    shared = {
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": float(alarm["Threshold"]),
        "TreatMissingData": alarm.get("TreatMissingData", ""),
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile", ""),
    }
    if alarm.get("Metrics"):
        return {"Period": alarm.get("Period", 60), **shared, "Metrics": alarm["Metrics"]}
    extended = alarm.get("ExtendedStatistic")
    statistic: dict[str, Any] = {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
    if not extended:
        name = _CAPITALS.sub("_", alarm["Statistic"]).upper()
        statistic = {"StatisticType": "Statistic", "Statistic": name}
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        **statistic,
        "Unit": alarm.get("Unit"),
        "Dimensions": [
            {"value": pair["Value"], "name": pair["Name"]} for pair in alarm.get("Dimensions", [])
        ],
        "Period": alarm["Period"],
        **shared,
    }


def invocation(change: StateChange) -> bytes:
    """Return the event that a function is invoked with."""
    alarm = change.alarm
    state = {"value": alarm["StateValue"], "reason": alarm["StateReason"]}
    if alarm.get("StateReasonData"):
        state["reasonData"] = alarm["StateReasonData"]
    previous = {"value": change.old_state, "reason": change.old_reason}
    if change.old_reason_data:
        previous["reasonData"] = change.old_reason_data
    event = {
        "source": "aws.cloudwatch",
        "alarmArn": alarm["AlarmArn"],
        "accountId": change.account,
        "time": moment(alarm["StateUpdatedTimestamp"]),
        "region": change.region,
        "alarmData": {
            "alarmName": alarm["AlarmName"],
            "state": {**state, "timestamp": moment(alarm["StateUpdatedTimestamp"])},
            "previousState": {**previous, "timestamp": moment(change.old_at)},
            "configuration": _configuration(alarm),
        },
    }
    return json.dumps(event).encode()


def _configuration(alarm: Mapping[str, Any]) -> dict[str, Any]:
    described = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if "AlarmRule" in alarm:
        return {**described, "alarmRule": alarm["AlarmRule"]}
    if alarm.get("Metrics"):
        return {**described, "metrics": [_query(query) for query in alarm["Metrics"]]}
    query = {
        "Id": "m1",
        "MetricStat": {
            "Metric": {name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")},
            "Period": alarm["Period"],
            "Stat": alarm.get("Statistic") or alarm.get("ExtendedStatistic"),
        },
    }
    return {**described, "metrics": [_query(query)]}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": query["Id"]}
    if stat := query.get("MetricStat"):
        metric = stat["Metric"]
        fields["metricStat"] = {
            "metric": {
                "namespace": metric.get("Namespace"),
                "name": metric.get("MetricName"),
                "dimensions": {pair["Name"]: pair["Value"] for pair in metric.get("Dimensions") or ()},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
    else:
        fields["expression"] = query["Expression"]
    return {**fields, "returnData": query.get("ReturnData", True)}


def moment(at: datetime) -> str:
    """Return a time as AWS's messages have it.

    >>> moment(datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC))
    '2026-01-02T03:04:05.678+0000'
    """
    in_utc = at.astimezone(UTC)
    return f"{in_utc:%Y-%m-%dT%H:%M:%S}.{in_utc.microsecond // 1000:03}+0000"
