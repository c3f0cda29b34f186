"""The function at the end of a mapping, and where its failures go: invocations, destinations, metrics."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.provider_utils import get_function_version_from_arn

from tailrace import cloudwatch
from tailrace.functions.invoke import invoke
from tailrace.kinesis.engine import Record
from tailrace.mapping.actions import Discard, Invoke
from tailrace.mapping.answers import Kind, Verdict, judge
from tailrace.mapping.destinations import deliver
from tailrace.mapping.event import Source, event
from tailrace.mapping.messages import message
from tailrace.mapping.settings import Settings

LOG = logging.getLogger(__name__)


class Function:
    """The function of one mapping, by its ARN as the mapping names it (with alias or version, if it does)."""

    def __init__(
        self, configuration: dict[str, Any], settings: Settings, role: str, noted: Callable[[str], None]
    ) -> None:
        self._arn: str = configuration["FunctionArn"]
        self._mapping: str = configuration["UUID"]
        self._stream_arn: str = configuration["EventSourceArn"]
        self._settings = settings
        self._role = role
        self.result = noted

    def source(self, shard_id: str) -> Source:
        """Name the stream, and the role that the function has now."""
        try:
            self._role = get_function_version_from_arn(self._arn).config.role
        except Exception:  # the function is gone; its last role will do
            LOG.debug("no role of %s", self._arn, exc_info=True)
        return Source(self._stream_arn, self._stream_arn.split(":")[3], shard_id, self._role)

    def invoke(self, source: Source, action: Invoke[Record]) -> Verdict:
        """Invoke the function with the event of these records; what it answers is judged."""
        now = time.time()
        self._record("IteratorAge", (now - action.records[-1].arrival) * 1000, "Milliseconds", at=now)
        try:
            outcome = invoke(self._arn, event(source, action.records), action.request_id)
        except Exception:
            LOG.exception("%s could not be invoked", self._arn)
            return Verdict(Kind.THROTTLED)
        if outcome.status in ("throttled", "missing"):
            LOG.info("%s: %s, tried again later", self._arn, outcome.status)
        numbers = [record.sequence_number for record in action.records]
        return judge(outcome, numbers, partial_answers=self._settings.partial_answers)

    def discard(self, source: Source, action: Discard[Record]) -> None:
        """Report records to the destination; if it does not take them, they are done with all the same."""
        if not self._settings.destination:
            return
        now = time.time()
        written = message(source, self._arn, action, now)
        try:
            deliver(self._settings.destination, written, event(source, action.records), self._mapping, now)
        except (BotoCoreError, ClientError) as error:
            LOG.warning("%s does not take %s: %s", self._settings.destination, json.dumps(written), error)
            self._record("DestinationDeliveryFailures", 1, "Count", at=now)

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
