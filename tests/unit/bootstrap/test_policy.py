"""A role may do exactly what its function does: the sources are read for the calls that they make."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from bootstrap.settings import Settings
from bootstrap.template import Place, asked_for

pytestmark = pytest.mark.unit
CODE = {"CodeBucket": "b", "CodeKey": "k.zip", "DetectorCodeKey": "d.zip"}
TEMPLATE = Path("bootstrap/template.yaml").read_text(encoding="utf-8")
SERVICES = {"dynamodb": "dynamodb", "sqs": "sqs", "sns": "sns", "cloudwatch": "cloudwatch"}
# Where the IAM action is not the operation's own name. A transaction is allowed by the actions of its parts.
OTHERWISE = {"SendMessageBatch": ("SendMessage",), "PublishBatch": ("Publish",), "TransactWriteItems": ()}


def _actions() -> dict[str, set[str]]:
    """Return the IAM actions behind every operation, by its name and by its client's method."""
    found: dict[str, set[str]] = {}
    for service, prefix in SERVICES.items():
        for operation in get_session().get_service_model(service).operation_names:
            actions = {f"{prefix}:{action}" for action in OTHERWISE.get(operation, (operation,))}
            found[operation] = found[xform_name(operation)] = actions
    return found


ACTIONS = _actions()
PARTS = {
    '{"Put":': "dynamodb:PutItem",
    '{"Update":': "dynamodb:UpdateItem",
    '{"Delete":': "dynamodb:DeleteItem",
    '{"ConditionCheck":': "dynamodb:ConditionCheckItem",
}
ANYWHERE = "*"


def statements(of: str = "Role") -> dict[str, tuple[set[str], list[str]]]:
    """Return each statement's actions and resources, by its id, of one role."""
    parameters = {
        **Settings.from_environment({}).parameters(),
        "CodeBucket": "b",
        "CodeKey": "k",
        "DetectorCodeKey": "d",
    }
    resources = asked_for(
        TEMPLATE, parameters, Place("tailrace", "us-east-1", "111122223333"), {"Mapping": "m"}
    )
    (role,) = (resource for resource in resources if resource.name == of)
    (policy,) = role.properties["Policies"]
    found = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        held = statement["Resource"]
        found[statement["Sid"]] = (set(statement["Action"]), held if isinstance(held, list) else [held])
    return found


def called(folder: str = "handler") -> Iterator[str]:
    """Give the actions behind the calls that stand in a function's sources."""
    for path in Path(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ACTIONS:
                yield from ACTIONS[node.attr]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                text = node.value if isinstance(node.value, str) else node.value.decode(errors="replace")
                yield from ACTIONS.get(text, ())
                yield from (action for part, action in PARTS.items() if text.startswith(part))


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


def test_exactly_what_the_detector_calls() -> None:
    """The detector's role may do what the detector calls and write its log, and nothing else."""
    found = statements("DetectorRole")
    assert found.pop("WriteLogs")[0] == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert {action for actions, _ in found.values() for action in actions} == set(called("detector"))


def test_on_which_resources_the_detector() -> None:
    """The detector has the ledger, the topic, its log and the namespace: no results, no queues."""
    assert {name: held for name, (_, held) in statements("DetectorRole").items()} == {
        "WriteLogs": ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/anomaly-detector:*"],
        "ReadTotalsKeepAnomalies": ["arn:aws:dynamodb:us-east-1:111122223333:table/tailrace-ledger"],
        "Notify": ["arn:aws:sns:us-east-1:111122223333:tailrace-alarms"],
        "PublishMetrics": [ANYWHERE],
    }
    assert TEMPLATE.count("cloudwatch:namespace: !If") == 2
