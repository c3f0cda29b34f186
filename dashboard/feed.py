"""Asks AWS for what a page shows, and knows when the other side is gone. One feed serves every open page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from bootstrap import measures, stacks, watched
from bootstrap.errors import TailraceError
from bootstrap.stacks import Stack
from bootstrap.target import Target
from dashboard.schedule import Schedule
from dashboard.view import SHOWN_MINUTES, Alarm, Delivery, Mark, Rest, View, viewed
from detector.book import PK as ANOMALIES
from handler.once.totals import MINUTE, Minute

_QUICK = {"connect_timeout": 2, "read_timeout": 5}
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class State:
    """How the feed stands with the other side, and the last view that it got, if any."""

    kind: Literal["loading", "live", "gone", "missing", "refused"]
    said: str = ""
    """What is wrong, and the fix."""
    since: datetime | None = None
    view: View | None = None


class Feed:
    """What a stack says of itself, again and again."""

    def __init__(self, target: Target, stack: str) -> None:
        self.target = target
        self.stack = stack
        self.state = State("loading")
        self._cloudformation = target.client("cloudformation", **_QUICK)
        self._schedule = Schedule()
        self._reading: Reading | None = None
        self._minutes: dict[datetime, Minute] = {}
        self._rest = Rest()

    def look(self, now: datetime) -> State:
        """Ask for what is due; return how it stands. What fails is a state, no exception."""
        try:
            self.state = State("live", view=self._view(now))
        except TailraceError as error:
            self._fail("missing", str(error), now)
        except (ConnectionError, HTTPClientError):
            where = self.target.endpoint or "AWS"
            fix = " `make up` starts the emulator and deploys." if self.target.emulated else ""
            self._fail("gone", f"Nobody answers at {where}.{fix}", now)
        except ClientError as error:
            gone = error.response["Error"]["Code"].endswith(("NotFoundException", "NonExistentQueue"))
            fix = " `make up` deploys what is missing." if gone else ""
            self._fail("missing" if gone else "refused", f"AWS says no: {error}.{fix}", now)
        except BotoCoreError as error:
            self._fail("refused", f"AWS could not be asked: {error}", now)
        return self.state

    def _view(self, now: datetime) -> View:
        if self._reading is None:
            self._reading = Reading(self.target, stacks.standing(self._cloudformation, self.stack))
        look = self._schedule.next(now)
        for minute in self._reading.minutes(look.begin, look.end):
            self._minutes[minute.at] = minute
        oldest = look.end - SHOWN_MINUTES * MINUTE
        self._minutes = {at: minute for at, minute in sorted(self._minutes.items()) if at >= oldest}
        if look.rest:
            self._rest = self._reading.rest(oldest)
        return viewed(now, list(self._minutes.values()), self._rest)

    def _fail(self, kind: Literal["gone", "missing", "refused"], said: str, now: datetime) -> None:
        """Note what is wrong and since when; begin anew next time, with the stack as it then stands."""
        since = self.state.since if self.state.kind == kind else now
        self.state = replace(self.state, kind=kind, said=said, since=since)
        self._reading = None
        self._minutes = {}
        self._schedule.forget()


class Reading:
    """A stack's tables, queues and alarms, through AWS's clients."""

    def __init__(self, target: Target, stack: Stack) -> None:
        self._outputs = stack.outputs
        self._dynamodb = target.client("dynamodb", **_QUICK)
        self._sqs = target.client("sqs", **_QUICK)
        self._lambda = target.client("lambda", **_QUICK)
        self._cloudwatch = target.client("cloudwatch", **_QUICK)

    def minutes(self, begin: datetime, end: datetime) -> list[Minute]:
        """Return the totals of each minute from `begin` up to, not with, `end`."""
        return watched.minutes(self._dynamodb, self._outputs["LedgerTableName"], begin, end)

    def rest(self, since: datetime) -> Rest:
        """Return what is shown besides: anomalies that began since then."""
        mapping = self._lambda.get_event_source_mapping(UUID=self._outputs["MappingId"])
        return Rest(
            marks=self._marks(since),
            alarms=self._alarms(),
            quarantined=measures.depth(self._sqs, self._outputs["QuarantineUrl"]),
            dead_letters=measures.depth(self._sqs, self._outputs["DeadLetterUrl"]),
            mapping=Delivery(mapping["State"], mapping.get("LastProcessingResult", "")),
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
