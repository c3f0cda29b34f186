"""What the services measure of the pipeline, as far as `status` shows it: sums, ages and depths."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef, MetricOutputTypeDef
    from types_boto3_sqs import SQSClient

_MOST_QUERIES = 500  # in one GetMetricData request
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Lag:
    """How old a batch's newest record was when the function got it: the oldest such of a minute."""

    milliseconds: float
    minute: datetime


@dataclass(frozen=True)
class CountedMetric:
    """A metric of the handler's, and the dimension that it is shown by; empty for none."""

    namespace: str
    name: str
    dimension: str


def sums(cloudwatch: "CloudWatchClient", counted: CountedMetric, since: datetime) -> Counter[str]:
    """Return the sums of a metric since then, by the values of its dimension; "" is the whole."""
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=counted.namespace, MetricName=counted.name
    )
    series = [metric for page in pages for metric in page["Metrics"]]
    found: Counter[str] = Counter()
    for start in range(0, len(series), _MOST_QUERIES):
        some = series[start : start + _MOST_QUERIES]
        for metric, total in zip(some, _totals(cloudwatch, some, since), strict=True):
            dimensions = {entry["Name"]: entry["Value"] for entry in metric.get("Dimensions", [])}
            if not dimensions or counted.dimension in dimensions:
                found[dimensions.get(counted.dimension, "")] += round(total)
    return found


def _totals(
    cloudwatch: "CloudWatchClient", series: Sequence["MetricOutputTypeDef"], since: datetime
) -> Iterable[float]:
    """Return the sum of each series since then, in their order.

    To the minute in a stack's first day, so that nothing of an earlier stack of that name is counted.
    """
    young = datetime.now(UTC) - since < _DAY
    period = _MINUTE if young else _HOUR
    queries: list[MetricDataQueryTypeDef] = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric["Namespace"],
                    "MetricName": metric["MetricName"],
                    "Dimensions": metric.get("Dimensions", []),
                },
                "Period": round(period.total_seconds()),
                "Stat": "Sum",
            },
        }
        for number, metric in enumerate(series)
    ]
    begin = datetime.min.replace(tzinfo=UTC) + (since - datetime.min.replace(tzinfo=UTC)) // period * period
    totals = dict.fromkeys((query["Id"] for query in queries), 0.0)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=begin, EndTime=datetime.now(UTC) + _MINUTE
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            totals[result["Id"]] += sum(result["Values"])
    return totals.values()


def lag(cloudwatch: "CloudWatchClient", function: str) -> Lag | None:
    """Return the last lag that Lambda has measured (IteratorAge), or None if it had no batch for a day."""
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - _DAY,
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    last = max(points, key=lambda point: point["Timestamp"], default=None)
    return Lag(last["Maximum"], last["Timestamp"]) if last else None


def depth(sqs: "SQSClient", url: str) -> int:
    """Return how many messages stand in a queue, those in somebody's hands too; SQS counts approximately."""
    attributes = sqs.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(map(int, attributes.values()))
