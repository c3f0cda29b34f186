"""CloudWatch's API over the emulator's own store and alarms; dashboards and tags stay LocalStack's."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.cloudwatch.models import cloudwatch_stores
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider

from tailrace import cloudwatch
from tailrace.clock import CLOCK, Clock
from tailrace.cloudwatch.alarms import actions, book, requests
from tailrace.cloudwatch.alarms.watch import AlarmWatch
from tailrace.cloudwatch.datapoints import samples
from tailrace.cloudwatch.direct import CloudWatchShortWay
from tailrace.cloudwatch.listing import alarms_asked_for, history_asked_for, metrics_asked_for, sliced
from tailrace.cloudwatch.queries import (
    MetricResult,
    Queries,
    QueryError,
    begun,
    metric_id,
    paged,
    valid_period,
)
from tailrace.cloudwatch.series import Periods
from tailrace.cloudwatch.statistics import UnknownStatisticError, is_extended, statistic
from tailrace.cloudwatch.store import Place
from tailrace.door import ways

type Request = dict[str, Any]
type Output = dict[str, Any]

MOST_STATISTICS = 1440
"""Datapoints that GetMetricStatistics gives."""
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


@contextmanager
def _in_aws_words() -> Iterator[None]:
    try:
        yield
    except QueryError as error:
        raise CommonServiceException(error.code, str(error), 400, sender_fault=True) from None


def _place(context: RequestContext) -> Place:
    return context.account_id, context.region


class CloudWatchProvider(CloudwatchProvider):
    """LocalStack's provider, with metrics and alarms replaced."""

    def __init__(self, clock: Clock = CLOCK) -> None:
        # LocalStack's own would open its database and begin its scheduler.
        self._now = clock.now
        self._watch = AlarmWatch(cloudwatch.STORE, clock)
        ways.WAYS["monitoring"] = CloudWatchShortWay(clock).answer

    def accept_state_visitor(self, visitor: Any) -> None:  # noqa: ANN401  LocalStack's, untyped
        """Show the alarms and dashboards to whoever resets or saves state."""
        visitor.visit(cloudwatch_stores)

    def on_after_init(self) -> None:
        """Add nothing to the gateway: LocalStack would add a listing of its database."""

    def on_before_start(self) -> None:
        """Begin to judge alarms."""
        self._watch.start()

    def on_before_stop(self) -> None:
        """Judge alarms no more."""
        self._watch.stop()

    def on_before_state_reset(self) -> None:
        """Forget all metrics; the alarms go with LocalStack's store."""
        self._watch.stop()
        cloudwatch.flush()
        cloudwatch.STORE.clear()

    def on_after_state_reset(self) -> None:
        """Begin again."""
        self._watch.start()

    def on_before_state_load(self) -> None:
        """Judge nothing while alarms are loaded."""
        self._watch.stop()

    def on_after_state_load(self) -> None:
        """Judge what was loaded."""
        self._watch.start()

    @handler("PutMetricData", expand=False)
    def put_metric_data(self, context: RequestContext, request: Request) -> None:
        """Take samples: all of a request, or none."""
        with _in_aws_words():
            data = list(request.get("MetricData") or ())
            for entity in request.get("EntityMetricData") or ():
                data += entity.get("MetricData") or ()
            found = samples(_place(context), request["Namespace"], data, self._now())
        cloudwatch.STORE.add_all(found)

    @handler("GetMetricData", expand=False)
    def get_metric_data(self, context: RequestContext, request: Request) -> Output:
        """Answer queries, metric math among them."""
        cloudwatch.flush()
        start, end = request["StartTime"].timestamp(), request["EndTime"].timestamp()
        queries = request["MetricDataQueries"]
        with _in_aws_words():
            results = Queries(cloudwatch.STORE, _place(context), queries, start, end, self._now()).results()
            newest_first = request.get("ScanBy") != "TimestampAscending"
            page = paged(
                results, request.get("NextToken"), request.get("MaxDatapoints"), newest_first=newest_first
            )
        answer: Output = {"MetricDataResults": list(map(_result, page.results)), "Messages": []}
        return answer | ({"NextToken": page.token} if page.token else {})

    @handler("GetMetricStatistics", expand=False)
    def get_metric_statistics(self, context: RequestContext, request: Request) -> Output:
        """Answer for one metric, each unit apart."""
        cloudwatch.flush()
        with _in_aws_words():
            names = _statistics_asked_for(request)
            stretch = _stretch(request, self._now())
        metric = metric_id(request)
        units = [request["Unit"]] if request.get("Unit") else cloudwatch.STORE.units(_place(context), metric)
        points = []
        for unit in units:
            for at, cell in cloudwatch.STORE.read(_place(context), metric, unit, stretch).items():
                values = {name: statistic(name)(cell) for name in names}
                points.append(_datapoint(at, unit, values))
        return {"Label": request["MetricName"], "Datapoints": points}

    @handler("ListMetrics", expand=False)
    def list_metrics(self, context: RequestContext, request: Request) -> Output:
        """List the metrics of the last two weeks."""
        cloudwatch.flush()
        with _in_aws_words():
            linked = request.get("OwningAccount") in (None, context.account_id)  # no account is linked here
            known = cloudwatch.STORE.metrics(_place(context)) if linked else []
            found = metrics_asked_for(request, known, self._now())
            page, token = sliced(found, request.get("NextToken"), 500)
        metrics = [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
            }
            for metric in page
        ]
        owning = {"OwningAccounts": [context.account_id] * len(metrics)}
        answer: Output = {"Metrics": metrics} | (owning if request.get("IncludeLinkedAccounts") else {})
        return answer | ({"NextToken": token} if token else {})

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(self, context: RequestContext, request: Request) -> None:
        """Create or update an alarm of a metric, or of metric math."""
        with _in_aws_words():
            requests.check_metric_alarm(request)
            if request.get("Metrics"):
                now = self._now()
                Queries(cloudwatch.STORE, _place(context), request["Metrics"], now - 60, now, now).results()
        self._put_alarm(context, request)

    @handler("PutCompositeAlarm", expand=False)
    def put_composite_alarm(self, context: RequestContext, request: Request) -> None:
        """Create or update an alarm of other alarms."""
        with _in_aws_words():
            requests.check_composite_alarm(request)
        alarm = self._put_alarm(context, request)
        self._watch.judge_composite(_place(context), alarm)

    def _put_alarm(self, context: RequestContext, request: Request) -> dict[str, Any]:
        alarm = book.put(_place(context), {name: value for name, value in request.items() if name != "Tags"})
        self._set_resource_tags(
            alarm["AlarmArn"], context.account_id, context.region, request.get("Tags") or []
        )
        return alarm

    @handler("DeleteAlarms", expand=False)
    def delete_alarms(self, context: RequestContext, request: Request) -> None:
        """Delete alarms; those that are not there are passed over."""
        for name in request["AlarmNames"]:
            found = book.find(_place(context), name)
            if found:
                book.remove(_place(context), found["AlarmArn"])
                self._remove_all_resource_tags(found["AlarmArn"], context.account_id, context.region)

    @handler("DescribeAlarms", expand=False)
    def describe_alarms(self, context: RequestContext, request: Request) -> Output:
        """List alarms; without AlarmTypes those of metrics alone, as AWS does."""
        place = _place(context)
        known = [alarm for owner, alarm in book.every() if owner == place]
        with _in_aws_words():
            found = alarms_asked_for(request, known)
            page, token = sliced(found, request.get("NextToken"), request.get("MaxRecords") or 50)
        answer: Output = {
            "MetricAlarms": [alarm for alarm in page if "AlarmRule" not in alarm],
            "CompositeAlarms": [alarm for alarm in page if "AlarmRule" in alarm],
        }
        return answer | ({"NextToken": token} if token else {})

    @handler("DescribeAlarmsForMetric", expand=False)
    def describe_alarms_for_metric(self, context: RequestContext, request: Request) -> Output:
        """List the alarms of one metric."""
        place, wanted = _place(context), metric_id(request)
        also = [name for name in ("Statistic", "ExtendedStatistic", "Period", "Unit") if request.get(name)]
        found = [
            alarm
            for owner, alarm in book.every()
            if owner == place
            and alarm.get("MetricName")
            and metric_id(alarm) == wanted
            and all(alarm.get(name) == request[name] for name in also)
        ]
        return {"MetricAlarms": found}

    @handler("DescribeAlarmHistory", expand=False)
    def describe_alarm_history(self, context: RequestContext, request: Request) -> Output:
        """List what happened to alarms, the newest first unless asked otherwise."""
        with book.LOCK:
            history = list(book.store(_place(context)).histories)
        with _in_aws_words():
            found = history_asked_for(request, history)
            page, token = sliced(found, request.get("NextToken"), request.get("MaxRecords") or 100)
        answer: Output = {"AlarmHistoryItems": page}
        return answer | ({"NextToken": token} if token else {})

    @handler("SetAlarmState", expand=False)
    def set_alarm_state(self, context: RequestContext, request: Request) -> None:
        """Set a state by hand, until the alarm is judged again."""
        state, place = request["StateValue"], _place(context)
        if state not in STATES:
            raise CommonServiceException(
                "ValidationError",
                f"1 validation error detected: Value '{state}' at 'stateValue' failed to satisfy constraint: "
                "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
                400,
                sender_fault=True,
            )
        alarm = book.find(place, request["AlarmName"])
        if alarm is None:
            raise CommonServiceException("ResourceNotFound", "Alarm not found", 404, sender_fault=True)
        data = _json(request.get("StateReasonData"))
        if changed := book.change(place, alarm["AlarmArn"], state, request["StateReason"], data):
            actions.perform(place, changed)
            for owner, other in book.every():
                if owner == place and "AlarmRule" in other:
                    self._watch.judge_composite(place, other)


def _json(text: str | None) -> Mapping[str, Any] | None:
    try:
        return None if not text else dict(json.loads(text))
    except (ValueError, TypeError):
        raise CommonServiceException(
            "InvalidFormat", "StateReasonData is not a JSON object", 400, sender_fault=True
        ) from None


def _result(result: MetricResult) -> Output:
    return {
        "Id": result.id,
        "Label": result.label,
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in result.points],
        "Values": [float(value) for _, value in result.points],
        "StatusCode": "Complete" if result.complete else "PartialData",
    }


def _statistics_asked_for(request: Request) -> Sequence[str]:
    names = [*(request.get("Statistics") or ()), *(request.get("ExtendedStatistics") or ())]
    if not names:
        raise QueryError(
            "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"
        )
    for name in names:
        try:
            statistic(name)
        except UnknownStatisticError as error:
            raise QueryError("InvalidParameterValue", str(error)) from None
    return names


def _stretch(request: Request, now: float) -> Periods:
    start, end, period = request["StartTime"].timestamp(), request["EndTime"].timestamp(), request["Period"]
    if not start < end:
        raise QueryError(
            "InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."
        )
    if not valid_period(period):
        raise QueryError(
            "InvalidParameterValue",
            f"The value {period} for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        )
    if (end - start) / period > MOST_STATISTICS:
        raise QueryError(
            "InvalidParameterCombination",
            f"You have requested up to {int((end - start) / period)} datapoints, which exceeds the limit of "
            f"{MOST_STATISTICS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )
    return Periods(begun(start, period, now), int(-(-end // 1)), period)


def _datapoint(at: int, unit: str, values: Mapping[str, float | None]) -> Output:
    known = {name: value for name, value in values.items() if value is not None}
    plain = {name: value for name, value in known.items() if not is_extended(name)}
    extended = {name: value for name, value in known.items() if name not in plain}
    point: Output = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": unit, **plain}
    return point | ({"ExtendedStatistics": extended} if extended else {})
