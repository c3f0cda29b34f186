"""LocalStack's CloudWatch Logs with our way of storing lines. `PROVIDER_OVERRIDE_LOGS=tailrace` picks it.

LocalStack serves filters while it stores a line, by requests of its own, for the lines of every group. Here
a line is stored, and `log_delivery` does the rest.
"""

import time
from functools import cache
from typing import Any

from localstack.services.logs import provider
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto
from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import LogEvent, LogGroup, LogStream

from tailrace import cloudwatch
from tailrace.cloudwatch.embedded import MARK, metrics_in
from tailrace.cloudwatch.log_delivery import Delivery, Stored
from tailrace.cloudwatch.subscriptions import Line, Source


class TailraceLogs(LogsProvider):
    """CloudWatch Logs whose filters are served after the request, never within it."""

    def put_log_events(self, context: Any, *_: object, **__: object) -> Any:  # noqa: ANN401  LocalStack's types
        """Store lines."""
        return call_moto(context)

    def put_subscription_filter(self, context: Any, **request: Any) -> None:  # noqa: ANN401  LocalStack's types
        """Set up a subscription, and try its destination."""
        call_moto(context)
        group = request["log_group_name"]
        source = Source(context.account_id, context.region, group, "")
        _delivery().check(request["destination_arn"], source.partition_key)


def install() -> None:
    """Let moto's groups and streams store lines our way, for the service and for functions alike."""
    LogStream.put_log_events = _put_log_events
    LogGroup.create_log_stream = _create_log_stream


def backend(account: str, region: str) -> Any:  # noqa: ANN401  moto's, untyped
    """Return moto's log groups."""
    _installed()
    return get_moto_logs_backend(account, region)


@cache
def _installed() -> None:
    install()


@cache
def _delivery() -> Delivery:
    def matches(pattern: str, line: Line) -> bool:
        event = {"timestamp": line.timestamp, "message": line.message}
        return bool(provider.get_pattern_matcher(pattern)(pattern, event))

    return Delivery(matches)


def _put_log_events(self: Any, log_events: list[dict[str, Any]]) -> str:  # noqa: ANN401  moto's, untyped
    """Store lines, and have their filters served afterwards; moto's method of the same name."""
    self.last_ingestion_time = int(time.time() * 1000)
    self.stored_bytes += sum(len(event["message"]) for event in log_events)
    events = [LogEvent(self.last_ingestion_time, event) for event in log_events]
    self.events += events
    self.upload_sequence_token += 1
    place = (self.account_id, self.region)
    cloudwatch.STORE.add_all(
        found
        for event in events
        if MARK in event.message
        for found in metrics_in(place, event.message, event.timestamp / 1000)
    )
    group = self.log_group
    filters = get_moto_logs_backend(self.account_id, self.region).filters
    metric_filters = filters.get_matching_filters(log_group_name=group.name)
    subscriptions = list(group.subscription_filters.values())
    if metric_filters or subscriptions:
        lines = [Line(event.event_id, event.timestamp, event.message) for event in events]
        source = Source(self.account_id, self.region, group.name, self.log_stream_name)
        _delivery().add(Stored(source, lines, metric_filters, subscriptions))
    return f"{self.upload_sequence_token:056d}"


def _create_log_stream(self: Any, log_stream_name: str) -> None:  # noqa: ANN401  moto's, untyped
    """Make a stream; LocalStack's version fails where the group has a subscription."""
    if log_stream_name in self.streams:
        raise ResourceAlreadyExistsException
    self.streams[log_stream_name] = LogStream(log_group=self, name=log_stream_name)
