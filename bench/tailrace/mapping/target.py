"""The function at the end of a mapping, and where its failures go: invocations, destinations, metrics."""

import json
import logging
from collections.abc import Callable
from typing import Any

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.cells import CellKey, key
from tailrace.functions.invoke import NamedFunction
from tailrace.kinesis.engine import Record
from tailrace.mapping.counts import EventCounts, failed_of
from tailrace.mapping.destinations import deliver
from tailrace.mapping.event import Source, event
from tailrace.mapping.history import GIVEN_UP, HISTORIES, batch, failed_from, reason_of
from tailrace.mapping.messages import message
from tailrace.mapping.rules.actions import Discard, Invoke
from tailrace.mapping.rules.answers import NEVER_RAN, JudgedTry, judge
from tailrace.mapping.rules.shard import Dealt
from tailrace.mapping.settings import MappingSettings

LOG = logging.getLogger(__name__)


class MappedFunction:
    """The function of one mapping, by its ARN as the mapping names it (with alias or version, if it does)."""

    def __init__(
        self,
        configuration: dict[str, Any],
        settings: MappingSettings,
        role: str,
        noted: Callable[[str, int], None],
    ) -> None:
        self._arn: str = configuration["FunctionArn"]
        self._function = NamedFunction(self._arn)
        self._mapping: str = configuration["UUID"]
        self._stream_arn: str = configuration["EventSourceArn"]
        self._settings = settings
        self._role = role
        self.result = noted
        self._counts = EventCounts(self._arn, self._mapping, counted=settings.counted)
        self._ages = _metrics(self._arn, "IteratorAge", "Milliseconds")

    def source(self, shard_id: str) -> Source:
        """Name the stream, and the role that the function has now."""
        self._role = self._function.role() or self._role  # the last one, of a function that is gone
        return Source(self._stream_arn, self._stream_arn.split(":")[3], shard_id, self._role)

    def invoke(self, source: Source, action: Invoke[Record]) -> JudgedTry:
        """Invoke the function with the event of these records; what it answers is judged."""
        now = CLOCK.now()
        with HISTORIES.of(self._mapping).invoking():
            outcome = self._function.invoke(event(source, action.records, action.window), action.request_id)
        ended = CLOCK.now()
        if outcome.status in NEVER_RAN:
            LOG.info("%s: %s, tried again later", self._arn, outcome.status)
        else:
            self._counts.add("InvokedEventCount", len(action.records), now)
            if action.records:
                age = (now - action.records[-1].arrival) * 1000
                for which in self._ages:
                    cloudwatch.note(which._replace(second=int(now)), age)
        numbers = [record.sequence_number for record in action.records]
        verdict = judge(
            outcome,
            numbers,
            partial_answers=self._settings.partial_answers,
            stateful=action.window is not None and not action.window.final,
        )
        if failed := failed_of(verdict, len(action.records)):
            self._counts.add("FailedInvokeEventCount", failed, ended)
        HISTORIES.of(self._mapping).ended(
            batch(
                source.shard_id,
                action.records,
                self._settings.factor,
                request_id=action.request_id,
                kind=verdict.kind.name.lower(),
                began=now,
                ended=ended,
                failed_from=failed_from(verdict, action.records),
                reason=reason_of(outcome, verdict, action.records),
            )
        )
        return verdict

    def polled(self, dealt: Dealt) -> None:
        """Count what a read gave."""
        now = CLOCK.now()
        self._counts.add("PolledEventCount", dealt.polled, now)
        if dealt.polled and self._settings.patterns:
            self._counts.add("FilteredOutEventCount", dealt.polled - dealt.passed, now)

    def discard(self, source: Source, action: Discard[Record]) -> None:
        """Report records to the destination; if it does not take them, they are done with all the same."""
        now = CLOCK.now()
        HISTORIES.of(self._mapping).gave_up(
            batch(
                source.shard_id,
                action.records,
                self._settings.factor,
                request_id=action.request_id,
                kind=GIVEN_UP,
                began=now,
                ended=now,
                reason=action.condition.value,
            )
        )
        if not self._settings.destination:
            self._counts.add("DroppedEventCount", len(action.records), now)
            return
        written = message(source, self._arn, action, now)
        content = event(source, action.records, action.window)
        try:
            deliver(self._settings.destination, written, content, self._mapping, now)
        except Exception as error:  # noqa: BLE001  whatever it is: a failed report, sent no second time
            LOG.warning("%s does not take %s: %s", self._settings.destination, json.dumps(written), error)
            failures, _ = _metrics(self._arn, "DestinationDeliveryFailures", "Count")
            cloudwatch.note(failures._replace(second=int(now)), 1)
            self._counts.add("DroppedEventCount", len(action.records), now)
        else:
            self._counts.add("OnFailureDestinationDeliveredEventCount", len(action.records), now)


def _metrics(arn: str, name: str, unit: str) -> tuple[CellKey, CellKey]:
    """Name a metric of a function, by the function and by the resource that it is invoked as."""
    _, _, _, region, account, _, function, *qualifier = arn.split(":")
    by_function = {"FunctionName": function}
    by_resource = by_function | {"Resource": ":".join([function, *qualifier])}
    metric = ("AWS/Lambda", name, unit)
    one, other = (key((account, region), metric, dimensions, 0) for dimensions in (by_function, by_resource))
    return one, other
