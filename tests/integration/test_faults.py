"""Faults at the door, whichever way a request takes, and of functions."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from bootstrap.target import Target
from tailrace.control.errors import EmulatorError
from tailrace.testing.eventually import eventually
from tailrace.testing.faults import Faults
from tests.frame import forking
from tests.frame.run import ROOT, Run
from tests.integration.functions import Function, Functions
from tests.integration.test_kinesis_emulated import stream_on
from tests.integration.test_lambda_runtimes import make

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.emulator_only

# Writes an item for each name in the event, one call for each.
STORE = """
import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    for name in event["names"]:
        client.put_item(TableName=event["table"], Item={"id": {"S": name}})
    return "stored"
"""

# The same by plain requests: an SDK is most of what a new environment takes.
STORE_PLAINLY = """
import http.client, json, os

KEY, TOKEN = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SESSION_TOKEN"]
HEADERS = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20260102/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
    "X-Amz-Security-Token": TOKEN,
    "X-Amz-Target": "DynamoDB_20120810.PutItem",
    "Content-Type": "application/x-amz-json-1.0",
}


def handler(event, context):
    for name in event["names"]:
        asked = {"TableName": event["table"], "Item": {"id": {"S": name}}}
        connection = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].partition("//")[2])
        connection.request("POST", "/", json.dumps(asked), HEADERS)
        assert connection.getresponse().status == 200
        connection.close()
    return "stored"
"""

# The same in JavaScript.
STORE_IN_NODE = """
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient();

export const handler = async (event) => {
  for (const name of event.names)
    await client.send(new PutItemCommand({ TableName: event.table, Item: { id: { S: name } } }));
  return "stored";
};
"""


@pytest.fixture(scope="module")
def target(faulty_target: Target) -> Target:
    """Give an emulator where no call but the tests' own can meet a fault."""
    return faulty_target


@pytest.fixture
def faults(target: Target) -> Iterator[Faults]:
    """Give what asks for faults; each has to have befallen a call by the end."""
    asked = Faults(target.endpoint or "")
    try:
        yield asked
    except BaseException:
        asked.clear()
        raise
    asked.close()


@pytest.fixture(scope="module")
def table(target: Target, run: Run, worker_id: str) -> Iterator[str]:
    """Give a table."""
    name = f"{run.prefix}-faults-{worker_id}"
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


@pytest.fixture(scope="module")
def store(functions: Functions) -> Function:
    """Give a function that stores items."""
    return functions.make(STORE, Timeout=30)


@pytest.fixture(scope="module")
def plain(functions: Functions) -> Function:
    """Give a function that stores items without an SDK."""
    return functions.make(STORE_PLAINLY, Timeout=30)


@pytest.fixture
def once(target: Target) -> "DynamoDBClient":
    """Give a client of DynamoDB that tries once."""
    return target.client("dynamodb", retries={"total_max_attempts": 1})


def stored(target: Target, table: str) -> set[str]:
    """Return the ids in a table, and empty it."""
    dynamodb = target.client("dynamodb")
    found = {item["id"]["S"] for item in dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]}
    for name in found:
        dynamodb.delete_item(TableName=table, Key={"id": {"S": name}})
    return found


def item(name: str) -> dict[str, Any]:
    """Return an item."""
    return {"id": {"S": name}}


def test_the_third_call_is_throttled(
    faults: Faults, once: "DynamoDBClient", table: str, target: Target
) -> None:
    """One call, of one table, is refused with DynamoDB's own fields, and its work is not done."""
    fault = faults.add("dynamodb.PutItem", resource=table, nth=3)
    once.put_item(TableName=table, Item=item("1"))
    once.put_item(TableName=table, Item=item("2"))
    with pytest.raises(ClientError) as refused:
        once.put_item(TableName=table, Item=item("3"))
    once.put_item(TableName=table, Item=item("4"))
    assert refused.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    (reason,) = refused.value.response["ThrottlingReasons"]  # type: ignore[typeddict-item]
    assert reason["reason"] == "TableWriteProvisionedThroughputExceeded"
    assert reason["resource"].endswith(f":table/{table}")
    assert stored(target, table) == {"1", "2", "4"}
    assert (fault.matched, fault.fired) == (4, 1)


def test_a_lost_answer(faults: Faults, once: "DynamoDBClient", table: str, target: Target) -> None:
    """The work is done, and the connection closed before any answer; or in the middle of it."""
    faults.add("dynamodb.PutItem", resource=table, do="lose", times=1)
    with pytest.raises(ConnectionClosedError):
        once.put_item(TableName=table, Item=item("lost"))
    faults.add("dynamodb.GetItem", resource=table, do="cut", times=1)
    again = target.client("dynamodb").get_item(TableName=table, Key=item("lost"))
    assert again["Item"] == item("lost")
    assert again["ResponseMetadata"]["RetryAttempts"] == 1
    assert stored(target, table) == {"lost"}


def test_a_late_answer(faults: Faults, once: "DynamoDBClient", table: str) -> None:
    """A call is begun later, and then done."""
    faults.add("dynamodb.GetItem", resource=table, do="delay", seconds=0.3, times=1)
    began = time.monotonic()
    once.get_item(TableName=table, Key=item("none"))
    assert time.monotonic() - began >= 0.3


def test_entries_of_a_batch(
    faults: Faults, once: "DynamoDBClient", table: str, target: Target, run: Run
) -> None:
    """Some entries of a batch fail, and nothing but these; what is told of them is what became of them."""
    faults.add("dynamodb.BatchWriteItem", resource=table, do="entries", share=0.4, seed=5)
    names = [f"n-{n}" for n in range(25)]
    puts: Any = [{"PutRequest": {"Item": item(name)}} for name in names]
    unprocessed = once.batch_write_item(RequestItems={table: puts})["UnprocessedItems"][table]
    left = {one["PutRequest"]["Item"]["id"]["S"] for one in unprocessed}
    assert 3 < len(left) < 20
    assert stored(target, table) == set(names) - left
    name = f"{run.prefix}-faults-entries"
    with stream_on(target, name, shards=1) as kinesis:
        records: Any = [{"Data": name.encode(), "PartitionKey": "a"} for name in names]
        faults.add("kinesis.PutRecords", resource=name, do="entries", content="n-7", times=1)
        answer = kinesis.put_records(StreamName=name, Records=records)
        assert [n for n, entry in enumerate(answer["Records"]) if "ErrorCode" in entry] == [7]
        faults.add("kinesis.PutRecords", resource=name, do="entries", share=0.4)
        answer = kinesis.put_records(StreamName=name, Records=records)
        failed = [entry for entry in answer["Records"] if "ErrorCode" in entry]
        assert answer["FailedRecordCount"] == len(failed)
        assert 3 < len(failed) < 20
        assert {entry["ErrorCode"] for entry in failed} == {"ProvisionedThroughputExceededException"}
        numbers = [entry["SequenceNumber"] for entry in answer["Records"] if "ErrorCode" not in entry]
        assert numbers == sorted(numbers, key=int)


def test_a_transaction_is_cancelled(
    faults: Faults, once: "DynamoDBClient", table: str, target: Target
) -> None:
    """A transaction is cancelled whole, with a reason for each of its items."""
    faults.add("dynamodb.TransactWriteItems", resource=table, do="entries", code="ThrottlingError", times=1)
    puts: Any = [{"Put": {"TableName": table, "Item": item(name)}} for name in "ab"]
    with pytest.raises(ClientError) as cancelled:
        once.transact_write_items(TransactItems=puts)
    response: Any = cancelled.value.response
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert [one["Code"] for one in response["CancellationReasons"]] == ["ThrottlingError", "ThrottlingError"]
    assert stored(target, table) == set()


@pytest.mark.parametrize(
    ("service", "operation", "asked", "code"),
    [
        ("cloudwatch", "PutMetricData", {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1}]},
         "ThrottlingException"),
        ("sqs", "ListQueues", {}, "RequestThrottled"),
        ("sns", "ListTopics", {}, "Throttled"),
        ("s3", "ListBuckets", {}, "SlowDown"),
        ("lambda", "ListFunctions", {}, "TooManyRequestsException"),
        ("logs", "DescribeLogGroups", {}, "ThrottlingException"),
    ],
)  # fmt: skip
def test_every_protocol(  # noqa: PLR0913, PLR0917  a case
    faults: Faults,
    target: Target,
    service: Any,  # noqa: ANN401  a name that the overloads know
    operation: str,
    asked: dict[str, Any],
    code: str,
) -> None:
    """A service of any protocol throttles by its own code, in a form that its client reads."""
    client: Any = target.client(service, retries={"total_max_attempts": 1}, user_agent_extra="faults")
    faults.add(f"{service}.{operation}", times=1)
    names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    call = getattr(client, names[operation])
    with pytest.raises(ClientError) as refused:
        call(**asked)
    assert refused.value.response["Error"]["Code"] == code
    call(**asked)


def test_a_function_is_known_by_its_credentials(
    faults: Faults,
    store: Function,
    once: "DynamoDBClient",
    table: str,
    target: Target,
) -> None:
    """Only the function's calls are met, and counted by name; its SDK tries again and comes through."""
    fault = faults.add("dynamodb.*", function=store.name, times=1)
    once.put_item(TableName=table, Item=item("mine"))
    assert store.invoke({"table": table, "names": ["its"]}).payload == "stored"
    assert fault.calls == {"dynamodb.PutItem": 2}
    assert stored(target, table) == {"mine", "its"}


@pytest.mark.parametrize(("moment", "left"), [("before", {"1"}), ("after", {"1", "2"})])
def test_a_function_is_killed_at_a_call(  # noqa: PLR0913, PLR0917  a case
    faults: Faults, plain: Function, table: str, target: Target, moment: str, left: set[str]
) -> None:
    """It dies before its second call's work, or after it; the next invocation has a new environment."""
    on = "dynamodb.PutItem"
    faults.add(on, do="kill", function=plain.name, moment=moment, nth=2)
    answer = plain.invoke({"table": table, "names": ["1", "2", "3"]})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in answer.payload["errorMessage"]
    assert stored(target, table) == left
    assert plain.invoke({"table": table, "names": []}).payload == "stored"


@pytest.mark.parametrize(
    ("rule", "says", "done"),
    [
        ({"do": "kill", "moment": "before"}, "signal: killed", False),
        ({"do": "kill"}, "signal: killed", True),
        ({"do": "timeout"}, "Task timed out after 30.00 seconds", True),
        ({"do": "out-of-memory", "moment": "before"}, "signal: killed", False),
        ({"do": "error", "code": "ValueError", "message": "asked for"}, "asked for", False),
    ],
)
def test_how_an_invocation_ends(  # noqa: PLR0913, PLR0917  a case
    faults: Faults,
    plain: Function,
    table: str,
    target: Target,
    rule: dict[str, Any],
    says: str,
    done: bool,  # noqa: FBT001  a case
) -> None:
    """An invocation ends as it was asked for, in Lambda's own words, before its work or after it."""
    faults.add("function.invoke", resource=plain.name, times=1, **rule)
    answer = plain.invoke({"table": table, "names": ["n"]})
    assert says in answer.payload["errorMessage"]
    assert stored(target, table) == ({"n"} if done else set())
    assert plain.invoke({"table": table, "names": []}).payload == "stored"


def test_a_function_in_another_language(
    faults: Faults, functions: Functions, table: str, target: Target
) -> None:
    """Node's own SDK is throttled and tries again; the function is killed, out of time, out of memory."""
    node = make(functions, "nodejs24.x", {"app.mjs": STORE_IN_NODE}, Timeout=30)
    given = {"table": table, "names": ["1", "2"]}
    throttled = faults.add("dynamodb.PutItem", function=node.name, times=1)
    assert node.invoke(given).payload == "stored"
    assert (throttled.fired, throttled.calls) == (1, {"dynamodb.PutItem": 3})
    assert stored(target, table) == {"1", "2"}
    for moment, left in (("before", set()), ("after", {"1"})):
        faults.add("dynamodb.PutItem", do="kill", function=node.name, moment=moment, nth=1)
        assert "signal: killed" in node.invoke(given).payload["errorMessage"]
        assert stored(target, table) == left
    ends = {
        "kill": "signal: killed",
        "timeout": "Task timed out after 30.00 seconds",
        "out-of-memory": "signal: killed",
    }
    for how, says in ends.items():
        faults.add("function.invoke", resource=node.name, do=how, times=1)
        assert says in node.invoke(given).payload["errorMessage"]
        assert stored(target, table) == {"1", "2"}
    faults.add("function.invoke", resource=node.name, do="throttle", times=1)
    client = target.client("lambda", retries={"total_max_attempts": 1})
    with pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName=node.name, Payload=b"{}")
    assert node.invoke(given).payload == "stored"
    assert stored(target, table) == {"1", "2"}


def test_a_function_dies_after_its_answer(
    faults: Faults, plain: Function, table: str, target: Target
) -> None:
    """The answer counts, and the environment is gone."""
    faults.add("function.invoke", resource=plain.name, do="kill", moment="after", times=1)
    first = plain.invoke({"table": table, "names": ["n"]})
    second = plain.invoke({"table": table, "names": []})
    assert (first.payload, second.payload) == ("stored", "stored")
    assert "Init Duration" in second.report
    assert stored(target, table) == {"n"}


def test_a_function_is_throttled(faults: Faults, plain: Function, target: Target) -> None:
    """No concurrency is left for it."""
    faults.add("function.invoke", resource=plain.name, do="throttle", times=1)
    client = target.client("lambda", retries={"total_max_attempts": 1})
    with pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName=plain.name, Payload=b"{}")


def test_a_fault_that_never_happened(target: Target) -> None:
    """A fault that befell nothing does not pass, and says so; one that may stay out is none."""
    faults = Faults(target.endpoint or "")
    faults.add("dynamodb.PutItem", resource="nobody's", may_stay_out=True)
    faults.close()
    faults.add("dynamodb.PutItem", resource="nobody's")
    with pytest.raises(AssertionError, match=r"no call met these faults.*matched 0 calls, fired 0 times"):
        faults.close()
    with pytest.raises(EmulatorError, match="A fault does one of"):
        faults.add("dynamodb.PutItem", do="break")


def test_the_command(target: Target, once: "DynamoDBClient", table: str) -> None:
    """A fault is added, listed with what it did, and removed, from the shell."""

    def tailrace(*arguments: str) -> str:
        done = subprocess.run(
            [*forking.python(), "-m", "tailrace", "fault", *arguments],
            env={**os.environ, "AWS_ENDPOINT_URL": target.endpoint or "", "PYTHONPATH": str(ROOT / "bench")},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    added = json.loads(tailrace("add", "dynamodb.GetItem", "--resource", table, "--times", "1", "--json"))
    with pytest.raises(ClientError):
        once.get_item(TableName=table, Key=item("none"))
    (line,) = [line for line in tailrace("list").splitlines() if line.startswith(f"{added['id']} ")]
    assert line.endswith("matched 1, fired 1")
    assert "matched 1, fired 1" in tailrace("remove", added["id"])

    def gone() -> bool:
        """List it no more."""
        return added["id"] not in tailrace("list")

    eventually(gone, within=5)
