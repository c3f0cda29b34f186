"""Alarms judged as often as AWS does.

LocalStack looks at an alarm once in all its evaluation periods: at one over five minutes, every five minutes.
AWS judges it every minute at least, from the same periods. Metrics are read through the store, so what waits
there is counted.
"""

import logging
from typing import Any, Protocol

from localstack.services.cloudwatch import alarm_scheduler

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
