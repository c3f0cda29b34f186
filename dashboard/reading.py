"""A stack's tables, queues and alarms, as a page asks for them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bootstrap import watched
from bootstrap.failing import failed_functions
from bootstrap.stacks import Stack
from bootstrap.target import Target
from dashboard.failing import Failing
from dashboard.queues import Queues
from dashboard.view import Alarm, MappingState, Mark, Rest
from detector.anomaly_store import PK as ANOMALIES
from handler.once.totals import Minute

QUICK = {"connect_timeout": 2, "read_timeout": 5}
_MOST_MARKS = 30
_FAILING = ("ErrorsAlarmName", "DetectorErrorsAlarmName")
"""Outputs that name the alarms of functions."""


class Reading:
    """A stack's tables, queues and alarms, through AWS's clients."""

    def __init__(self, target: Target, stack: Stack, folder: Path) -> None:
        self._outputs = stack.outputs
        self.made = stack.created
        self._dynamodb = target.client("dynamodb", **QUICK)
        self._lambda = target.client("lambda", **QUICK)
        self._cloudwatch = target.client("cloudwatch", **QUICK)
        self.queues = Queues(target, stack)
        self._failing = Failing(lambda: failed_functions(target, stack, folder))

    def minutes(self, begin: datetime, end: datetime) -> list[Minute]:
        """Return the totals of each minute from `begin` up to, not with, `end`."""
        return watched.minutes(self._dynamodb, self._outputs["LedgerTableName"], begin, end)

    def rest(self, since: datetime, now: datetime) -> Rest:
        """Return what is shown besides: anomalies that began since then, queues, alarms, the mapping."""
        found = self._lambda.get_event_source_mapping(UUID=self._outputs["MappingId"])
        mapping = MappingState(found["State"], found.get("LastProcessingResult", ""))
        alarms = self._alarms()
        alarmed = {alarm.name for alarm in alarms if alarm.state == "ALARM"}
        failing = any(self._outputs.get(output) in alarmed for output in _FAILING)
        return Rest(
            marks=self._marks(since),
            alarms=alarms,
            queues=self.queues.look(now),
            mapping=mapping,
            failed=self._failing.look(now, ill=failing or not mapping.well),
        )

    def _alarms(self) -> Sequence[Alarm]:
        names = [name for output, name in self._outputs.items() if output.endswith("AlarmName")]
        found = self._cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        return [Alarm(alarm["AlarmName"], alarm["StateValue"]) for alarm in found]

    def _marks(self, since: datetime) -> Sequence[Mark]:
        found = self._dynamodb.query(
            TableName=self._outputs["LedgerTableName"],
            KeyConditionExpression="pk = :anomalies AND sk >= :since",
            ExpressionAttributeValues={
                ":anomalies": {"S": ANOMALIES},
                ":since": {"S": f"{since:%Y-%m-%dT%H:%M}"},
            },
            ScanIndexForward=False,
            Limit=_MOST_MARKS,
        )["Items"]
        return [
            Mark(
                at=datetime.fromisoformat(item["begin"]["S"]),
                end=datetime.fromisoformat(item["end"]["S"]),
                kind=item["kind"]["S"],
                series=item["series"]["S"],
                seen=float(item["seen"]["N"]),
                expected=float(item["expected"]["N"]),
            )
            for item in found
        ]
