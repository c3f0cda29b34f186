"""The role may do exactly what the handler does: its sources are read for the calls that they make."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.settings import Settings
from bootstrap.template import Place, asked_for

pytestmark = pytest.mark.unit
TEMPLATE = Path("bootstrap/template.yaml").read_text(encoding="utf-8")
# The IAM action behind each call. A transaction is allowed by the actions of its parts.
ACTIONS = {
    "GetItem": "dynamodb:GetItem",
    "Query": "dynamodb:Query",
    "Scan": "dynamodb:Scan",
    "PutItem": "dynamodb:PutItem",
    "UpdateItem": "dynamodb:UpdateItem",
    "DeleteItem": "dynamodb:DeleteItem",
    "BatchGetItem": "dynamodb:BatchGetItem",
    "BatchWriteItem": "dynamodb:BatchWriteItem",
    "send_message": "sqs:SendMessage",
    "send_message_batch": "sqs:SendMessage",
    "put_metric_data": "cloudwatch:PutMetricData",
}
PARTS = {
    '{"Put":': "dynamodb:PutItem",
    '{"Update":': "dynamodb:UpdateItem",
    '{"Delete":': "dynamodb:DeleteItem",
    '{"ConditionCheck":': "dynamodb:ConditionCheckItem",
}
ANYWHERE = "*"


def statements() -> dict[str, tuple[set[str], list[str]]]:
    """Return each statement's actions and resources, by its id."""
    parameters = {**Settings.from_environment({}).parameters(), "CodeBucket": "b", "CodeKey": "k"}
    resources = asked_for(
        TEMPLATE, parameters, Place("tailrace", "us-east-1", "111122223333"), {"Mapping": "m"}
    )
    (role,) = (resource for resource in resources if resource.name == "Role")
    (policy,) = role.properties["Policies"]
    assert policy["PolicyName"] == "KinesisLambdaProcessorPolicy"
    found = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        held = statement["Resource"]
        found[statement["Sid"]] = (set(statement["Action"]), held if isinstance(held, list) else [held])
    return found


def called() -> Iterator[str]:
    """Give the actions behind the calls that stand in the handler's sources."""
    for path in Path("handler").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ACTIONS:
                yield ACTIONS[node.attr]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value in ACTIONS:
                    yield ACTIONS[node.value]
                yield from (action for part, action in PARTS.items() if node.value.startswith(part))


def test_exactly_what_the_handler_calls() -> None:
    """The role may do what the handler calls, and nothing that it does not call."""
    own = {"StoreResults", "KeepLedger", "SetAside", "PublishMetrics"}
    allowed = {action for name in own for action in statements()[name][0]}
    assert allowed == set(called())


def test_what_lambda_does_itself() -> None:
    """Besides, Lambda may write the function's log and read the stream, and nothing else."""
    assert statements().keys() == {
        "WriteLogs",
        "ReadStream",
        "StoreResults",
        "KeepLedger",
        "SetAside",
        "PublishMetrics",
    }
    assert statements()["WriteLogs"][0] == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert statements()["ReadStream"][0] == {
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    }


def test_on_exactly_these_resources() -> None:
    """Each statement names the stack's own resources; the one that cannot is limited to the namespace."""
    resources = {name: held for name, (_, held) in statements().items()}
    assert resources == {
        "WriteLogs": ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/kinesis-stream-processor:*"],
        "ReadStream": ["arn:aws:kinesis:us-east-1:111122223333:stream/real-time-analytics-stream"],
        "StoreResults": ["arn:aws:dynamodb:us-east-1:111122223333:table/analytics-results"],
        "KeepLedger": ["arn:aws:dynamodb:us-east-1:111122223333:table/tailrace-ledger"],
        "SetAside": [
            "arn:aws:sqs:us-east-1:111122223333:tailrace-quarantine",
            "arn:aws:sqs:us-east-1:111122223333:tailrace-dead-letters",
        ],
        "PublishMetrics": [ANYWHERE],
    }
    assert "cloudwatch:namespace: !If" in TEMPLATE
