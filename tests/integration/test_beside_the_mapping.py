"""The other ways into a stream and out of it: EventBridge, a table's changes, Firehose."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only

ROLE = "arn:aws:iam::000000000000:role/anybody"


def client_of(target: Any, service: str) -> Any:  # noqa: ANN401  a service without types here
    """Return a client."""
    return target.client(service)


class Stream:
    """A stream of one shard."""

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self._kinesis = target.client("kinesis")
        self._kinesis.create_stream(StreamName=name, ShardCount=1)
        self._kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        self.arn = self._kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]

    def records(self) -> list[tuple[str, Any]]:
        """Return all its records: key, and data as JSON."""
        shard = self._kinesis.list_shards(StreamName=self.name)["Shards"][0]["ShardId"]
        iterator = self._kinesis.get_shard_iterator(
            StreamName=self.name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = self._kinesis.get_records(ShardIterator=iterator)["Records"]
        return [(record["PartitionKey"], json.loads(record["Data"])) for record in found]

    def put(self, *data: bytes) -> None:
        """Put records."""
        for one in data:
            self._kinesis.put_record(StreamName=self.name, Data=one, PartitionKey="k")

    def delete(self) -> None:
        """Delete it."""
        self._kinesis.delete_stream(StreamName=self.name)


@pytest.fixture
def left() -> Iterator[ExitStack]:
    """Give a stack of what is to be undone."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def name(run: Run) -> str:
    """Give a name of the test's own."""
    return f"{run.prefix}-{secrets.token_hex(4)}"


@pytest.fixture
def stream(target: Target, name: str, left: ExitStack) -> Stream:
    """Give a stream."""
    made = Stream(target, name)
    left.callback(made.delete)
    return made


def test_eventbridge_in_each_input_form(target: Target, name: str, stream: Stream, left: ExitStack) -> None:
    """An event arrives whole, in part, as a constant or transformed; its key is its id, or a field."""
    events = target.client("events")
    forms: dict[str, Any] = {
        "whole": {},
        "path": {"InputPath": "$.detail"},
        "constant": {"Input": '{"a": 1}'},
        "transformed": {
            "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"n": <n>}'}
        },
        "keyed": {"InputPath": "$.detail.n", "KinesisParameters": {"PartitionKeyPath": "$.detail.k"}},
    }
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    left.callback(events.delete_rule, Name=name)
    targets: Any = [{"Id": form, "Arn": stream.arn, "RoleArn": ROLE, **more} for form, more in forms.items()]
    assert events.put_targets(Rule=name, Targets=targets)["FailedEntryCount"] == 0
    left.callback(events.remove_targets, Rule=name, Ids=list(forms))
    entry: Any = {"Source": name, "DetailType": "t", "Detail": json.dumps({"n": 7, "k": "key"})}
    event_id = events.put_events(Entries=[entry])["Entries"][0]["EventId"]

    def arrived() -> list[tuple[str, Any]]:
        """Find five records."""
        found = stream.records()
        assert len(found) == len(forms), found
        return found

    found = eventually(arrived, within=15, every=0.2)
    whole = [data for _, data in found if isinstance(data, dict) and "detail-type" in data]
    others = sorted(((key, data) for key, data in found if data not in whole), key=str)
    assert [event["detail"] for event in whole] == [{"n": 7, "k": "key"}]
    expected = [(event_id, {"a": 1}), (event_id, {"n": 7, "k": "key"}), (event_id, {"n": 7}), ("key", 7)]
    assert others == sorted(expected, key=str)


def test_an_event_that_cannot_be_delivered(
    target: Target, name: str, stream: Stream, left: ExitStack
) -> None:
    """What a target refuses goes to its dead-letter queue, and says why."""
    events, sqs = target.client("events"), target.client("sqs")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    left.callback(sqs.delete_queue, QueueUrl=queue)
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    left.callback(events.delete_rule, Name=name)
    gone = {"Id": "1", "Arn": f"{stream.arn}-gone", "RoleArn": ROLE, "DeadLetterConfig": {"Arn": arn}}
    retry: Any = {**gone, "RetryPolicy": {"MaximumRetryAttempts": 1}}
    events.put_targets(Rule=name, Targets=[retry])
    left.callback(events.remove_targets, Rule=name, Ids=["1"])
    events.put_events(Entries=[{"Source": name, "DetailType": "t", "Detail": "{}"}])

    def set_aside() -> list[Any]:
        """Find the event in the queue."""
        found: list[Any] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"]).get(
            "Messages", []
        )
        return found

    (message,) = eventually(set_aside, within=15, every=0.2)
    assert json.loads(message["Body"])["source"] == name
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "ResourceNotFoundException"


def test_every_change_of_a_table(target: Target, name: str, stream: Stream, left: ExitStack) -> None:
    """A table's Kinesis destination gets each change, by whatever request, and none where nothing changes."""
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    left.callback(dynamodb.delete_table, TableName=name)
    dynamodb.enable_kinesis_streaming_destination(TableName=name, StreamArn=stream.arn)

    def active() -> bool:
        """Wait for the destination."""
        found = dynamodb.describe_kinesis_streaming_destination(TableName=name)
        return [one["DestinationStatus"] for one in found["KinesisDataStreamDestinations"]] == ["ACTIVE"]

    eventually(active, within=15, every=0.2)
    for _ in range(2):
        dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}, "v": {"N": "1"}})
    dynamodb.update_item(
        TableName=name,
        Key={"id": {"S": "1"}},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": {"id": {"S": "2"}}}}]})
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": name, "Item": {"id": {"S": "3"}}}},
            {"Delete": {"TableName": name, "Key": {"id": {"S": "2"}}}},
        ]
    )
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "1"}})
    expected = sorted(
        [("INSERT", "1"), ("MODIFY", "1"), ("INSERT", "2"), ("INSERT", "3"), ("REMOVE", "2"), ("REMOVE", "1")]
    )

    def arrived() -> bool:
        """Find each change once."""
        found = [(data["eventName"], data["dynamodb"]["Keys"]["id"]["S"]) for _, data in stream.records()]
        assert sorted(found) == expected
        return True

    eventually(arrived, within=15, every=0.2)


def test_two_delivery_streams(target: Target, name: str, stream: Stream, left: ExitStack) -> None:
    """Two Firehose delivery streams of one stream bring every record into S3."""
    firehose, s3 = client_of(target, "firehose"), target.client("s3")
    s3.create_bucket(Bucket=name)
    left.callback(s3.delete_bucket, Bucket=name)
    for each in ("one", "two"):
        firehose.create_delivery_stream(
            DeliveryStreamName=f"{name}-{each}",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": stream.arn, "RoleARN": ROLE},
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{name}",
                "Prefix": f"{each}/",
            },
        )
        left.callback(firehose.delete_delivery_stream, DeliveryStreamName=f"{name}-{each}")
    stream.put(b"1\n", b"2\n", b"3\n")

    def content(prefix: str) -> bytes:
        """Return what stands in all objects of a prefix."""
        keys = sorted(
            one["Key"] for one in s3.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", [])
        )
        return b"".join(s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys)

    def arrived() -> bool:
        """Find all three by both."""
        assert [sorted(content(prefix).split()) for prefix in ("one/", "two/")] == [[b"1", b"2", b"3"]] * 2
        return True

    try:
        eventually(arrived, within=20, every=0.3)
    finally:
        for one in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=one["Key"])


def test_destinations_that_nothing_serves(target: Target, name: str) -> None:
    """A delivery stream whose records would come to nowhere is refused, and so is one of no stream."""
    firehose = client_of(target, "firehose")
    s3: Any = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::nobodys"}
    with pytest.raises(ClientError, match="Firehose with Splunk: not done by this emulator"):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            SplunkDestinationConfiguration={
                "HECEndpoint": "https://splunk.example",
                "HECEndpointType": "Raw",
                "HECToken": "t",
                "S3Configuration": s3,
            },
        )
    arn = f"arn:aws:kinesis:{target.region}:000000000000:stream/{name}-none"
    with pytest.raises(ClientError, match=r"Kinesis stream .* not found"):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
            ExtendedS3DestinationConfiguration=s3,
        )
