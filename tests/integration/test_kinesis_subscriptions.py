"""SubscribeToShard on the wire, in JSON and CBOR: records, heartbeats, its ends, and what is counted."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from bootstrap.target import Target
from tailrace import moving
from tailrace.cli import tailrace
from tailrace.control import Installation
from tailrace.testing.eventually import eventually
from tailrace.testing.limits import switch_limits
from tests.frame.run import Run
from tests.integration import clients
from tests.integration.clients import FOLDER
from tests.integration.wire import CBOR, JSON, Events, call, cbor

pytestmark = pytest.mark.emulator_only
FIRST = "shardId-000000000000"
BOTH = pytest.mark.parametrize("kind", [JSON, CBOR], ids=["json", "cbor"])


@pytest.fixture(scope="module")
def target(moved_target: Target) -> Target:
    """Give the emulator whose time may be moved: that, and limits, hold for everybody on it."""
    return moved_target


class Stage:
    """A stream of one shard with a consumer."""

    def __init__(self, target: Target, name: str) -> None:
        self.target = target
        self.name = name
        self.kinesis = target.client("kinesis", retries={"total_max_attempts": 1})
        self.kinesis.create_stream(StreamName=name, ShardCount=1)
        self._await_status("ACTIVE")
        self.arn = self._summary()["StreamARN"]
        made = self.kinesis.register_stream_consumer(StreamARN=self.arn, ConsumerName="app")["Consumer"]
        self.consumer = made["ConsumerARN"]
        look = self.kinesis.describe_stream_consumer
        eventually(
            lambda: look(ConsumerARN=self.consumer)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE",
            within=30,
            what="the consumer",
        )

    def put(self, data: bytes) -> str:
        """Put a record; give its sequence number."""
        return self.kinesis.put_record(StreamName=self.name, Data=data, PartitionKey="k")["SequenceNumber"]

    def split(self) -> None:
        """Split the shard, which closes it."""
        self.kinesis.split_shard(StreamName=self.name, ShardToSplit=FIRST, NewStartingHashKey="1000")

    def remove(self) -> None:
        """Remove stream and consumer."""
        self.kinesis.delete_stream(StreamName=self.name, EnforceConsumerDeletion=True)
        self.kinesis.get_waiter("stream_not_exists").wait(StreamName=self.name, WaiterConfig={"Delay": 1})

    @contextmanager
    def subscribed(self, kind: str, **starting: Any) -> Iterator[Events]:  # noqa: ANN401  as the API has it
        """Subscribe to the first shard."""
        events = Events(
            self.target, kind, ConsumerARN=self.consumer, ShardId=FIRST, StartingPosition=starting
        )
        try:
            yield events
        finally:
            events.close()

    def _summary(self) -> Any:  # noqa: ANN401  as the API answers
        return self.kinesis.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"]

    def _await_status(self, wanted: str) -> None:
        eventually(lambda: self._summary()["StreamStatus"] == wanted, within=30, what=f"a stream {wanted}")


@pytest.fixture
def stage(target: Target, run: Run, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Give a stream with a consumer, for one test."""
    made = Stage(target, f"{run.prefix}-{abs(hash(request.node.name)) % 10**8}")
    try:
        yield made
    finally:
        made.remove()


def advance(target: Target, seconds: float) -> None:
    """Move time on."""
    CliRunner(env={"AWS_ENDPOINT_URL": target.endpoint, "EMULATOR_PORT": None}).invoke(
        tailrace, ["advance", f"{seconds:.0f}s"], standalone_mode=False, catch_exceptions=False
    )


def often(times: int, ask: Callable[[], object]) -> None:
    """Ask so many times at once."""
    for _ in range(times):
        ask()


def records(event: dict[str, Any]) -> list[bytes]:
    """Give the data of an event's records."""
    return [record["Data"] for record in event["SubscribeToShardEvent"]["Records"]]


def now(target: Target) -> datetime:
    """Return the emulator's time."""
    return datetime.fromtimestamp(moving.now(target.endpoint or ""), UTC)


@BOTH
def test_records_and_the_end_of_the_shard(stage: Stage, kind: str) -> None:
    """An initial response, records as they come, and last the children without a continuation."""
    number = stage.put(b"\x00\xff")
    with stage.subscribed(kind, Type="TRIM_HORIZON") as events:
        assert (events.status, events.kind) == (200, "application/vnd.amazon.eventstream")
        given = iter(events)
        assert next(given) == {}, "the initial response"
        first = next(given)["SubscribeToShardEvent"]
        assert [record["Data"] for record in first["Records"]] == [b"\x00\xff"]
        assert first["Records"][0]["PartitionKey"] == "k"
        arrived = first["Records"][0]["ApproximateArrivalTimestamp"]
        assert abs(arrived - now(stage.target)) < timedelta(hours=1)
        assert first["ContinuationSequenceNumber"] == first["Records"][0]["SequenceNumber"] == number
        stage.put(b"later")
        assert records(next(given)) == [b"later"]
        stage.split()
        *_, last = given
    ended = last["SubscribeToShardEvent"]
    assert [child["ShardId"][-1] for child in ended["ChildShards"]] == ["1", "2"]
    assert [child["ParentShards"] for child in ended["ChildShards"]] == [[FIRST], [FIRST]]
    assert ended["Records"] == []
    assert ended["MillisBehindLatest"] > 0
    assert "ContinuationSequenceNumber" not in ended


@BOTH
def test_at_timestamp(stage: Stage, kind: str) -> None:
    """A subscription begins at a time: seconds in JSON, milliseconds in CBOR (recorded)."""
    stage.put(b"before")
    advance(stage.target, 60)
    began = stage.kinesis.put_record(StreamName=stage.name, Data=b"then", PartitionKey="k")
    assert began["ShardId"] == FIRST
    iterator = stage.kinesis.get_shard_iterator(
        StreamName=stage.name,
        ShardId=FIRST,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=began["SequenceNumber"],
    )["ShardIterator"]
    arrival = stage.kinesis.get_records(ShardIterator=iterator)["Records"][0]["ApproximateArrivalTimestamp"]
    moment: Any = arrival if kind == CBOR else arrival.timestamp()
    with stage.subscribed(kind, Type="AT_TIMESTAMP", Timestamp=moment) as events:
        given = iter(events)
        next(given)
        assert records(next(given)) == [b"then"]


@BOTH
def test_heartbeats_and_five_minutes(stage: Stage, kind: str) -> None:
    """An idle shard gives an event without records every five seconds, and an end after five minutes."""
    with stage.subscribed(kind, Type="LATEST") as events:
        given = iter(events)
        next(given)
        numbers = []
        for _ in range(3):
            advance(stage.target, 5)
            beat = next(given)["SubscribeToShardEvent"]
            assert (beat["Records"], beat["MillisBehindLatest"]) == ([], 0)
            numbers.append(int(beat["ContinuationSequenceNumber"]))
        assert numbers == sorted(set(numbers))
        advance(stage.target, 300)
        assert all(records(event) == [] for event in given), "and then nothing more"


@pytest.mark.parametrize("protocol", ["HTTP/2", "TLS"])
def test_renewed_by_a_javascript_client(
    stage: Stage, run: Run, installation: Installation, protocol: str
) -> None:
    """AWS's SDK for JavaScript is subscribed for five minutes by its default, HTTP/2, and then goes on."""
    node, modules = clients.node(installation)
    environ = {**clients.environ_of(run, stage.target), "NODE_PATH": str(modules)}
    if protocol == "TLS":
        environ["AWS_ENDPOINT_URL"] = environ["AWS_ENDPOINT_URL"].replace("http:", "https:")
        environ["NODE_EXTRA_CA_CERTS"] = str(installation.certificate)
    with clients.Client(environ, node, FOLDER / "client.cjs", "follow", stage.consumer) as follower:
        assert follower.line() == "subscribed"
        for minute in range(5):
            stage.put(b"minute %d" % minute)
            assert follower.line() == f"minute {minute}"
            advance(stage.target, 59)
        stage.put(b"the last")
        assert follower.line() == "the last", "so far less than five minutes have passed"
        advance(stage.target, 10)
        stage.put(b"between")
        assert [follower.line() for _ in range(3)] == ["ended", "subscribed", "between"]
        stage.put(b"after")
        assert follower.line() == "after"


@BOTH
def test_a_second_subscription(stage: Stage, kind: str) -> None:
    """Within five seconds it is refused; after them it takes over, and the first one ends."""
    with ExitStack() as left:
        refused = left.enter_context(stage.subscribed(kind, Type="LATEST"))
        for _ in range(10):  # on a busy machine five seconds may have passed
            first, refused = refused, left.enter_context(stage.subscribed(kind, Type="LATEST"))
            if refused.status != 200:
                break
        assert refused.status == 400
        given = iter(first)
        next(given)
        assert b"ResourceInUseException" in refused.body()
        advance(stage.target, 6)
        second = left.enter_context(stage.subscribed(kind, Type="LATEST"))
        assert second.status == 200
        assert all(records(event) == [] for event in given), "the first one is over"
        stage.put(b"a")
        others = iter(second)
        next(others)
        assert records(next(others)) == [b"a"]


def test_a_cbor_error(target: Target) -> None:
    """An error in CBOR is a map of its type and its message."""
    status, kind, answer = call(target, "SubscribeToShard", cbor({"ShardId": "x"}), CBOR)
    assert (status, kind) == (400, CBOR), answer
    assert b"ValidationException" in answer
    assert b"message" in answer


class Metrics:
    """AWS/Kinesis as CloudWatch has it, of one stream."""

    def __init__(self, stage: Stage) -> None:
        self._cloudwatch = stage.target.client("cloudwatch")
        self._stream = stage.name
        self._began = now(stage.target) - timedelta(minutes=5)

    def of(self, name: str, unit: str, **more: str) -> dict[str, float]:
        """Give count and sum of a metric's samples; empty without any."""
        answer = self._cloudwatch.get_metric_statistics(
            Namespace="AWS/Kinesis",
            MetricName=name,
            Dimensions=[
                {"Name": key, "Value": value} for key, value in {"StreamName": self._stream, **more}.items()
            ],
            StartTime=self._began,
            EndTime=self._began + timedelta(days=1),
            Period=86_400,
            Statistics=["SampleCount", "Sum"],
            Unit=unit,  # type: ignore[arg-type]
        )["Datapoints"]
        point = answer[0] if answer else None
        return {"SampleCount": point["SampleCount"], "Sum": point["Sum"]} if point else {}


def test_metrics_of_a_subscription(stage: Stage) -> None:
    """Begun and refused count, each event has a sample, the natural end one of 0; no shard's dimension."""
    metrics = Metrics(stage)
    with stage.subscribed(JSON, Type="LATEST") as events:
        given = iter(events)
        next(given)
        with stage.subscribed(JSON, Type="LATEST") as refused:
            assert refused.status == 400
        advance(stage.target, 5)
        next(given)
        advance(stage.target, 300)
        beats = len(list(given)) + 1
    app = {"ConsumerName": "app"}
    assert metrics.of("SubscribeToShard.Success", "Count", **app) == {"SampleCount": 2, "Sum": 1}
    assert metrics.of("SubscribeToShard.RateExceeded", "Count", **app) == {"SampleCount": 2, "Sum": 1}
    assert metrics.of("SubscribeToShardEvent.Success", "Count", **app) == {
        "SampleCount": beats + 1,
        "Sum": beats,
    }
    assert metrics.of("SubscribeToShardEvent.Records", "Count", **app) == {"SampleCount": beats, "Sum": 0}
    assert metrics.of("SubscribeToShardEvent.Bytes", "Bytes", **app) == {"SampleCount": beats, "Sum": 0}
    late = metrics.of("SubscribeToShardEvent.MillisBehindLatest", "Milliseconds", **app)
    assert late == {"SampleCount": beats, "Sum": 0}
    assert metrics.of("SubscribeToShardEvent.Success", "Count", ShardId=FIRST, **app) == {}


def test_metrics_of_a_stream_and_its_shard(stage: Stage) -> None:
    """Puts, reads and throttles count for the stream, and for the shard once it is monitored."""
    metrics, kinesis = Metrics(stage), stage.kinesis
    assert metrics.of("PutRecord.Success", "Count") == {}, "nothing yet, and not 0"
    stage.put(b"abc")
    assert metrics.of("IncomingBytes", "Bytes", ShardId=FIRST) == {}
    enabled = kinesis.enable_enhanced_monitoring(StreamName=stage.name, ShardLevelMetrics=["ALL"])
    assert enabled["CurrentShardLevelMetrics"] == []
    assert len(enabled["DesiredShardLevelMetrics"]) == 7
    switch_limits(stage.target.endpoint or "", "aws")
    try:
        entries: Any = [{"Data": b"x", "PartitionKey": "k"}] * 500
        failed = [kinesis.put_records(StreamName=stage.name, Records=entries)["FailedRecordCount"]]
        while not (len(failed) >= 4 and failed[-1]) and len(failed) < 40:  # of one second, or the next
            failed.append(kinesis.put_records(StreamName=stage.name, Records=entries)["FailedRecordCount"])
        throttled = sum(failed)
        assert throttled > 0
        iterator = kinesis.get_shard_iterator(
            StreamName=stage.name, ShardId=FIRST, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for _ in range(5):
            kinesis.get_records(ShardIterator=iterator, Limit=1)
        with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
            often(20, lambda: kinesis.get_records(ShardIterator=iterator, Limit=1))
    finally:
        switch_limits(stage.target.endpoint or "", "off")
    shard = {"ShardId": FIRST}
    taken = 500 * len(failed) - throttled
    assert metrics.of("PutRecord.Success", "Count") == {"SampleCount": 1, "Sum": 1}
    assert metrics.of("IncomingRecords", "Count")["Sum"] == taken + 1
    assert metrics.of("PutRecords.ThrottledRecords", "Count")["Sum"] == throttled
    assert metrics.of("WriteProvisionedThroughputExceeded", "Count")["Sum"] == throttled
    assert metrics.of("WriteProvisionedThroughputExceeded", "Count", **shard) == {
        "SampleCount": len(failed),
        "Sum": throttled,
    }
    assert metrics.of("IncomingRecords", "Count", **shard)["Sum"] == taken
    assert metrics.of("IncomingBytes", "Bytes", **shard)["Sum"] == 2 * taken
    assert metrics.of("ReadProvisionedThroughputExceeded", "Count", **shard)["Sum"] == 1
    read = metrics.of("OutgoingRecords", "Count", **shard)
    assert read["Sum"] == read["SampleCount"] >= 5
    assert metrics.of("OutgoingBytes", "Bytes", **shard)["Sum"] == 3 * read["Sum"]
    assert (
        metrics.of("IteratorAgeMilliseconds", "Milliseconds", **shard)["SampleCount"] == read["SampleCount"]
    )
    assert metrics.of("GetRecords.Success", "Count")["Sum"] == read["SampleCount"]
    assert metrics.of("ReadProvisionedThroughputExceeded", "Count")["Sum"] == 1


def test_limits_at_run_time(target: Target) -> None:
    """`aws` holds an account to one DescribeLimits a second, `off` to nothing; another word is no setting."""
    kinesis = target.client("kinesis", retries={"total_max_attempts": 1})
    endpoint = target.endpoint or ""
    for _ in range(5):
        kinesis.describe_limits()
    switch_limits(endpoint, "aws")
    try:
        with pytest.raises(ClientError) as raised:
            often(5, kinesis.describe_limits)
        assert raised.value.response["Error"] == {
            "Code": "LimitExceededException",
            "Message": f"Rate exceeded for account {target.account}.",
        }
        switch_limits(endpoint, "none")  # type: ignore[arg-type]
        status, _, answer = call(target, "ListStreams", b"{}")
        assert status == 500
        refusal = json.loads(answer)
        assert refusal["__type"] == "InternalFailure"
        assert "TAILRACE_KINESIS_LIMITS=none is not valid: expected aws or off" in refusal["message"]
    finally:
        switch_limits(endpoint, "off")
    for _ in range(5):
        kinesis.describe_limits()
