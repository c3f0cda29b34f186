"""What a table's stream and Kinesis destination say of every way to change it; tables named by ARN."""

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
type Change = tuple[str, str, str | None]
SHARDS = 4


def key(name: str) -> dict[str, Any]:
    """Return a key."""
    return {"id": {"S": name}}


def item(name: str, number: float | str) -> dict[str, Any]:
    """Return an item with a number."""
    return key(name) | {"n": {"N": str(number)}}


class Table:
    """A table with a stream and a Kinesis destination, both read from their beginnings."""

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self.client = target.client("dynamodb")
        self._kinesis = target.client("kinesis")
        self._streams: Any = target.client("dynamodbstreams")  # type: ignore[call-overload]  # no stubs of it
        self._kinesis.create_stream(StreamName=name, ShardCount=SHARDS)
        self._kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        made = self.client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        self.arn, self._stream = made["TableArn"], made["LatestStreamArn"]
        stream = self._kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        self.client.enable_kinesis_streaming_destination(TableName=name, StreamArn=stream["StreamARN"])
        self.client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "end"}
        )

    def delete(self) -> None:
        """Delete the table and the stream."""
        self.client.delete_table(TableName=self.name)
        self._kinesis.delete_stream(StreamName=self.name, EnforceConsumerDeletion=True)

    def by_stream(self) -> list[dict[str, Any]]:
        """Return all changes that the table's stream has."""
        (shard,) = self._streams.describe_stream(StreamArn=self._stream)["StreamDescription"]["Shards"]
        start = self._streams.get_shard_iterator(
            StreamArn=self._stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records: list[dict[str, Any]] = self._streams.get_records(ShardIterator=start["ShardIterator"])[
            "Records"
        ]
        return records

    def by_kinesis(self) -> dict[str, list[dict[str, Any]]]:
        """Return all changes that the destination has, by shard."""
        found = {}
        for shard in self._kinesis.list_shards(StreamName=self.name)["Shards"]:
            start = self._kinesis.get_shard_iterator(
                StreamName=self.name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )
            records = self._kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
            found[shard["ShardId"]] = [json.loads(record["Data"]) for record in records]
        return found

    def changes(self, count: int) -> tuple[list[Change], list[Change]]:
        """Return so many changes, by stream and destination, each sorted by key; more are a failure later."""
        eventually(lambda: len(self.by_stream()) >= count, within=20, what=f"{count} changes in the stream")
        every = [each for records in self.by_kinesis().values() for each in records]
        return sorted(map(change_of, self.by_stream()), key=str), sorted(map(change_of, every), key=str)


def change_of(record: dict[str, Any]) -> Change:
    """Return what a change says: key, kind, the new number."""
    body = record["dynamodb"]
    return body["Keys"]["id"]["S"], record["eventName"], body.get("NewImage", {}).get("n", {}).get("N")


@pytest.fixture
def table(run: Run, target: Target, request: pytest.FixtureRequest) -> Iterator[Table]:
    """Give a table of the test's own; it goes at the end."""
    made = Table(target, f"tailrace-test-{run.id}-{request.node.name[-20:].strip('_')}")
    yield made
    made.delete()


def test_every_way_to_write(table: Table) -> None:
    """Put, update, batch, transaction, PartiQL and expiry each tell what they changed, and nothing else."""
    to, name = table.client, table.name
    to.put_item(TableName=name, Item=item("put", 1))
    to.put_item(TableName=name, Item=item("put", "1.0"))  # the same
    to.update_item(
        TableName=name, Key=key("update"), UpdateExpression="SET n=:n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )  # fmt: skip
    to.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item("batch", 3)}}]})
    to.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item("batch", 3)}}]})  # the same
    to.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": item("transaction", 4)}}])
    statement = f"INSERT INTO \"{name}\" VALUE {{'id':'%s','n':%s}}"
    to.execute_statement(Statement=statement % ("statement", 5))
    to.batch_execute_statement(Statements=[{"Statement": statement % ("statements", 6)}])
    to.execute_transaction(TransactStatements=[{"Statement": statement % ("together", 7)}])
    to.execute_statement(Statement=f"DELETE FROM \"{name}\" WHERE id='together'")  # noqa: S608  see above
    to.delete_item(TableName=name, Key=key("nothing"))
    to.delete_item(TableName=name, Key=key("put"))
    expected = [
        ("batch", "INSERT", "3"), ("put", "INSERT", "1"), ("put", "REMOVE", None),
        ("statement", "INSERT", "5"), ("statements", "INSERT", "6"),
        ("together", "INSERT", "7"), ("together", "REMOVE", None),
        ("transaction", "INSERT", "4"), ("update", "INSERT", "2"),
    ]  # fmt: skip
    assert table.changes(len(expected)) == (expected, expected)


def test_order(table: Table) -> None:
    """Changes of an item come in the order in which they were made; items spread over the shards."""
    for number in range(40):
        table.client.put_item(TableName=table.name, Item=item("a", number))
    for name in "bcdefghijklm":
        table.client.put_item(TableName=table.name, Item=item(name, 0))
    table.changes(52)
    order = [str(number) for number in range(40)]
    assert [change_of(each)[2] for each in table.by_stream() if change_of(each)[0] == "a"] == order
    by_shard = table.by_kinesis()
    (of_a,) = [
        found
        for records in by_shard.values()
        if (found := [change_of(each)[2] for each in records if change_of(each)[0] == "a"])
    ]
    assert of_a == order
    assert sum(bool(records) for records in by_shard.values()) > 1


def test_expiry(table: Table) -> None:
    """What expires is removed by DynamoDB itself, and the change says so; what expired long ago stays."""
    for name, end in (("over", time.time() - 10), ("ancient", 1), ("later", time.time() + 3600)):
        table.client.put_item(TableName=table.name, Item=key(name) | {"end": {"N": str(int(end))}})
    endpoint = table.client.meta.endpoint_url
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_aws/dynamodb/expired", method="DELETE"))  # noqa: S310  the emulator
    table.changes(4)
    (by_stream,) = [each for each in table.by_stream() if each["eventName"] == "REMOVE"]
    (by_kinesis,) = [
        each for records in table.by_kinesis().values() for each in records if each["eventName"] == "REMOVE"
    ]
    assert change_of(by_stream)[0] == change_of(by_kinesis)[0] == "over"
    assert by_stream["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert by_kinesis["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}


def test_a_table_made_again_has_no_expiry(run: Run, target: Target) -> None:
    """Time to live ends with its table: one that is made anew under the name keeps its items."""
    to, name = target.client("dynamodb"), f"{run.prefix}-made-again"
    for _ in range(2):
        to.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        found = to.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert found["TimeToLiveStatus"] == "DISABLED"
        to.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "end"}
        )
        to.delete_table(TableName=name)


def test_named_by_arn(table: Table) -> None:
    """Every operation on items takes a table's ARN for its name, and answers with it."""
    to, arn = table.client, table.arn
    put = to.put_item(TableName=arn, Item=key("a"), ReturnConsumedCapacity="TOTAL")
    assert put["ConsumedCapacity"]["TableName"] == arn
    assert to.get_item(TableName=arn, Key=key("a"))["Item"] == key("a")
    assert to.batch_get_item(RequestItems={arn: {"Keys": [key("a")]}})["Responses"] == {arn: [key("a")]}
    assert to.scan(TableName=arn)["Items"] == [key("a")]
    to.transact_write_items(TransactItems=[{"Delete": {"TableName": arn, "Key": key("a")}}])
    assert "Item" not in to.get_item(TableName=arn, Key=key("a"))
    assert to.describe_table(TableName=arn)["Table"]["TableName"] == table.name
