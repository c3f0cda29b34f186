"""Asynchronous invocations: retries, age, destinations and dead letters, as AWS has them."""

import itertools
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.functions import Function, Functions

pytestmark = pytest.mark.emulator_only

SOURCE = """
def handler(event, context):
    print("attempt", context.aws_request_id)
    if event.get("fail"): raise KeyError("no")
    return {"got": event}
"""
WAITS = """
import socket
def handler(event, context):
    if "door" in event:
        with socket.create_connection(("127.0.0.1", event["door"]), 60) as door: door.recv(1)
    print("attempt", context.aws_request_id)
"""
DELAY = "LAMBDA_RETRY_BASE_DELAY_SECONDS"


def delay(target: Target, seconds: int) -> None:
    """Set the time until the first retry; until the second it is twice that."""
    body = json.dumps({"variable": DELAY, "value": seconds}).encode()
    url, kind = f"{target.endpoint}/_localstack/config", {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, kind)  # noqa: S310  the emulator's
    with urllib.request.urlopen(request) as answer:  # noqa: S310  as above
        assert answer.status == 200


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions, whose second attempt follows in a second instead of a minute."""
    delay(target, 1)
    with Functions(target, run.prefix).opened() as functions:
        yield functions
    delay(target, 60)


@pytest.fixture
def queue(target: Target, run: Run, request: pytest.FixtureRequest) -> Iterator["Queue"]:
    """Give a queue of a test's own."""
    made = Queue(target, f"{run.prefix}-{abs(hash(request.node.name))}")
    yield made
    made.remove()


class Queue:
    """A queue that hears what becomes of events."""

    def __init__(self, target: Target, name: str) -> None:
        self._sqs = target.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        self.arn: str = asked["Attributes"]["QueueArn"]

    def heard(self) -> Any:  # noqa: ANN401  a message of SQS's
        """Wait for a message."""

        def received() -> list[Any]:
            """Ask for it."""
            asked = {"QueueUrl": self._url, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1}
            return list(self._sqs.receive_message(**asked).get("Messages", []))  # type: ignore[arg-type]

        (message,) = eventually(received, within=60, what="a message in the queue")
        return message

    def remove(self) -> None:
        """Remove it."""
        self._sqs.delete_queue(QueueUrl=self._url)


def send(target: Target, function: Function, event: object, qualifier: str = "") -> str:
    """Invoke asynchronously; return the invocation's id."""
    name = f"{function.name}:{qualifier}" if qualifier else function.name
    answer = target.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode()
    )
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["RequestId"]


def attempts(target: Target, function: Function) -> list[str]:
    """Read the ids of all attempts in the function's log."""
    found = target.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{function.name}", filterPattern="attempt"
    )
    return [event["message"].split()[1] for event in found["events"]]


def test_a_failing_event_is_tried_three_times(functions: Functions, target: Target, queue: Queue) -> None:
    """Under one id; the dead letter has the event, the id, and the error."""
    function = functions.make(SOURCE, DeadLetterConfig={"TargetArn": queue.arn})
    request_id = send(target, function, {"fail": True})
    message = queue.heard()
    assert json.loads(message["Body"]) == {"fail": True}
    assert {name: value["StringValue"] for name, value in message["MessageAttributes"].items()} == {
        "RequestID": request_id,
        "ErrorCode": "200",
        "ErrorMessage": "'no'",
    }
    assert attempts(target, function) == [request_id] * 3


def test_the_settings_of_an_alias_are_its_own(functions: Functions, target: Target, queue: Queue) -> None:
    """No retry where the alias asks for none, and its destination hears of the failure."""
    function, client = functions.make(SOURCE), target.client("lambda")
    version = client.publish_version(FunctionName=function.name)["Version"]
    alias = client.create_alias(FunctionName=function.name, Name="live", FunctionVersion=version)
    client.put_function_event_invoke_config(
        FunctionName=function.name,
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue.arn}},
    )
    request_id = send(target, function, {"fail": True}, "live")
    letter = json.loads(queue.heard()["Body"])
    assert alias["AliasArn"].endswith(":live")
    assert letter["version"] == "1.0"
    assert letter["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{alias['AliasArn'].removesuffix('live')}{version}",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert letter["requestPayload"] == {"fail": True}
    assert letter["responseContext"] == {
        "statusCode": 200,
        "executedVersion": version,
        "functionError": "Unhandled",
    }
    assert letter["responsePayload"]["errorType"] == "KeyError"
    assert attempts(target, function) == [request_id]


def test_a_success_is_told(functions: Functions, target: Target, queue: Queue) -> None:
    """With the event and the answer."""
    function = functions.make(SOURCE)
    target.client("lambda").put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnSuccess": {"Destination": queue.arn}}
    )
    request_id = send(target, function, {"a": 1})
    letter = json.loads(queue.heard()["Body"])
    assert letter["requestContext"]["requestId"] == request_id
    assert letter["requestContext"]["condition"] == "Success"
    assert letter["requestContext"]["functionArn"].endswith(f":{function.name}:$LATEST")
    assert (letter["requestPayload"], letter["responsePayload"]) == ({"a": 1}, {"got": {"a": 1}})


def test_an_event_grows_too_old(functions: Functions, target: Target, queue: Queue) -> None:
    """What would be tried again after its age is given up instead."""
    function, client = functions.make(SOURCE), target.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": queue.arn}},
    )
    delay(target, 100)
    try:
        request_id = send(target, function, {"fail": True})
        letter = json.loads(queue.heard()["Body"])
    finally:
        delay(target, 1)
    assert letter["requestContext"]["condition"] == "EventAgeExceeded"
    assert letter["requestContext"]["approximateInvokeCount"] == 1
    assert attempts(target, function) == [request_id]


def test_without_concurrency_nothing_is_tried(functions: Functions, target: Target, queue: Queue) -> None:
    """The destination hears of no attempt."""
    function, client = functions.make(SOURCE), target.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName=function.name, DestinationConfig={"OnFailure": {"Destination": queue.arn}}
    )
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    send(target, function, {})
    letter = json.loads(queue.heard()["Body"])
    assert letter["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert letter["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in letter


def throttles(target: Target, function: Function) -> float:
    """Count the function's throttled attempts."""
    now = datetime.now(UTC)
    points = target.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Throttles",
        Dimensions=[{"Name": "FunctionName", "Value": function.name}],
        StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_an_event_waits_twice_as_long_each_time(functions: Functions, target: Target) -> None:
    """1 s, 2 s, 4 s, while the only environment is busy; each attempt is throttled once."""
    function = functions.make(WAITS, Timeout=60)
    target.client("lambda").put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=1
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        busy = threading.Thread(target=function.invoke, args=[{"door": port}])
        busy.start()
        listener.settimeout(30)
        inside, _ = listener.accept()
        with inside:
            request_id = send(target, function, {})
            times = []
            for number in (1, 2, 3, 4):
                eventually(
                    lambda least=number: throttles(target, function) >= least,  # type: ignore[misc]  # bound now
                    within=30,
                    every=0.1,
                    what=f"{number} throttled attempts",
                )
                times.append(time.monotonic())
            assert attempts(target, function) == []
        busy.join(30)
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert [pause > least for pause, least in zip(pauses, (0.7, 1.7, 3.7), strict=True)] == [True] * 3, pauses
    eventually(
        lambda: request_id in attempts(target, function), within=60, what="the event's own attempt in the log"
    )
    assert throttles(target, function) == 4


def test_what_never_reached_the_function_is_a_dead_letter(
    functions: Functions, target: Target, queue: Queue
) -> None:
    """With no concurrency reserved for it: the letter says that the rate was exceeded."""
    function = functions.make(SOURCE, DeadLetterConfig={"TargetArn": queue.arn})
    client = target.client("lambda")
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    request_id = send(target, function, {"a": 1})
    message = queue.heard()
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes == {"RequestID": request_id, "ErrorCode": "429", "ErrorMessage": "Rate Exceeded."}
    assert json.loads(message["Body"]) == {"a": 1}
