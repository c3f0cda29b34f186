"""A stream, a function and a mapping between them, made for one test and removed after it.

The function does what its records say (`{"do": ...}`) and prints each invocation: so a test sees it.
"""

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.reading import drain

FUNCTION = """
import base64, json, time

failed_once = set()

def handler(event, context):
    records = [(r["kinesis"]["sequenceNumber"], r["kinesis"]["data"]) for r in event["Records"]]
    said = [(number, json.loads(base64.b64decode(data))) for number, data in records]
    brief = event if len(str(event)) < 20_000 else None
    names = [what.get("name") for _, what in said]
    call = {"id": context.aws_request_id, "at": time.time(), "names": names, "event": brief}
    print("CALL " + json.dumps(call))
    failures = []
    for number, what in said:
        do = what.get("do")
        if what.get("tell"):
            import boto3  # most tell nobody, and it is half of what a new environment takes

            boto3.client("sqs").send_message(QueueUrl=what["tell"], MessageBody='{"begun": true}')
        if do == "raise":
            raise ValueError("asked to")
        if do == "wait":
            time.sleep(what["seconds"])
        if do == "fail" or (do == "fail once" and number not in failed_once):
            failed_once.add(number)
            failures.append({"itemIdentifier": number})
    answer = {"batchItemFailures": failures}
    if "state" in event:
        answer["state"] = {"count": event["state"].get("count", 0) + len(records)}
    return answer
"""
PATIENCE = 30.0
"""Seconds until a test gives up on something that takes milliseconds."""


class Call(NamedTuple):
    """One invocation, as the function saw it."""

    id: str
    at: float
    names: list[Any]
    event: dict[str, Any]


class Rig:
    """The resources of one test. Every name begins with the run's prefix."""

    def __init__(self, target: Target, prefix: str) -> None:
        self.target = target
        self.name = f"{prefix}-mapping-{secrets.token_hex(3)}"
        self.kinesis, self.functions = target.client("kinesis"), target.client("lambda")
        self.sqs, self.logs, self.iam = target.client("sqs"), target.client("logs"), target.client("iam")
        self._undo = ExitStack()
        self._group = f"/aws/lambda/{self.name}"

    def __enter__(self) -> Self:
        self.role_arn = self._make_role()
        self.function_arn = self.make_function()
        return self

    def __exit__(self, *error: object) -> None:
        self._undo.close()

    def make_function(self) -> str:
        """Make the function, and wait until it can be invoked; returns its ARN."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("told.py", FUNCTION)
        made = self.functions.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=self.role_arn,
            Handler="told.handler",
            Timeout=60,
            Code={"ZipFile": packed.getvalue()},
        )
        look = self.functions.get_function_configuration
        eventually(
            lambda: look(FunctionName=self.name)["State"] == "Active", within=PATIENCE, what="the function"
        )
        self._finally(lambda: self.functions.delete_function(FunctionName=self.name))
        self._finally(lambda: self.logs.delete_log_group(logGroupName=self._group))
        return made["FunctionArn"]

    def make_stream(self, shards: int = 1, **parameters: Any) -> str:  # noqa: ANN401  the API's parameters
        """Make the stream, and wait until it is active; returns its ARN."""
        self.kinesis.create_stream(StreamName=self.name, ShardCount=shards, **parameters)
        self._finally(lambda: self.kinesis.delete_stream(StreamName=self.name, EnforceConsumerDeletion=True))
        look = self.kinesis.describe_stream_summary
        eventually(
            lambda: look(StreamName=self.name)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE",
            within=PATIENCE,
            what="the stream",
        )
        return look(StreamName=self.name)["StreamDescriptionSummary"]["StreamARN"]

    def make_queue(self) -> tuple[str, str]:
        """Make a queue; returns its URL and its ARN."""
        url = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        self._finally(lambda: self.sqs.delete_queue(QueueUrl=url))
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return url, attributes["QueueArn"]

    def make_mapping(self, stream_arn: str, **parameters: Any) -> Any:  # noqa: ANN401  as the API answers
        """Map the stream to the function, from the trim horizon unless told otherwise; returns the answer."""
        asked = {"StartingPosition": "TRIM_HORIZON", "FunctionName": self.name} | parameters
        made = self.functions.create_event_source_mapping(EventSourceArn=stream_arn, **asked)
        self._finally(lambda: self.delete_mapping(made["UUID"]))
        return made

    def delete_mapping(self, mapping: str) -> None:
        """Delete a mapping and wait until it is gone."""
        self.functions.delete_event_source_mapping(UUID=mapping)
        eventually(lambda: self.state(mapping) is None, within=PATIENCE, what=f"mapping {mapping} to be gone")

    def state(self, mapping: str) -> str | None:
        """Tell a mapping's state; None if there is no such mapping."""
        try:
            return self.functions.get_event_source_mapping(UUID=mapping)["State"]
        except self.functions.exceptions.ResourceNotFoundException:
            return None

    def put(self, *records: dict[str, Any], key: str = "key") -> None:
        """Put records, in order."""
        for place in range(0, len(records), 500):
            entries = [
                {"Data": json.dumps(record).encode(), "PartitionKey": str(record.get("key", key))}
                for record in records[place : place + 500]
            ]
            answer = self.kinesis.put_records(StreamName=self.name, Records=entries)  # type: ignore[arg-type]
            assert answer["FailedRecordCount"] == 0

    def calls(self) -> list[Call]:
        """Give all invocations so far, in order."""
        found = []
        try:
            for page in self.logs.get_paginator("filter_log_events").paginate(logGroupName=self._group):
                found += [
                    event["message"] for event in page["events"] if event["message"].startswith("CALL ")
                ]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        calls = [Call(**json.loads(message.removeprefix("CALL "))) for message in found]
        return sorted(calls, key=lambda call: call.at)

    def names(self) -> list[Any]:
        """Give the names of all records delivered so far, as often as they were, in order."""
        return [name for call in self.calls() for name in call.names]

    def await_names(self, wanted: Sequence[Any], within: float = PATIENCE) -> None:
        """Wait until exactly these were delivered, in this order."""
        eventually(lambda: self._assert_names(list(wanted)), within=within, what="the records to arrive")

    def await_calls(self, count: int, within: float = PATIENCE) -> list[Call]:
        """Wait for at least so many invocations."""
        return eventually(
            lambda: (self.calls()[count - 1 :] and self.calls()) or [], within=within, what=f"{count} calls"
        )

    def await_problem(self, mapping: str) -> None:
        """Wait until the mapping says that something is wrong."""
        look = self.functions.get_event_source_mapping
        eventually(
            lambda: look(UUID=mapping)["LastProcessingResult"].startswith("PROBLEM"),
            within=PATIENCE,
            what="a LastProcessingResult that names a problem",
        )

    def metric(self, name: str, **dimensions: str) -> dict[str, float]:
        """Give the statistics of one of Lambda's metrics over the last hour; empty without samples."""
        now = datetime.now(UTC)
        answer = self.target.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=["SampleCount", "Maximum", "Sum"],
        )
        points: list[Any] = answer["Datapoints"]
        return points[0] if points else {}

    def message(self, queue_url: str) -> dict[str, Any]:
        """Wait for one message and take it."""
        first: dict[str, Any] = eventually(
            lambda: next(iter(drain(self.sqs, queue_url)), None) or {}, within=PATIENCE, what="a message"
        )
        return first

    def _assert_names(self, wanted: list[Any]) -> bool:
        names = self.names()
        assert names == wanted, f"{len(names)} of {len(wanted)} came, the last {names[-5:]}"
        return True

    def _make_role(self) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=policy)["Role"]
        self._finally(lambda: self.iam.delete_role(RoleName=self.name))
        return role["Arn"]

    def _finally(self, undo: Callable[[], object]) -> None:
        """Undo something at the end, unless the test has done so already."""

        def unless_gone() -> None:
            with suppress(ClientError):
                undo()

        self._undo.callback(unless_gone)
