"""The emulator's CloudWatch: statistics, metric math, metrics in a log, alarms of each kind."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.functions import Functions

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient

pytestmark = pytest.mark.emulator_only

EMBEDDED = """
import json


def handler(event, context):
    for pages in event["pages"]:
        print(json.dumps({
            "_aws": {"Timestamp": event["at"], "CloudWatchMetrics": [{
                "Namespace": event["namespace"],
                "Dimensions": [["service"]],
                "Metrics": [{"Name": "Pages", "Unit": "Count"}, {"Name": "Latency", "Unit": "Milliseconds"}],
            }]},
            "service": "web", "Pages": pages, "Latency": [1, 2, 3],
        }))
    print('{"_aws": "not in the format"}')
"""


@dataclass(frozen=True)
class Watched:
    """A namespace of a test's own, and what reads it."""

    client: "CloudWatchClient"
    namespace: str

    def put(self, name: str, *values: float, **more: Any) -> None:  # noqa: ANN401  PutMetricData's own
        """Publish values of one metric."""
        data: Any = [{"MetricName": name, "Values": list(values), **more}]
        self.client.put_metric_data(Namespace=self.namespace, MetricData=data)

    def metric(self, name: str, **dimensions: str) -> dict[str, Any]:
        """Return the identity of a metric."""
        pairs = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        return {"Namespace": self.namespace, "MetricName": name, "Dimensions": pairs}

    def query(self, query_id: str, name: str, stat: str, **more: object) -> dict[str, Any]:
        """Return a query of a metric in periods of five minutes."""
        return {
            "Id": query_id,
            "MetricStat": {"Metric": self.metric(name), "Period": 300, "Stat": stat},
            **more,
        }

    def ask(self, *queries: Any) -> dict[str, list[float]]:  # noqa: ANN401  GetMetricData's own
        """Return the values of queries over the last quarter of an hour, by label."""
        now = datetime.now(UTC)
        answer = self.client.get_metric_data(
            MetricDataQueries=list(queries),
            StartTime=now - timedelta(minutes=15),
            EndTime=now + timedelta(minutes=1),
            ScanBy="TimestampAscending",
        )
        return {result["Label"]: result["Values"] for result in answer["MetricDataResults"]}

    def state(self, alarm: str) -> dict[str, Any]:
        """Return an alarm."""
        types: Any = ["MetricAlarm", "CompositeAlarm"]
        found = self.client.describe_alarms(AlarmNames=[alarm], AlarmTypes=types)
        (known,) = [dict(one) for one in found["MetricAlarms"]] + [
            dict(one) for one in found["CompositeAlarms"]
        ]
        return known


@pytest.fixture
def watched(target: Target, run: Run) -> Iterator[Watched]:
    """Give a namespace of its own; its alarms go at the end."""
    namespace = f"{run.prefix}-{secrets.token_hex(4)}"
    client = target.client("cloudwatch")
    yield Watched(client, namespace)
    types: Any = ["MetricAlarm", "CompositeAlarm"]
    found = client.describe_alarms(AlarmNamePrefix=namespace, AlarmTypes=types)
    for kind in (found["CompositeAlarms"], found["MetricAlarms"]):
        client.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in kind])


def test_statistics(watched: Watched) -> None:
    """Percentiles and trimmed means of values and counts, by both reading operations."""
    watched.put("Latency", 10, 20, 30, 40, Counts=[1, 1, 1, 1], Unit="Milliseconds")
    found = watched.ask(watched.query("a", "Latency", "p50"), watched.query("b", "Latency", "TM(:30)"))
    assert found == {"Latency p50": [25], "Latency TM(:30)": [20]}
    now = datetime.now(UTC)
    answer = watched.client.get_metric_statistics(
        **watched.metric("Latency"),
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
        ExtendedStatistics=["p50", "tm99", "IQM", "PR(:20)"],
    )
    (point,) = answer["Datapoints"]
    assert (point["Sum"], point["Unit"]) == (100, "Milliseconds")
    extended = point["ExtendedStatistics"]
    assert (extended["p50"], extended["IQM"], extended["PR(:20)"]) == (25, 25, 50)


def test_metric_math(watched: Watched) -> None:
    """An expression over metrics, one of which is not returned; a wrong one says what is wrong."""
    watched.put("Orders", 4, 6)
    watched.put("Errors", 1)
    queries = [
        watched.query("orders", "Orders", "Sum", ReturnData=False),
        watched.query("errors", "Errors", "Sum", ReturnData=False),
        {"Id": "rate", "Expression": "100 * SUM([errors]) / orders", "Label": "error rate"},
    ]
    assert watched.ask(*queries) == {"error rate": [10]}
    with pytest.raises(ClientError, match=r"\(ValidationError\).*Unknown identifier: m7"):
        watched.ask({"Id": "e1", "Expression": "m7"})


def test_dimensions_and_listing(watched: Watched) -> None:
    """A metric's dimensions are part of it; ListMetrics finds by some of them."""
    watched.put("Orders", 1, Dimensions=[{"Name": "Shop", "Value": "a"}, {"Name": "Land", "Value": "DE"}])
    watched.put("Orders", 1)
    listed = watched.client.list_metrics(Namespace=watched.namespace, RecentlyActive="PT3H")["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in listed) == [0, 2]
    found = watched.client.list_metrics(
        Namespace=watched.namespace, Dimensions=[{"Name": "Land", "Value": "DE"}]
    )
    assert [len(metric["Dimensions"]) for metric in found["Metrics"]] == [2]
    assert watched.ask(watched.query("m1", "Orders", "Sum")) == {"Orders": [1]}


def test_metrics_are_listed_by_their_account(watched: Watched, target: Target) -> None:
    """Each metric's owner is said where it is asked for; another account's are not this one's."""
    watched.put("Orders", 1)
    asked: Any = {"Namespace": watched.namespace, "IncludeLinkedAccounts": True}
    assert watched.client.list_metrics(**asked)["OwningAccounts"] == [target.account]
    assert len(watched.client.list_metrics(**asked, OwningAccount=target.account)["Metrics"]) == 1
    assert watched.client.list_metrics(**asked, OwningAccount="111122223333")["Metrics"] == []


@pytest.mark.parametrize(
    ("datum", "said"),
    [
        ({"MetricName": "m", "Value": 1.0, "Values": [1.0]}, "mutually exclusive"),
        ({"MetricName": "m"}, "must be specified"),
        ({"MetricName": "m", "Values": [1.0, 2.0], "Counts": [1.0]}, "must be of the same size"),
        ({"MetricName": "m", "Value": 1.0, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}, "past two weeks"),
    ],
)
def test_refused_data(watched: Watched, datum: Any, said: str) -> None:  # noqa: ANN401  PutMetricData's own
    """One datum that is not valid, and nothing of the request is taken."""
    good: Any = {"MetricName": "good", "Value": 1.0}
    with pytest.raises(ClientError, match=said):
        watched.client.put_metric_data(Namespace=watched.namespace, MetricData=[good, datum])
    assert watched.client.list_metrics(Namespace=watched.namespace)["Metrics"] == []


def test_embedded_metrics(watched: Watched, target: Target, run: Run) -> None:
    """What a function logs in embedded metric format becomes metrics, each line once."""
    with Functions(target, run.prefix).opened() as functions:
        function = functions.make(EMBEDDED)
        at = int(datetime.now(UTC).timestamp() * 1000)
        function.invoke({"namespace": watched.namespace, "pages": [1, 2], "at": at})
        stat = {"Metric": watched.metric("Pages", service="web"), "Period": 300}
        latency = {"Metric": watched.metric("Latency", service="web"), "Period": 300}
        found = watched.ask(
            {"Id": "a", "MetricStat": {**stat, "Stat": "Sum"}},
            {"Id": "b", "MetricStat": {**stat, "Stat": "SampleCount"}},
            {"Id": "c", "MetricStat": {**latency, "Stat": "p100"}},
        )
    assert found == {"Pages Sum": [3], "Pages SampleCount": [2], "Latency p100": [3]}


def alarm(watched: Watched, name: str, **settings: Any) -> str:  # noqa: ANN401  PutMetricAlarm's own
    """Make an alarm that looks at ten seconds; return its name."""
    full = f"{watched.namespace}-{name}"
    watched.client.put_metric_alarm(
        AlarmName=full,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        **settings,
    )
    return full


def wait_for(watched: Watched, name: str, state: str) -> dict[str, Any]:
    """Wait until an alarm has a state, and return it."""

    def reached() -> dict[str, Any]:
        """Read its state."""
        found = watched.state(name)
        assert found["StateValue"] == state, found["StateReason"]
        return found

    return eventually(reached, within=60, every=0.5)


def test_alarms_of_each_kind(watched: Watched, target: Target) -> None:
    """A percentile, an expression, and a rule over both go to ALARM and say why; a topic is told."""
    sqs, sns = target.client("sqs"), target.client("sns")
    queue = sqs.create_queue(QueueName=watched.namespace)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=watched.namespace)["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)[
        "SubscriptionArn"
    ]
    try:
        percentile = alarm(watched, "p90", Period=300, ExtendedStatistic="p90", **watched.metric("Latency"))
        computed = alarm(
            watched,
            "math",
            Metrics=[
                {"Id": "e1", "Expression": "m1 * 2", "Period": 10},
                {
                    "Id": "m1",
                    "MetricStat": {"Metric": watched.metric("Latency"), "Period": 10, "Stat": "Maximum"},
                    "ReturnData": False,
                },
            ],
        )
        both = f"{watched.namespace}-both"
        watched.client.put_composite_alarm(
            AlarmName=both, AlarmRule=f'ALARM("{percentile}") AND ALARM({computed})', AlarmActions=[topic]
        )
        wait_for(watched, percentile, "OK")
        watched.put("Latency", 9, 9, 9)
        reason = wait_for(watched, percentile, "ALARM")["StateReason"]
        assert reason.startswith("Threshold Crossed: 1 out of the last 1 datapoints [9.0 (")
        assert reason.endswith(
            "was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."
        )
        wait_for(watched, computed, "ALARM")
        assert "transitioned to ALARM at" in wait_for(watched, both, "ALARM")["StateReason"]

        def notified() -> dict[str, Any] | None:
            """Find the notification in the queue, where it is a moment after the state."""
            messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
            return dict(json.loads(messages[0]["Body"])) if messages else None

        notification = eventually(notified, within=30, every=0.2) or {}
        assert (notification["AlarmName"], notification["NewStateValue"]) == (both, "ALARM")
        assert notification["Region"] == "US East (N. Virginia)"
        assert len(notification["TriggeringChildren"]) == 1
        history = watched.client.describe_alarm_history(AlarmName=both)["AlarmHistoryItems"]
        assert [item["HistoryItemType"] for item in history] == [
            "Action",
            "StateUpdate",
            "StateUpdate",
            "ConfigurationUpdate",
        ]
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sns.delete_topic(TopicArn=topic)
        sqs.delete_queue(QueueUrl=queue)


def test_an_update_keeps_the_state(watched: Watched) -> None:
    """An alarm that is put again keeps its state, and has its new settings."""
    name = alarm(watched, "again", Period=60, Statistic="Sum", **watched.metric("Orders"))
    watched.client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    alarm(watched, "again", Period=120, Statistic="Sum", **watched.metric("Orders"))
    found = watched.state(name)
    assert found["Period"] == 120
    assert found["StateValue"] in {"ALARM", "OK"}  # it may have been judged since
    assert found["StateReason"] != "Unchecked: Initial alarm creation"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"Period": 45, "Statistic": "Sum"}, "Period must be 10, 20, 30 or a multiple of 60"),
        ({"Period": 60, "ExtendedStatistic": "p101"}, "ExtendedStatistic is not supported"),
        ({"Period": 60}, "Exactly one of Statistic and ExtendedStatistic"),
        ({"Period": 86400, "Statistic": "Sum", "DatapointsToAlarm": 2}, "DatapointsToAlarm must be less"),
    ],
)
def test_alarms_that_cannot_be(watched: Watched, settings: Any, said: str) -> None:  # noqa: ANN401  as above
    """An alarm that could never be judged is refused, not accepted and ignored."""
    with pytest.raises(ClientError, match=said):
        alarm(watched, "never", **settings, **watched.metric("Orders"))
