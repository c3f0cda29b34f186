"""DynamoDB's requests that go past LocalStack: they are answered as LocalStack answers them."""

import http.client
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap.target import Target
from tailrace.dynamodb.listing import tables
from tailrace.testing.clients import Aws
from tailrace.testing.eventually import eventually
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260102/{}/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
LOCALSTACKS = {"Content-Encoding": "identity"}  # a header that keeps a request from the short way
NOTHING: dict[str, str] = {}
HERE, THERE = "us-east-1", "eu-central-1"
INDEX = "by-n"
WRITES = 150
"""Of each client while a table moves."""
NEW = "attribute_not_exists(id)"


def key(name: str) -> dict[str, Any]:
    """Return a key."""
    return {"id": {"S": name}}


KEY = key("a")


def by_index(table: str) -> dict[str, Any]:
    """Return a query of a table's index."""
    return {
        "TableName": table,
        "IndexName": INDEX,
        "KeyConditionExpression": "n = :n",
        "ExpressionAttributeValues": {":n": {"N": "2.5"}},
    }


def asked(table: str, token: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return requests of every kind, in an order in which each means something, by what they show."""
    put = {"TableName": table, "Item": KEY | {"n": {"N": "1.50"}, "b": {"B": "AAE="}, "ü": {"S": "ß"}}}
    changed = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "ALL_NEW",
    }
    put_b = {"Put": {"TableName": table, "Item": key("b"), "ConditionExpression": NEW}}
    transaction = ("TransactWriteItems", {"TransactItems": [put_b], "ClientRequestToken": token})
    queried = {
        "TableName": table,
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": {":id": {"S": "a"}},
    }
    return {
        "put": ("PutItem", put),
        "refused by its condition": ("PutItem", put | {"ConditionExpression": NEW}),
        "got": ("GetItem", {"TableName": table, "Key": KEY, "ConsistentRead": True}),
        "changed": ("UpdateItem", changed),
        "in a transaction": transaction,
        "the same transaction": transaction,
        "cancelled": ("TransactWriteItems", {"TransactItems": [put_b, {"Put": put}]}),
        "batch": ("BatchWriteItem", {"RequestItems": {table: [{"PutRequest": {"Item": key("c")}}]}}),
        "batch read": ("BatchGetItem", {"RequestItems": {table: {"Keys": [KEY]}}}),
        "read in a transaction": (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": table, "Key": KEY}}]},
        ),
        "queried": ("Query", queried | {"ReturnConsumedCapacity": "TOTAL"}),
        "queried by an index": ("Query", by_index(table) | {"ReturnConsumedCapacity": "INDEXES"}),
        "counted": ("Scan", {"TableName": table, "Select": "COUNT"}),
        "deleted": ("DeleteItem", {"TableName": table, "Key": KEY, "ReturnValues": "ALL_OLD"}),
        "no such table": ("GetItem", {"TableName": "nowhere", "Key": KEY}),
    }


def wrong(table: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return requests that are not as they should be, by what they show; some move the table."""
    return {
        "batch without a key": ("BatchWriteItem", {"RequestItems": {table: [{"PutRequest": {"Item": {}}}]}}),
        "an index that is not there": ("Query", by_index(table) | {"IndexName": "none"}),
        "more than an index has": ("Query", by_index(table) | {"Select": "ALL_ATTRIBUTES"}),
        "wrong key": ("GetItem", {"TableName": table, "Key": {"other": {"S": "a"}}}),
        "nothing": ("PutItem", {}),
    }


class Door:
    """The emulator's address, to which requests are sent over one connection that is kept."""

    def __init__(self, target: Target, region: str) -> None:
        self.aws = Aws(target.endpoint or "", region)
        parts = urlsplit(self.aws.endpoint)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def post(
        self, operation: str, body: bytes, headers: dict[str, str] = NOTHING
    ) -> tuple[int, dict[str, Any]]:
        """Send a body; return status and what was said."""
        always = {
            "Authorization": SIGNED.format(self.aws.region),
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        self._connection.request("POST", "/", body, always | headers)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        said["__type"] = said.get("__type", "").rpartition("#")[2]  # LocalStack cuts what stands before it
        said["message"] = said.pop("Message", said.get("message"))
        return answer.status, said

    def ask(
        self, operation: str, body: object, headers: dict[str, str] = NOTHING
    ) -> tuple[int, dict[str, Any]]:
        """Send a request; return status and what was said."""
        return self.post(operation, json.dumps(body).encode(), headers)

    @contextmanager
    def table(self, name: str, **more: Any) -> Iterator[str]:  # noqa: ANN401  CreateTable's own
        """Make a table, and delete it at the end."""
        dynamodb = self.aws("dynamodb")
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "n", "AttributeType": "N"},
            ],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": INDEX,
                    "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )
        try:
            yield name
        finally:
            dynamodb.delete_table(TableName=name)

    def move(self, name: str) -> None:
        """Ask for what moves a table to DynamoDB Local."""
        statement = f"SELECT * FROM \"{name}\" WHERE id = 'a'"  # noqa: S608  PartiQL
        assert self.ask("ExecuteStatement", {"Statement": statement})[0] == 200

    def moved(self, name: str) -> bool:
        """Tell whether a table is at DynamoDB Local."""
        return any(f" {name} " in line for line in tables(self.aws.endpoint))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@pytest.fixture
def door(target: Target) -> Iterator[Callable[[str], Door]]:
    """Give what makes doors, one for each region."""
    with ExitStack() as opened:
        yield lambda region: opened.enter_context(closing(Door(target, region)))


def test_answers_are_the_same(run: Run, door: Callable[[str], Door]) -> None:
    """Each request, good or bad, is answered alike in memory and by DynamoDB Local, on both ways."""
    here = door(HERE)
    answers = []
    for moved in (False, True):
        for way, headers in {"short": NOTHING, "long": LOCALSTACKS}.items():
            with here.table(run.stack_name("way")) as name:
                if moved:
                    here.move(name)
                requests = asked(name, f"{name}-{way}-{moved}")
                answered = {what: here.ask(*request, headers) for what, request in requests.items()}
                assert here.moved(name) == moved
                more = {what: here.ask(*request, headers) for what, request in wrong(name).items()}
                answers.append(answered | more)
    for other in answers[1:]:
        assert other == answers[0]
    assert {status for status, _ in answers[0].values()} == {200, 400}


def test_writes_while_a_table_moves(run: Run, door: Callable[[str], Door], target: Target) -> None:
    """What four clients write while their table moves is counted once each, and is all there."""
    here = door(HERE)
    with here.table(run.stack_name("moving")) as name, ThreadPoolExecutor(4) as pool:
        add = {
            "TableName": name,
            "Key": KEY,
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }

        def write(client: int) -> None:
            with closing(Door(target, HERE)) as own:
                for n in range(WRITES):
                    assert own.ask("UpdateItem", add)[0] == 200
                    item = key(f"{client}-{n}") | {"n": {"N": "1"}}
                    fresh = {"TableName": name, "Item": item, "ConditionExpression": NEW}
                    assert own.ask("PutItem", fresh)[0] == 200

        writing = [pool.submit(write, client) for client in range(4)]
        count = {"TableName": name, "Select": "COUNT"}
        eventually(lambda: here.ask("Scan", count)[1]["Count"] > WRITES, within=60, what="some are written")
        here.move(name)
        for client in writing:
            client.result()
        assert here.moved(name)
        assert here.ask("GetItem", {"TableName": name, "Key": KEY})[1]["Item"]["n"] == {"N": str(4 * WRITES)}
        assert here.ask("Scan", count)[1]["Count"] == 4 * WRITES + 1


def test_regions_are_apart(run: Run, door: Callable[[str], Door]) -> None:
    """A table of one region is not there in another."""
    here, there = door(HERE), door(THERE)
    with here.table(run.stack_name("here")) as name:
        assert here.ask("GetItem", {"TableName": name, "Key": KEY})[0] == 200
        status, said = there.ask("GetItem", {"TableName": name, "Key": KEY})
        assert (status, said["__type"]) == (400, "ResourceNotFoundException")


def test_a_table_with_a_stream(run: Run, door: Callable[[str], Door]) -> None:
    """What is written to a table with a stream is in the stream: such tables are left to LocalStack."""
    there = door(THERE)
    spec = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    with there.table(run.stack_name("streamed"), StreamSpecification=spec) as name:
        assert there.ask("PutItem", {"TableName": name, "Item": KEY})[0] == 200
        streams = there.aws("dynamodbstreams")
        arn = there.aws("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        begin = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}

        def records() -> list[Any]:
            iterator = streams.get_shard_iterator(**begin)["ShardIterator"]
            found: list[Any] = streams.get_records(ShardIterator=iterator)["Records"]
            return found

        (record,) = eventually(records, within=60)
        assert record["dynamodb"]["Keys"] == KEY


def test_no_json(run: Run, door: Callable[[str], Door]) -> None:
    """A body that is no JSON is the sender's error, as on AWS; LocalStack would call it its own."""
    here = door(HERE)
    with here.table(run.stack_name("no-json")):
        for _ in range(2):  # and the connection stays of use
            status, said = here.post("PutItem", b"{")
            assert (status, said["__type"]) == (400, "SerializationException")
        assert here.post("PutItem", b"{", LOCALSTACKS)[0] == 500
