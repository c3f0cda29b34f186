"""A composite alarm whose actions another alarm suppresses: while it is in ALARM, and for a while after."""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.alarms import QUIET

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.literals import StateValueType

pytestmark = pytest.mark.emulator_only

WAIT, EXTENSION = 1, 8
"""Seconds that the composite alarm waits for its suppressor, and stays suppressed after it."""


class Suppressed:
    """A composite alarm of one child, with a suppressor and a topic to be told."""

    def __init__(self, target: Target, prefix: str) -> None:
        self._cloudwatch: CloudWatchClient = target.client("cloudwatch")
        self._sns = target.client("sns")
        self.names = [f"{prefix}-{what}" for what in ("child", "suppressor", "both")]
        self._topic = self._sns.create_topic(Name=prefix)["TopicArn"]
        child, suppressor, both = self.names
        for name in (child, suppressor):
            self._cloudwatch.put_metric_alarm(AlarmName=name, **QUIET)
            self.set(name, "OK")
        self._cloudwatch.put_composite_alarm(
            AlarmName=both,
            AlarmRule=f"ALARM({child})",
            AlarmActions=[self._topic],
            ActionsSuppressor=suppressor,
            ActionsSuppressorWaitPeriod=WAIT,
            ActionsSuppressorExtensionPeriod=EXTENSION,
        )

    def set(self, name: str, state: "StateValueType") -> None:
        """Give an alarm a state."""
        self._cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="as asked")

    def seen(self) -> tuple[str, str, list[str]]:
        """Return the composite alarm's state, what suppresses its actions, and what these were."""
        both = self.names[-1]
        (alarm,) = self._cloudwatch.describe_alarms(AlarmNames=[both], AlarmTypes=["CompositeAlarm"])[
            "CompositeAlarms"
        ]
        history = self._cloudwatch.describe_alarm_history(AlarmName=both, HistoryItemType="Action")
        acted = [item["HistorySummary"] for item in history["AlarmHistoryItems"]]
        return alarm["StateValue"], alarm.get("ActionsSuppressedBy", ""), acted

    def wait_for(self, state: str, by: str, number: int) -> list[str]:
        """Wait until it is so; return the actions."""

        def is_so() -> list[str]:
            """Look."""
            seen = self.seen()
            assert (seen[0], seen[1], len(seen[2])) == (state, by, number), seen
            return [*seen[2], "seen"]

        return eventually(is_so, within=60)[:-1]

    def remove(self) -> None:
        """Remove all of it."""
        self._cloudwatch.delete_alarms(AlarmNames=self.names[-1:])
        self._cloudwatch.delete_alarms(AlarmNames=self.names[:-1])
        self._sns.delete_topic(TopicArn=self._topic)


@pytest.fixture
def alarms(target: Target, run: Run) -> Iterator[Suppressed]:
    """Give the alarms of a test's own."""
    made = Suppressed(target, f"{run.prefix}-{secrets.token_hex(3)}")
    yield made
    made.remove()


def test_a_suppressed_alarm_is_told_of_later(alarms: Suppressed) -> None:
    """Nothing while the suppressor is in ALARM, nor in the extension after it; then what waited."""
    child, suppressor, _ = alarms.names
    alarms.set(suppressor, "ALARM")
    alarms.wait_for("OK", "Alarm", 0)
    alarms.set(child, "ALARM")
    alarms.wait_for("ALARM", "Alarm", 0)
    alarms.set(suppressor, "OK")
    alarms.wait_for("ALARM", "ExtensionPeriod", 0)
    (notified,) = alarms.wait_for("ALARM", "", 1)
    assert notified.startswith("Successfully executed action arn:aws:sns:")


def test_what_is_over_by_then_is_told_to_nobody(alarms: Suppressed) -> None:
    """An alarm that began and ended while it was suppressed."""
    child, suppressor, _ = alarms.names
    alarms.set(suppressor, "ALARM")
    alarms.wait_for("OK", "Alarm", 0)
    alarms.set(child, "ALARM")
    alarms.wait_for("ALARM", "Alarm", 0)
    alarms.set(child, "OK")
    alarms.wait_for("OK", "Alarm", 0)
    alarms.set(suppressor, "OK")
    alarms.wait_for("OK", "", 0)


def test_without_a_suppressor_in_alarm_it_is_told_of_soon(alarms: Suppressed) -> None:
    """After the time that it waits for one."""
    alarms.set(alarms.names[0], "ALARM")
    alarms.wait_for("ALARM", "", 1)
