"""Every short way beside the long one: status, headers, body, error, metrics and log lines are equal."""

import gzip
import http.client
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tailrace.control import Emulator, processes
from tailrace.moving import EmulatorClock
from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.installing import installed
from tests.integration.wire import cbor

pytestmark = pytest.mark.emulator_only
REGION = "us-east-1"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260102/{}/{}/aws4_request, SignedHeaders=host, Signature=0"
SHORT: dict[str, str] = {}
LONG = {"Content-Encoding": "identity"}  # a header that keeps a request from the short way
NOW = datetime.now(UTC).timestamp()
ONCE = {"date", "x-amzn-requestid", "x-amz-id-2"}
"""Headers that no two answers have alike."""


class Service(NamedTuple):
    """How a service is asked: the name in its requests' signatures, its targets' first part, its type."""

    signed: str
    target: str
    form: str


KINESIS = Service("kinesis", "Kinesis_20131202", "json-1.1")
CLOUDWATCH = Service("monitoring", "GraniteServiceVersion20100801", "json-1.0")
DYNAMODB = Service("dynamodb", "DynamoDB_20120810", "json-1.0")


class Answered(NamedTuple):
    """An answer, without what no two have alike."""

    status: int
    headers: frozenset[tuple[str, str]]
    body: str


class Ways:
    """An emulator, asked on one way and on the other."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.aws = Aws(emulator.endpoint, REGION)

    def ask(
        self, way: dict[str, str], service: Service, operation: str, body: object, length: int | None = None
    ) -> Answered:
        """Ask, and return what is answered: all of it, or the first bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=30)
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Authorization": SIGNED.format(REGION, service.signed),
            "Content-Type": f"application/x-amz-{service.form}",
            "X-Amz-Target": f"{service.target}.{operation}",
        }
        connection.request("POST", "/", text, headers | way)
        answer = connection.getresponse()
        said = answer.read(length).decode("latin-1")
        connection.close()
        alike = {(name.lower(), value) for name, value in answer.getheaders() if name.lower() not in ONCE}
        return Answered(answer.status, frozenset(alike), said)

    def lines(self, since: int) -> list[str]:
        """Return what the log says of requests of AWS, after so many characters."""
        log = self.emulator.log.read_text(encoding="utf-8")[since:]
        return re.findall(r"localstack\.request\.aws +: (.*)", log)

    def said(self) -> int:
        """Return how much the log says."""
        return len(self.emulator.log.read_text(encoding="utf-8"))

    def metrics(
        self, namespace: str, dimension: str, name: str, since: datetime | None = None
    ) -> Counter[tuple[str, float]]:
        """Return names and samples of the metrics of one stream or table, and the sums, but of times."""
        cloudwatch = self.aws("cloudwatch")
        found: Counter[tuple[str, float]] = Counter()
        listed = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": dimension, "Value": name}])
        for metric in listed["Metrics"]:
            points = cloudwatch.get_metric_statistics(
                Namespace=namespace,
                MetricName=metric["MetricName"],
                Dimensions=metric["Dimensions"],
                StartTime=since or datetime.now(UTC) - timedelta(hours=1),
                EndTime=datetime.now(UTC) + timedelta(hours=1),
                Period=86_400,
                Statistics=["SampleCount", "Sum"],
            )["Datapoints"]
            timed = "Latency" in metric["MetricName"] or "Milliseconds" in metric["MetricName"]
            total = 0.0 if timed else sum(point["Sum"] for point in points)
            found[metric["MetricName"], total] += int(sum(point["SampleCount"] for point in points))
        return found


@pytest.fixture(scope="module")
def ways(run: Run) -> Iterator[Ways]:
    """Give an emulator of the test's own, whose log can be read."""
    emulator = Emulator(installed(run), processes.free_port())
    emulator.start()
    yield Ways(emulator)
    emulator.stop()
    shutil.rmtree(emulator.folder, ignore_errors=True)


def test_kinesis(ways: Ways) -> None:
    """Calls of Kinesis, good and bad; a body that is no object has AWS's error on the short way alone."""
    answers, lines, metrics = [], [], []
    for number, way in enumerate((SHORT, LONG)):
        name = f"way-{number}"
        ways.aws("kinesis").create_stream(StreamName=name, ShardCount=1)
        eventually(lambda name=name: _is_active(ways, name), within=30, what="the stream")  # type: ignore[misc]
        since, found = ways.said(), {}
        for what, operation, body in _of_kinesis(name):
            found[what] = ways.ask(way, KINESIS, operation, body)
        begin = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
        iterator = json.loads(ways.ask(way, KINESIS, "GetShardIterator", begin).body)["ShardIterator"]
        found["read"] = ways.ask(way, KINESIS, "GetRecords", {"ShardIterator": iterator, "Limit": 10})
        found["subscription"] = _subscribed(ways, way, name)
        for what, operation, body in _in_cbor(name):
            found[what] = ways.ask(way, KINESIS._replace(form="cbor-1.1"), operation, body)
        answers.append({what: _without(answer, name) for what, answer in found.items()})
        lines.append([line for line in ways.lines(since) if "DescribeStreamConsumer" not in line])
        eventually(lambda name=name: _has_metrics(ways, name), within=30, what="metrics")  # type: ignore[misc]
        metrics.append(ways.metrics("AWS/Kinesis", "StreamName", name))
    assert answers[0] == answers[1]
    assert {answer.status for answer in answers[0].values()} == {200, 400}
    assert lines[0] == lines[1]
    assert lines[0][0] == "AWS kinesis.PutRecord => 200"
    assert metrics[0] == metrics[1]
    assert ("IncomingRecords", 4.0) in metrics[0]
    for body in (b"{", b"[]"):
        answer = ways.ask(SHORT, KINESIS, "PutRecord", body)
        assert (answer.status, json.loads(answer.body)["__type"]) == (400, "SerializationException")


def _subscribed(ways: Ways, way: dict[str, str], name: str) -> Answered:
    """Subscribe, and return what is answered up to the first frame."""
    kinesis = ways.aws("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    look = kinesis.describe_stream_consumer
    eventually(
        lambda: look(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE",
        within=30, what="the consumer",
    )  # fmt: skip
    begin = {"Type": "LATEST"}
    asked = {"ConsumerARN": consumer, "ShardId": "shardId-000000000000", "StartingPosition": begin}
    return ways.ask(way, KINESIS, "SubscribeToShard", asked, length=102)


def _in_cbor(name: str) -> Iterator[tuple[str, str, bytes]]:
    put: dict[str, object] = {"StreamName": name, "Data": b"a", "PartitionKey": "a"}
    yield "put in CBOR", "PutRecord", cbor(put)
    yield "no such stream in CBOR", "PutRecord", cbor(put | {"StreamName": "nowhere"})
    yield "no data in CBOR", "PutRecord", cbor({"StreamName": name})


def _of_kinesis(name: str) -> Iterator[tuple[str, str, object]]:
    entry = {"Data": "YQ==", "PartitionKey": "a"}
    put = {"StreamName": name, **entry}
    yield "put", "PutRecord", put
    yield "put more", "PutRecords", {"StreamName": name, "Records": [entry, entry]}
    yield "no such stream", "PutRecord", put | {"StreamName": "nowhere"}
    yield "no data", "PutRecord", {"StreamName": name}
    yield "no records", "PutRecords", {"StreamName": name, "Records": []}
    yield "another type", "PutRecord", put | {"PartitionKey": 7}
    yield "no base64", "PutRecord", put | {"Data": "?"}
    yield "describe", "DescribeStreamSummary", {"StreamName": name}
    yield "list", "ListShards", {"StreamName": name}
    yield "nothing to say", "ListTagsForStream", {"StreamName": name}
    yield "no result", "AddTagsToStream", {"StreamName": name, "Tags": {"a": "b"}}
    yield "not offered", "CreateStream", {"StreamName": "x", "RecordDistributionStrategy": "AUTO"}
    yield "no such iterator", "GetRecords", {"ShardIterator": "x"}
    yield (
        "no such shard",
        "GetShardIterator",
        {"StreamName": name, "ShardId": "x", "ShardIteratorType": "LATEST"},
    )


def _is_active(ways: Ways, name: str) -> bool:
    found = ways.aws("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert found["StreamStatus"] == "ACTIVE"
    return True


def _has_metrics(ways: Ways, name: str) -> bool:
    assert ("GetRecords.Records", 3.0) in ways.metrics("AWS/Kinesis", "StreamName", name)
    return True


def _without(answer: Answered, name: str) -> Answered:
    """Leave out of an answer what depends on the stream and the time."""
    body = re.sub(r'"(SequenceNumber|ShardIterator|NextShardIterator)":"[^"]*"', r'"\1":""', answer.body)
    times = "ApproximateArrivalTimestamp|MillisBehindLatest|StreamCreationTimestamp"
    body = re.sub(rf'"({times})":[\d.]+', r'"\1":0', re.sub(r'\d{56,}|"StreamId":"[^"]*"', "", body))
    headers = {(name, value) for name, value in answer.headers if name != "content-length"}
    return Answered(answer.status, frozenset(headers), body.replace(name, "NAME"))


def test_cloudwatch(ways: Ways) -> None:
    """PutMetricData, good and bad, with values of every kind."""
    answers, lines, metrics = [], [], []
    for number, way in enumerate((SHORT, LONG)):
        since = ways.said()
        answers.append(
            {
                what: ways.ask(way, CLOUDWATCH, "PutMetricData", body)
                for what, body in _of_cloudwatch(f"Way{number}")
            }
        )
        lines.append(ways.lines(since))
        metrics.append(ways.metrics(f"Way{number}", "D", "d"))
    assert answers[0] == answers[1]
    assert {answer.status for answer in answers[0].values()} == {200, 400}
    assert lines[0] == lines[1]
    assert lines[0][0] == "AWS cloudwatch.PutMetricData => 200"
    assert metrics[0] == metrics[1]
    assert metrics[0] == {("one", 1.5): 1, ("many", 8.0): 4, ("set", 6.0): 3, ("dated", 1.0): 1}


def _of_cloudwatch(namespace: str) -> Iterator[tuple[str, object]]:
    dimensions = [{"Name": "D", "Value": "d"}]

    def put(name: str, **more: object) -> dict[str, Any]:
        datum = {"MetricName": name, "Dimensions": dimensions, **more}
        return {"Namespace": namespace, "MetricData": [datum]}

    yield "one", put("one", Value=1.5, Unit="Count")
    yield "many", put("many", Values=[1, 3], Counts=[2, 2], StorageResolution=1)
    sums = {"SampleCount": 3, "Sum": 6, "Minimum": 1, "Maximum": 3}
    yield "set", put("set", StatisticValues=sums)
    yield "dated", put("dated", Value=1, Timestamp=NOW - 60)
    yield "too old", put("old", Value=1, Timestamp=1)
    yield "no value", put("none")
    yield "two values", put("two", Value=1, Values=[1])
    yield "no data", {"Namespace": namespace, "MetricData": []}


def test_queues(ways: Ways) -> None:
    """SQS has no short way: what it measures is in CloudWatch at once, and of the emulator's own time."""
    EmulatorClock(ways.emulator.endpoint).advance("30m")
    sqs, name = ways.aws("sqs"), "measured"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="four")
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": one, "MessageBody": one} for one in ("a", "b")])
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
    later = datetime.now(UTC) + timedelta(minutes=20)
    found = ways.metrics("AWS/SQS", "QueueName", name, since=later)
    sent = {("NumberOfMessagesSent", 3.0): 3, ("SentMessageSize", 6.0): 3}
    handled = {("NumberOfMessagesReceived", 1.0): 1, ("NumberOfMessagesDeleted", 1.0): 1}
    assert found.items() >= (sent | handled).items()
    sqs.delete_queue(QueueUrl=url)


def test_packed(ways: Ways) -> None:
    """A body that an SDK packed with gzip is taken, and one that would fill the memory is not."""
    put = json.dumps({"Namespace": "Packed", "MetricData": [{"MetricName": "m", "Value": 1}]}).encode()
    packed = {"Content-Encoding": "gzip"}
    assert ways.ask(packed, CLOUDWATCH, "PutMetricData", gzip.compress(put)).status == 200
    listed = ways.aws("cloudwatch").list_metrics(Namespace="Packed")["Metrics"]
    assert [metric["MetricName"] for metric in listed] == ["m"]
    bomb = gzip.compress(b" " * 70_000_000)
    assert ways.ask(packed, CLOUDWATCH, "PutMetricData", bomb).status == 413


def test_dynamodb(ways: Ways) -> None:
    """DynamoDB's log lines and metrics; what it answers is compared in test_dynamodb_short_way.py.

    Its bodies are the tables' own, and AWS's in form, where LocalStack writes them anew in its own.
    """
    lines, metrics = [], []
    for number, way in enumerate((SHORT, LONG)):
        name = f"way-{number}"
        ways.aws("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        since, item = ways.said(), {"id": {"S": "a"}}
        put = {"TableName": name, "Item": item}
        fresh = put | {"ConditionExpression": "attribute_not_exists(id)"}
        for operation, body in (
            ("PutItem", put),
            ("PutItem", fresh),
            ("GetItem", {"TableName": name, "Key": item}),
        ):
            answer = ways.ask(way, DYNAMODB, operation, body)
            assert dict(answer.headers)["x-localstack"] == "true"
        lines.append(ways.lines(since))
        metrics.append(ways.metrics("AWS/DynamoDB", "TableName", name))
    assert (
        lines[0]
        == lines[1]
        == [
            "AWS dynamodb.PutItem => 200",
            "AWS dynamodb.PutItem => 400 (ConditionalCheckFailedException)",
            "AWS dynamodb.GetItem => 200",
        ]
    )
    assert metrics[0] == metrics[1]
    assert ("ConditionalCheckFailedRequests", 1.0) in metrics[0]
