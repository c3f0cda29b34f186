"""A project that is not ours: a plain CloudFormation stack, and the command as its user runs it.

Its function adds one to `seen` of each reading's item. While an item `broken` stands in its table it fails at
readings that are `bad`: so a test can break it and repair it.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame import forking

TEMPLATE = """
Parameters:
  Name: { Type: String }
Resources:
  Stream:
    Type: AWS::Kinesis::Stream
    Properties: { Name: !Sub "${Name}-readings", ShardCount: 2 }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${Name}-seen"
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Failed:
    Type: AWS::SQS::Queue
    Properties: { QueueName: !Sub "${Name}-failed" }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Name}-role"
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "${Name}-keeper"
      Runtime: python3.13
      Handler: index.keep
      Role: !GetAtt Role.Arn
      Timeout: 30
      Environment: { Variables: { TABLE: !Ref Table } }
      Code:
        ZipFile: |
          import base64, json, os, boto3
          dynamodb, table = boto3.client("dynamodb"), os.environ["TABLE"]
          def keep(event, context):
              asked = {"TableName": table, "Key": {"id": {"S": "broken"}}, "ConsistentRead": True}
              broken = "Item" in dynamodb.get_item(**asked)
              for record in event["Records"]:
                  reading = json.loads(base64.b64decode(record["kinesis"]["data"]))
                  if broken and reading.get("bad"):
                      raise ValueError("cannot keep " + reading["id"])
                  print("kept", reading["id"])
                  dynamodb.update_item(
                      TableName=table,
                      Key={"id": {"S": reading["id"]}},
                      UpdateExpression="ADD seen :one",
                      ExpressionAttributeValues={":one": {"N": "1"}},
                  )
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Stream.Arn
      FunctionName: !Ref Function
      StartingPosition: TRIM_HORIZON
      BatchSize: 10
      MaximumRetryAttempts: 1
      DestinationConfig: { OnFailure: { Destination: !GetAtt Failed.Arn } }
Outputs:
  Mapping: { Value: !Ref Mapping }
  FailedArn: { Value: !GetAtt Failed.Arn }
"""


class Stranger(NamedTuple):
    """The stack, deployed."""

    target: Target
    name: str
    mapping: str

    @property
    def stream(self) -> str:
        """The stream's name."""
        return f"{self.name}-readings"

    @property
    def function(self) -> str:
        """The function's name."""
        return f"{self.name}-keeper"

    def put(self, *readings: dict[str, Any], key: str = "sensor") -> list[str]:
        """Put readings in one request, under one key; return their sequence numbers."""
        answer = self.target.client("kinesis").put_records(
            StreamName=self.stream,
            Records=[{"Data": json.dumps(each).encode(), "PartitionKey": key} for each in readings],
        )
        assert not answer["FailedRecordCount"]
        return [each["SequenceNumber"] for each in answer["Records"]]

    def seen(self) -> dict[str, int]:
        """Return how often each reading was kept."""
        items = self.target.client("dynamodb").scan(TableName=f"{self.name}-seen", ConsistentRead=True)[
            "Items"
        ]
        return {item["id"]["S"]: int(item["seen"]["N"]) for item in items if "seen" in item}

    def wait_for(self, wanted: Iterable[str]) -> None:
        """Wait until each of these readings was kept."""
        names = set(wanted)
        eventually(lambda: names <= self.seen().keys(), within=60, what=f"{sorted(names)} are kept")

    def break_it(self, *, broken: bool) -> None:
        """Let the function fail at bad readings from now on, or not any more."""
        table, key = f"{self.name}-seen", {"id": {"S": "broken"}}
        if broken:
            self.target.client("dynamodb").put_item(TableName=table, Item=dict(key))
        else:
            self.target.client("dynamodb").delete_item(TableName=table, Key=dict(key))

    def waiting_messages(self) -> int:
        """Count the messages in its queue of dead letters, those in a reader's hands too."""
        sqs = self.target.client("sqs")
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = sqs.get_queue_url(QueueName=f"{self.name}-failed")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(map(int, attributes.values()))


@contextmanager
def deployed(target: Target, name: str) -> Iterator[Stranger]:
    """Deploy the stack, remove it and its logs in the end."""
    formation, logs = target.client("cloudformation"), target.client("logs")
    formation.create_stack(
        StackName=name,
        TemplateBody=TEMPLATE,
        Parameters=[{"ParameterKey": "Name", "ParameterValue": name}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    quickly: Any = {"Delay": 1, "MaxAttempts": 60}
    try:
        formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=quickly)
        (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        yield Stranger(target, name, outputs["Mapping"])
    finally:
        formation.delete_stack(StackName=name)
        formation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=quickly)
        for page in logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=f"/aws/lambda/{name}"
        ):
            for group in page["logGroups"]:
                logs.delete_log_group(logGroupName=group["logGroupName"])


class Command:
    """The command `tailrace`, in a folder of its own, with an environment that names the emulator."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": target.endpoint or "",
        }

    def __call__(
        self, *words: str, given: str | None = None, within: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            [*forking.python(), "-m", "tailrace", *words],
            cwd=self.folder,
            env=self.environ,
            input=given,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )

    def json(self, *words: str) -> Any:  # noqa: ANN401  whatever the verb answers
        """Run it with --json, and read its answer; it must end well."""
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
