"""The alarms of one account and region, and their history; every change of a state happens here.

Alarms are LocalStack's records of them, so that its CloudFormation and its tags see the same.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from localstack.services.cloudwatch.models import (
    CloudWatchStore,
    LocalStackCompositeAlarm,
    LocalStackMetricAlarm,
    cloudwatch_stores,
)

from tailrace.clock import CLOCK
from tailrace.cloudwatch.store import Place

LOCK = threading.RLock()
"""Held while an alarm is read and changed; never while somebody is told."""
MOST_HISTORY = 20_000
"""Entries that are kept in all; AWS keeps 30 days of them."""
_KEPT = (
    "StateValue",
    "StateReason",
    "StateReasonData",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
)

_DATED = ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp")


class Changed(NamedTuple):
    """An alarm as it is since its state changed, and what the state was before."""

    alarm: Mapping[str, Any]
    old_state: str
    old_reason: str
    old_reason_data: str
    old_at: datetime


def store(place: Place) -> CloudWatchStore:
    """Return LocalStack's own store."""
    return cloudwatch_stores[place[0]][place[1]]


def every() -> Iterator[tuple[Place, dict[str, Any]]]:
    """Give every alarm there is, with its account and region."""
    with LOCK:
        found = [
            ((account, region), record.alarm)
            for account, bundle in list(cloudwatch_stores.items())
            for region, regional in list(bundle.items())
            for record in list(regional.alarms.values())
        ]
    yield from found


def find(place: Place, name: str) -> dict[str, Any] | None:
    """Return an alarm as it is now, by its name or ARN; None if there is none."""
    arn = name if name.startswith("arn:") else f"arn:aws:cloudwatch:{place[1]}:{place[0]}:alarm:{name}"
    with LOCK:
        record = store(place).alarms.get(arn)
        return None if record is None else dict(record.alarm)


def put(place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """Create or update an alarm; an update leaves its state as it is."""
    kind = LocalStackCompositeAlarm if "AlarmRule" in request else LocalStackMetricAlarm
    made = kind(*place, {**request}).alarm
    made |= dict.fromkeys(_DATED, _now())  # LocalStack dates them by the machine's clock
    with LOCK:
        by_name = store(place).alarms
        known = by_name.get(made["AlarmArn"])
        if known is not None:
            made |= {name: known.alarm[name] for name in _KEPT if name in known.alarm}
        record = kind.__new__(kind)
        record.account_id, record.region, record.alarm = *place, made
        by_name[made["AlarmArn"]] = record
        _note(place, made, "ConfigurationUpdate", _created(made, known.alarm if known else None))
    return dict(made)


def remove(place: Place, arn: str) -> bool:
    """Delete an alarm; return whether it was there."""
    with LOCK:
        record = store(place).alarms.pop(arn, None)
        if record is not None:
            summary = f'Alarm "{record.alarm["AlarmName"]}" deleted'
            _note(place, record.alarm, "ConfigurationUpdate", (summary, {"version": "1.0", "type": "Delete"}))
    return record is not None


def change(place: Place, arn: str, state: str, reason: str, data: Mapping[str, Any] | None) -> Changed | None:
    """Set an alarm's state; return what changed, or None if it is the same or the alarm is gone."""
    with LOCK:
        record = store(place).alarms.get(arn)
        if record is None:
            return None
        alarm = record.alarm
        old = (alarm["StateValue"], alarm["StateReason"], alarm.get("StateReasonData", ""))
        old_at = alarm["StateUpdatedTimestamp"]
        if old[0] == state:
            return None
        now = _now()
        alarm |= {"StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": now}
        alarm["StateTransitionedTimestamp"] = now
        alarm["StateReasonData"] = json.dumps(data or {})
        details = {
            "version": "1.0",
            "oldState": _state(*old),
            "newState": _state(state, reason, alarm["StateReasonData"]),
        }
        _note(place, alarm, "StateUpdate", (f"Alarm updated from {old[0]} to {state}", details))
        return Changed(dict(alarm), *old, old_at)


def acted(place: Place, alarm: Mapping[str, Any], action: str, error: str | None) -> None:
    """Note that an action was carried out, or why it was not."""
    done = "Successfully executed" if error is None else "Failed to execute"
    details = {"actionState": "Succeeded" if error is None else "Failed", "notificationResource": action}
    with LOCK:
        _note(
            place, alarm, "Action", (f"{done} action {action}", details | ({"error": error} if error else {}))
        )


def _now() -> datetime:
    return datetime.fromtimestamp(CLOCK.now(), UTC)


def _state(value: str, reason: str, data: str) -> dict[str, Any]:
    details: dict[str, Any] = {"stateValue": value, "stateReason": reason}
    known = json.loads(data) if data else {}
    return details | ({"stateReasonData": known} if known else {})


def _created(made: Mapping[str, Any], known: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
    word = "created" if known is None else "updated"
    return f'Alarm "{made["AlarmName"]}" {word}', {"version": "1.0", "type": word.capitalize()[:-1]}


def _note(place: Place, alarm: Mapping[str, Any], kind: str, said: tuple[str, Mapping[str, Any]]) -> None:
    history = store(place).histories
    history.append(
        {
            "AlarmName": alarm["AlarmName"],
            "AlarmType": "CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm",
            "Timestamp": _now(),
            "HistoryItemType": kind,
            "HistorySummary": said[0],
            "HistoryData": json.dumps(said[1]),
        }
    )
    del history[: -MOST_HISTORY or None]
