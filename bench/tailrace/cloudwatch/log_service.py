"""LocalStack's CloudWatch Logs with our way of storing lines. `PROVIDER_OVERRIDE_LOGS=tailrace` picks it.

LocalStack serves filters while it stores a line, by requests of its own, for the lines of every group. Here
a line is stored, and `log_delivery` does the rest.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from localstack.aws.api import CommonServiceException, handler
from localstack.services.logs import provider
from localstack.services.logs.models import get_moto_logs_backend
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import call_moto, call_moto_with_request
from moto.logs.exceptions import ResourceAlreadyExistsException
from moto.logs.models import LogGroup

from tailrace.clock import CLOCK
from tailrace.cloudwatch.conditions import PatternError
from tailrace.cloudwatch.log_delivery import delivery
from tailrace.cloudwatch.log_streams import TailraceLogStream
from tailrace.cloudwatch.patterns import compiled
from tailrace.cloudwatch.retention import oldest_kept, rejected
from tailrace.cloudwatch.subscriptions import BY_LOG_STREAM, LogSource
from tailrace.seams import replace

type Request = dict[str, Any]


class TailraceLogs(LogsProvider):
    """CloudWatch Logs whose filters are served after the request, never within it."""

    def put_log_events(self, context: Any, **request: Any) -> Any:  # noqa: ANN401  LocalStack's types
        """Store lines, and say which are too old, too new or expired."""
        answer = {name: it for name, it in call_moto(context).items() if name != "rejectedLogEventsInfo"}
        group = get_moto_logs_backend(context.account_id, context.region).groups[request["log_group_name"]]
        times = [event["timestamp"] for event in request["log_events"]]
        info = rejected(times, int(CLOCK.now() * 1000), group.retention_in_days)
        return answer | ({"rejectedLogEventsInfo": info} if info else {})

    @handler("FilterLogEvents", expand=False)
    def filter_log_events(self, context: Any, request: Request) -> Any:  # noqa: ANN401  LocalStack's types
        """Search log streams by a filter pattern."""
        _check(request.get("filterPattern"))
        asked = _by_name(request)
        _forget(context, asked.get("logGroupName"))
        if prefix := asked.pop("logStreamNamePrefix", None):
            groups = get_moto_logs_backend(context.account_id, context.region).groups
            group = groups.get(asked["logGroupName"])
            streams = list(group.streams) if group else []
            asked["logStreamNames"] = [name for name in streams if name.startswith(prefix)]
            if group and not asked["logStreamNames"]:
                return {"events": [], "searchedLogStreams": []}
        return call_moto_with_request(context, asked)

    @handler("GetLogEvents", expand=False)
    def get_log_events(self, context: Any, request: Request) -> Any:  # noqa: ANN401  LocalStack's types
        """Read a log stream."""
        asked = _by_name(request)
        _forget(context, asked.get("logGroupName"))
        return call_moto_with_request(context, asked)

    @handler("DescribeLogStreams", expand=False)
    def describe_log_streams(self, context: Any, request: Request) -> Any:  # noqa: ANN401  LocalStack's types
        """List log streams."""
        return call_moto_with_request(context, _by_name(request))

    def put_metric_filter(self, context: Any, **request: Any) -> None:  # noqa: ANN401  LocalStack's types
        """Set up a metric filter, or replace the one of this name."""
        _check(request["filter_pattern"])
        known = get_moto_logs_backend(context.account_id, context.region).filters.metric_filters
        place = (request["log_group_name"], request["filter_name"])
        known[:] = [one for one in known if (one["logGroupName"], one["filterName"]) != place]
        call_moto(context)

    def test_metric_filter(self, context: Any, **request: Any) -> dict[str, Any]:  # noqa: ANN401  LocalStack's types
        """Say which of the messages a pattern matches."""
        del context
        _check(request["filter_pattern"])
        matches = compiled(request["filter_pattern"])
        found = enumerate(request["log_event_messages"], 1)
        return {
            "matches": [
                {"eventNumber": number, "eventMessage": message, "extractedValues": dict(match.fields)}
                for number, message in found
                if (match := matches(message))
            ]
        }

    def put_subscription_filter(self, context: Any, **request: Any) -> None:  # noqa: ANN401  LocalStack's types
        """Set up a subscription, and try its destination."""
        _check(request["filter_pattern"])
        group, name = request["log_group_name"], request["filter_name"]
        known = get_moto_logs_backend(context.account_id, context.region).groups.get(group)
        if known:
            known.subscription_filters.pop(name, None)  # moto counts it as one more
        call_moto(context)
        known.subscription_filters[name].distribution = request.get("distribution") or BY_LOG_STREAM
        source = LogSource(context.account_id, context.region, group, "")
        delivery().check(request["destination_arn"], source.partition_key)

    def describe_subscription_filters(self, context: Any, **request: Any) -> Any:  # noqa: ANN401  LocalStack's types
        """List subscriptions; moto knows no distribution."""
        found = call_moto(context)
        group = get_moto_logs_backend(context.account_id, context.region).groups[request["log_group_name"]]
        for one in found["subscriptionFilters"]:
            one["distribution"] = group.subscription_filters[one["filterName"]].distribution
        return found

    def start_query(self, context: Any, **request: Any) -> None:  # noqa: ANN401  LocalStack's types
        """Refuse: a query that is answered by something else than its language would mislead."""
        del context, request
        raise CommonServiceException(
            "InvalidParameterException",
            "StartQuery (CloudWatch Logs Insights): not done by this emulator. "
            "FilterLogEvents takes filter patterns.",
            400,
            sender_fault=True,
        )


def _by_name(request: Request) -> Request:
    """Return a request that names its log group by its name; AWS takes an ARN too, with `:*` or without."""
    asked = dict(request)
    identifier = asked.pop("logGroupIdentifier", None)
    if identifier is None:
        return asked
    if asked.get("logGroupName"):
        raise CommonServiceException(
            "ValidationException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
            400,
            sender_fault=True,
        )
    name = identifier.partition(":log-group:")[2] or identifier
    return {**asked, "logGroupName": name.removesuffix(":*")}


def _forget(context: Any, name: str | None) -> None:  # noqa: ANN401  LocalStack's types
    """Drop what has expired since a group was last written to."""
    group = get_moto_logs_backend(context.account_id, context.region).groups.get(name)
    if group is not None:
        _forget_expired(group)


def _forget_expired(group: Any) -> None:  # noqa: ANN401  moto's, untyped
    oldest = oldest_kept(int(CLOCK.now() * 1000), group.retention_in_days)
    if oldest is None:
        return
    for stream in list(group.streams.values()):
        stream.events.forget_below(oldest)


def _check(pattern: str | None) -> None:
    try:
        compiled(pattern or "")
    except PatternError as error:
        raise CommonServiceException(
            "InvalidParameterException", str(error), 400, sender_fault=True
        ) from None


def _matcher(pattern: str) -> Callable[[str, dict[str, Any]], bool]:
    """Match lines for FilterLogEvents; LocalStack's own matches everything."""
    matches = compiled(pattern)
    return lambda _, event: matches(event["message"]) is not None


def install() -> None:
    """Let moto's groups and streams store lines our way, for the service and for functions alike."""
    replace(LogGroup, "create_log_stream", _create_log_stream)
    replace(LogGroup, "to_describe_dict", _described)
    replace(provider, "get_pattern_matcher", _matcher)


def backend(account: str, region: str) -> Any:  # noqa: ANN401  moto's, untyped
    """Return moto's log groups."""
    _installed()
    return get_moto_logs_backend(account, region)


@cache
def _installed() -> None:
    install()


def _described(self: Any) -> dict[str, Any]:  # noqa: ANN401  moto's, untyped
    """Describe a group; LocalStack's version copies all its lines first, to count their bytes."""
    filters = get_moto_logs_backend(self.account_id, self.region).filters
    known = {
        "arn": f"{self.arn}:*",
        "logGroupArn": self.arn,
        "creationTime": self.creation_time,
        "logGroupName": self.name,
        "metricFilterCount": len(filters.get_matching_filters(log_group_name=self.name)),
        "storedBytes": sum(stream.stored_bytes for stream in list(self.streams.values())),
    }
    if self.retention_in_days:
        known["retentionInDays"] = self.retention_in_days
    if self.kms_key_id:
        known["kmsKeyId"] = self.kms_key_id
    return known


def _create_log_stream(self: Any, log_stream_name: str) -> None:  # noqa: ANN401  moto's, untyped
    """Make a stream; LocalStack's version fails where the group has a subscription."""
    if log_stream_name in self.streams:
        raise ResourceAlreadyExistsException
    _forget_expired(self)
    self.streams[log_stream_name] = TailraceLogStream(self, log_stream_name)
