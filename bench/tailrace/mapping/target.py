"""The function at the end of a mapping, and where its failures go: invocations, destinations, metrics."""

import json
import logging
from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.provider_utils import get_function_version_from_arn

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.functions.invoke import invoke
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
        self._mapping: str = configuration["UUID"]
        self._stream_arn: str = configuration["EventSourceArn"]
        self._settings = settings
        self._role = role
        self.result = noted
        self._counts = EventCounts(self._arn, self._mapping, counted=settings.counted)

    def source(self, shard_id: str) -> Source:
        """Name the stream, and the role that the function has now."""
        try:
            self._role = get_function_version_from_arn(self._arn).config.role
        except Exception:  # the function is gone; its last role will do
            LOG.debug("no role of %s", self._arn, exc_info=True)
        return Source(self._stream_arn, self._stream_arn.split(":")[3], shard_id, self._role)

    def invoke(self, source: Source, action: Invoke[Record]) -> JudgedTry:
        """Invoke the function with the event of these records; what it answers is judged."""
        now = CLOCK.now()
        with HISTORIES.of(self._mapping).invoking():
            outcome = invoke(self._arn, event(source, action.records, action.window), action.request_id)
        ended = CLOCK.now()
        if outcome.status in NEVER_RAN:
            LOG.info("%s: %s, tried again later", self._arn, outcome.status)
        else:
            self._counts.add("InvokedEventCount", len(action.records), now)
            if action.records:
                age = (now - action.records[-1].arrival) * 1000
                self._record("IteratorAge", age, "Milliseconds", at=now)
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
            self._record("DestinationDeliveryFailures", 1, "Count", at=now)
            self._counts.add("DroppedEventCount", len(action.records), now)
        else:
            self._counts.add("OnFailureDestinationDeliveredEventCount", len(action.records), now)

    def _record(self, name: str, value: float, unit: str, at: float) -> None:
        _, _, _, region, account, _, function, *qualifier = self._arn.split(":")
        resource = ":".join([function, *qualifier])
        dimensions = [{"FunctionName": function}]
        if name == "IteratorAge":
            dimensions.append({"FunctionName": function, "Resource": resource})
        for one in dimensions:
            cloudwatch.record(
                account=account,
                region=region,
                namespace="AWS/Lambda",
                name=name,
                value=value,
                unit=unit,
                dimensions=one,
                at=at,
            )
