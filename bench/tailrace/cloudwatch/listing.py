"""What ListMetrics, DescribeAlarms and DescribeAlarmHistory are asked for; pages of it. Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tailrace.cloudwatch.alarms.composite import read
from tailrace.cloudwatch.queries import QueryError
from tailrace.cloudwatch.store import MetricId, Seen

RECENT = 3 * 3600
"""Seconds: what RecentlyActive=PT3H means."""


def sliced[T](found: Sequence[T], token: str | None, most: int) -> tuple[list[T], str | None]:
    """Return a page and the next one's token, None after the last."""
    begin = 0
    if token:
        try:
            begin = int(urlsafe_b64decode(token.encode()))
        except ValueError:
            raise QueryError("InvalidNextToken", "The next token specified is invalid.") from None
    end = begin + most
    return list(found[begin:end]), urlsafe_b64encode(b"%d" % end).decode() if end < len(found) else None


def metrics_asked_for(request: Mapping[str, Any], known: Iterable[Seen], now: float) -> list[MetricId]:
    """Return the metrics that have all the dimensions asked for, and maybe others."""
    wanted = [(pair["Name"], pair.get("Value")) for pair in request.get("Dimensions") or ()]
    recent = request.get("RecentlyActive")
    if recent not in (None, "PT3H"):
        raise QueryError(
            "InvalidParameterValue", f"The value {recent} for parameter RecentlyActive is not PT3H."
        )
    return [
        seen.metric
        for seen in known
        if request.get("Namespace") in (None, seen.metric.namespace)
        and request.get("MetricName") in (None, seen.metric.name)
        and all(_has(seen.metric, *pair) for pair in wanted)
        and (recent is None or seen.newest >= now - RECENT)
    ]


def _has(metric: MetricId, name: str, value: str | None) -> bool:
    return any(known == name and value in (None, "", actual) for known, actual in metric.dimensions)


def alarms_asked_for(
    request: Mapping[str, Any], known: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the alarms that DescribeAlarms asks for, by name."""
    alarms = sorted(known, key=lambda alarm: str(alarm["AlarmName"]))
    if parent := request.get("ChildrenOfAlarmName"):
        return _children(parent, alarms)
    if child := request.get("ParentsOfAlarmName"):
        return [alarm for alarm in alarms if "AlarmRule" in alarm and _names(alarm, child)]
    types = request.get("AlarmTypes") or ["MetricAlarm"]
    names = request.get("AlarmNames")
    actions = request.get("ActionPrefix")
    return [
        alarm
        for alarm in alarms
        if ("CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm") in types
        and (not names or alarm["AlarmName"] in names)
        and str(alarm["AlarmName"]).startswith(request.get("AlarmNamePrefix") or "")
        and request.get("StateValue") in (None, alarm["StateValue"])
        and (not actions or any(action.startswith(actions) for action in alarm.get("AlarmActions", ())))
    ]


def _children(parent: str, alarms: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    rules = [
        read(alarm["AlarmRule"]) for alarm in alarms if alarm["AlarmName"] == parent and "AlarmRule" in alarm
    ]
    named = {child.rpartition(":")[2] for rule in rules for child in rule.children}
    return [alarm for alarm in alarms if alarm["AlarmName"] in named]


def _names(alarm: Mapping[str, Any], child: str) -> bool:
    return any(name.rpartition(":")[2] == child for name in read(alarm["AlarmRule"]).children)


def history_asked_for(
    request: Mapping[str, Any], history: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the entries that DescribeAlarmHistory asks for, the newest first unless asked otherwise."""
    types = request.get("AlarmTypes") or ["MetricAlarm", "CompositeAlarm"]
    begin, end = request.get("StartDate"), request.get("EndDate")
    found = [
        item
        for item in history
        if request.get("AlarmName") in (None, item["AlarmName"])
        and request.get("HistoryItemType") in (None, item["HistoryItemType"])
        and item["AlarmType"] in types
        and (begin is None or item["Timestamp"] >= begin)
        and (end is None or item["Timestamp"] <= end)
    ]
    return found if request.get("ScanBy") == "TimestampAscending" else found[::-1]
