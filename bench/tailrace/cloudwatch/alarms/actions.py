"""Carries out what an alarm is to do when its state has changed: topics are told, functions invoked."""

import logging
from functools import cache

import botocore.session
from localstack.aws.connect import connect_to

from tailrace.cloudwatch.alarms import book
from tailrace.cloudwatch.alarms.messages import StateChange, invocation, notification, subject
from tailrace.cloudwatch.alarms.rules import ALARM, OK
from tailrace.cloudwatch.store import Place

LOG = logging.getLogger(__name__)


def perform(place: Place, changed: book.Changed) -> None:
    """Do what an alarm's new state asks for; what cannot be done is noted in its history."""
    alarm = changed.alarm
    if not alarm.get("ActionsEnabled", True):
        return
    wanted = {OK: "OKActions", ALARM: "AlarmActions"}.get(alarm["StateValue"], "InsufficientDataActions")
    change = StateChange(
        alarm,
        *place,
        region_name(place[1]),
        changed.old_state,
        changed.old_reason,
        changed.old_reason_data,
        changed.old_at,
    )
    for action in alarm.get(wanted, ()):
        error = None
        try:
            _act(action, change)
        except Exception as failure:  # noqa: BLE001  one that cannot be told must not keep the others from it
            error = f"{type(failure).__name__}: {failure}"
            LOG.warning("The alarm %s could not act: %s: %s", alarm["AlarmArn"], action, error)
        book.acted(place, alarm, action, error)


def _act(action: str, change: StateChange) -> None:
    _, _, service, region, account, *_ = action.split(":")
    clients = connect_to(region_name=region or change.region, aws_access_key_id=account or change.account)
    if service == "sns":
        clients.sns.publish(TopicArn=action, Subject=subject(change)[:100], Message=notification(change))
    elif service == "lambda":
        clients.lambda_.invoke(FunctionName=action, InvocationType="Event", Payload=invocation(change))
    else:
        raise NotImplementedError(f"actions of {service} are not done by this emulator")


@cache
def region_name(region: str) -> str:
    """Return what people call a region.

    >>> region_name("us-east-1")
    'US East (N. Virginia)'
    """
    data = botocore.session.get_session().get_data("endpoints")
    for partition in data["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region
