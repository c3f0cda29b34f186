"""A role may do exactly what its function does: the sources are read for the calls that they make."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from bootstrap.intrinsics import StackPlace
from bootstrap.settings import PipelineSettings
from bootstrap.template import asked_for

pytestmark = pytest.mark.unit
CODE = {"CodeBucket": "b", "CodeKey": "k.zip", "DetectorCodeKey": "d.zip"}
TEMPLATE = Path("bootstrap/template.yaml").read_text(encoding="utf-8")
# Where the IAM action is not the operation's own name. A transaction is allowed by the actions of its parts.
OTHERWISE = {"SendMessageBatch": ("SendMessage",), "PublishBatch": ("Publish",), "TransactWriteItems": ()}


def actions_of(services: Iterable[str]) -> dict[str, set[str]]:
    """Return the IAM actions behind every operation of services, by its name and by its client's method."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for service in services:
        for operation in get_session().get_service_model(service).operation_names:
            actions = {f"{service}:{action}" for action in OTHERWISE.get(operation, (operation,))}
            found[operation] |= actions
            found[xform_name(operation)] |= actions
    return found


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
        **PipelineSettings.from_environment({}).parameters(),
        "CodeBucket": "b",
        "CodeKey": "k",
        "DetectorCodeKey": "d",
    }
    resources = asked_for(
        TEMPLATE, parameters, StackPlace("tailrace", "us-east-1", "111122223333"), {"Mapping": "m"}
    )
    (role,) = (resource for resource in resources if resource.name == of)
    (policy,) = role.properties["Policies"]
    found = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        permitted = statement["Resource"]
        found[statement["Sid"]] = (
            set(statement["Action"]),
            permitted if isinstance(permitted, list) else [permitted],
        )
    return found


def nodes(folder: str) -> Iterator[ast.AST]:
    """Give all nodes of the sources of a folder."""
    for path in sorted(Path(folder).rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def made(sources: Iterable[ast.AST]) -> set[str]:
    """Return the services that clients are made of; one that is not named where it is made is an error.

    The one place that is told the name by its callers is a function named `client`.
    """
    found, visited = set(), set[ast.AST]()
    for node in sources:
        if isinstance(node, ast.FunctionDef) and node.name == "client":
            visited |= set(ast.walk(node))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in {"client", "resource"}:
            service = node.args[0] if node.args else None
            if isinstance(service, ast.Constant):
                found.add(str(service.value))
            else:
                assert node in visited, f"line {node.lineno}: which service is it a client of?"
    return found


def called(sources: Iterable[ast.AST]) -> set[str]:
    """Return the IAM actions behind the calls that stand in sources, of whichever services they use."""
    every, found = list(sources), set[str]()
    actions = actions_of(made(every))
    for node in every:
        if isinstance(node, ast.Attribute):
            found |= actions.get(node.attr, set())
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode(errors="replace")
            found |= actions.get(text, set())
            found |= {action for part, action in PARTS.items() if text.startswith(part)}
    return found


SECRET = """
def key(session):
    return session.client("secretsmanager").get_secret_value(SecretId="mine")["SecretString"]
"""


def test_a_call_of_another_service_is_seen() -> None:
    """A call of a service that no role knows yet is an action that the role lacks."""
    assert called(ast.walk(ast.parse(SECRET))) == {"secretsmanager:GetSecretValue"}


def test_a_client_of_no_matter_what_is_an_error() -> None:
    """A client whose service is not named where it is made cannot be judged, and is refused."""
    with pytest.raises(AssertionError, match="line 1: which service"):
        made(ast.walk(ast.parse("boto3.client(os.environ['SERVICE'])")))


def test_exactly_what_the_handler_calls() -> None:
    """The role may do what the handler calls, and nothing that it does not call."""
    own = {"StoreResults", "KeepLedger", "SetAside", "PublishMetrics"}
    allowed = {action for name in own for action in statements()[name][0]}
    assert allowed == called(nodes("handler"))


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
    resources = {name: permitted for name, (_, permitted) in statements().items()}
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
    assert {action for actions, _ in found.values() for action in actions} == called(nodes("detector"))


def test_on_which_resources_the_detector() -> None:
    """The detector has the ledger, the topic, its log and the namespace: no results, no queues."""
    assert {name: permitted for name, (_, permitted) in statements("DetectorRole").items()} == {
        "WriteLogs": ["arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/anomaly-detector:*"],
        "ReadTotalsKeepAnomalies": ["arn:aws:dynamodb:us-east-1:111122223333:table/tailrace-ledger"],
        "Notify": ["arn:aws:sns:us-east-1:111122223333:tailrace-alarms"],
        "PublishMetrics": [ANYWHERE],
    }
    assert TEMPLATE.count("cloudwatch:namespace: !If") == 2
