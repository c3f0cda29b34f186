"""Alarms judged as often as AWS does.

LocalStack looks at an alarm once in all its evaluation periods: at one over five minutes, every five minutes.
AWS judges it every minute at least, from the same periods. Alarm and metric are read from the stores: a
request for each, and for each period, as LocalStack does it, took a sixth of its time with ten stacks.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

from localstack.services.cloudwatch import alarm_scheduler
from localstack.services.cloudwatch.models import cloudwatch_stores
from localstack.utils.aws import arns

from tailrace.cloudwatch.store import Periods, read

LOG = logging.getLogger(__name__)

EVERY = 5
"""Seconds between two judgements of an alarm."""


class Scheduler(Protocol):
    """LocalStack's scheduler of alarms."""

    scheduler: Any
    scheduled_alarms: dict[str, object]

    def delete_scheduler_for_alarm(self, alarm_arn: str) -> None:
        """Judge it no more."""

    def _is_alarm_supported(self, alarm_details: object) -> bool: ...


def install() -> None:
    """Put this in place of LocalStack's rhythm."""
    alarm_scheduler.AlarmScheduler.schedule_metric_alarm = _schedule
    alarm_scheduler.get_metric_alarm_details_for_alarm_arn = _alarm
    alarm_scheduler.collect_metric_data = _values


def _place(alarm_arn: str) -> tuple[str, str]:
    parts = arns.parse_arn(alarm_arn)
    return parts["account"], parts["region"]


def _alarm(alarm_arn: str) -> dict[str, Any] | None:
    account, region = _place(alarm_arn)
    found = cloudwatch_stores[account][region].alarms.get(alarm_arn)
    return None if found is None or "AlarmRule" in found.alarm else dict(found.alarm)


def _values(alarm: Mapping[str, Any], client: object) -> list[float | None]:
    """Return the statistic of each period until now, the oldest first; None where nothing was measured.

    As on AWS only as many of the latest measurements count as there are periods to judge. What lies farther
    back stands in for what is missing, no more: LocalStack would count it too.
    """
    del client
    judged, period = alarm["EvaluationPeriods"], alarm["Period"]
    periods = judged + max(judged // 3, 2)  # LocalStack's guess of how far back AWS looks
    now = int(time.time())
    found = read(
        _place(alarm["AlarmArn"]), alarm, alarm["Statistic"], Periods(now - periods * period, now, period)
    )
    counting = sorted(found)[-judged:]
    return [found[number] if number in counting else None for number in range(periods)]


def _schedule(self: Scheduler, alarm_arn: str) -> None:
    self.delete_scheduler_for_alarm(alarm_arn)
    alarm = alarm_scheduler.get_metric_alarm_details_for_alarm_arn(alarm_arn)
    if not alarm or not self._is_alarm_supported(alarm):
        LOG.warning("The alarm %s is not evaluated: LocalStack judges plain statistics only", alarm_arn)
        return
    self.scheduled_alarms[alarm_arn] = self.scheduler.schedule(
        func=alarm_scheduler.calculate_alarm_state,
        period=EVERY,
        fixed_rate=False,
        args=[alarm_arn],
        on_error=lambda error: LOG.error("The alarm %s could not be judged: %s", alarm_arn, error),
    )
