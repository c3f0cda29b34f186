"""What stored log lines cause: metric filters count them, subscription filters send them on.

A thread of its own does it, and nobody waits for it: what it asks of LocalStack may write log lines itself.
"""

import base64
import json
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

from localstack.aws.connect import connect_to

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.metric_filters import published
from tailrace.cloudwatch.patterns import compiled
from tailrace.cloudwatch.subscriptions import RANDOM, LogSource, StoredEvent, control_message, data_message

LOG = logging.getLogger(__name__)

_SERVICES = {"kinesis": "Kinesis stream", "firehose": "Firehose stream"}


class LogSubscription(Protocol):
    """A subscription filter of moto's."""

    name: str
    filter_pattern: str
    destination_arn: str
    distribution: str  # ours


class StoredLines(NamedTuple):
    """Lines that were stored, and the filters that the log group had then."""

    source: LogSource
    lines: Sequence[StoredEvent]
    metric_filters: Sequence[Mapping[str, Any]]
    subscriptions: Sequence[LogSubscription]


class LogDelivery:
    """Stored lines in, metrics and messages out, in the order in which they were stored."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="log-delivery", daemon=True).start()

    def add(self, stored: StoredLines) -> None:
        """Take lines; returns at once."""
        self._waiting.put(lambda: self._deliver(stored))

    def check(self, destination: str, partition_key: str) -> None:
        """Send the message with which a new destination is tried, as AWS does for streams."""
        service = destination.split(":")[2]
        if service in _SERVICES:
            message = control_message(_SERVICES[service], int(CLOCK.now() * 1000))
            self._waiting.put(lambda: send(destination, message, partition_key))

    def _run(self) -> None:
        while True:
            act = self._waiting.get()
            try:
                act()
            except Exception as error:  # noqa: BLE001  whatever a destination does, the next line is sent
                LOG.warning("Log lines did not reach their destination: %s", error)

    def _deliver(self, stored: StoredLines) -> None:
        for metric_filter in stored.metric_filters:
            cloudwatch.STORE.add_all(published(stored.source, metric_filter, stored.lines))
        for one in stored.subscriptions:
            matches = compiled(one.filter_pattern or "")
            if lines := [line for line in stored.lines if matches(line.message)]:
                message = data_message(stored.source, one.name, lines)
                by_stream = one.distribution != RANDOM
                key = stored.source.partition_key if by_stream else secrets.token_hex(16)
                send(one.destination_arn, message, key)


@cache
def delivery() -> LogDelivery:
    """Return the emulator's; its thread begins when it is first asked for."""
    return LogDelivery()


def send(destination: str, message: bytes, partition_key: str) -> None:
    """Hand a compressed message to a function, a stream or a Firehose."""
    _, _, service, region, account, resource = destination.split(":", 5)
    factory = connect_to(aws_access_key_id=account, region_name=region)
    name = resource.partition("/")[2]
    if service == "lambda":
        event = {"awslogs": {"data": base64.b64encode(message).decode()}}
        factory.lambda_.invoke(
            FunctionName=destination, InvocationType="Event", Payload=json.dumps(event).encode()
        )
    elif service == "kinesis":
        factory.kinesis.put_record(StreamName=name, Data=message, PartitionKey=partition_key)
    else:
        factory.firehose.put_record(DeliveryStreamName=name, Record={"Data": message})
