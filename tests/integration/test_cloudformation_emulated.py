"""Stacks of any template on the emulator: a change that cannot be carried out fails, and says so."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bootstrap import stacks
from bootstrap.stacks import Change, Pace, Stack
from bootstrap.target import Target
from tests.frame import stacks as frame
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
type Make = Callable[[str, str], "Small"]


class Small:
    """A stack of one resource."""

    def __init__(self, target: Target, name: str, kind: str) -> None:
        self.target, self.name, self.kind = target, name, kind

    def deploy(self, **properties: Any) -> Stack:  # noqa: ANN401  a template's JSON
        """Make the resource, or change it; return the stack as it then stands."""
        cloudformation = self.target.client("cloudformation")
        exists = stacks.find(cloudformation, self.name) is not None
        template = json.dumps({"Resources": {"One": {"Type": self.kind, "Properties": properties}}})
        change = Change(self.name, template, {})
        stack = stacks.apply(
            cloudformation, change, exists=exists, pace=Pace.of(self.target), show=lambda _: None
        )
        assert stack is not None
        return stack

    def resource(self, stack: Stack) -> str:
        """Give the resource's name, as CloudFormation has it."""
        cloudformation = self.target.client("cloudformation")
        (one,) = cloudformation.describe_stack_resources(StackName=stack.arn)["StackResources"]
        return one["PhysicalResourceId"]

    def why(self, stack: Stack) -> str:
        """Say what failed first."""
        return stacks.first_failure(self.target.client("cloudformation"), stack.arn, set())


@pytest.fixture
def small(run: Run, target: Target) -> Iterator[Make]:
    """Give a function that names a stack, of a resource of this type; it goes at the end."""
    made: list[Small] = []

    def make(purpose: str, kind: str) -> Small:
        made.append(Small(target, run.stack_name(purpose), kind))
        frame.note(run, target, made[-1].name)
        return made[-1]

    yield make
    for each in made:
        frame.destroy(run, target, each.name)


KEY = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ALARM = {
    "MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "given", "added"),
    [
        ("AWS::Kinesis::Stream", {"ShardCount": 1}, {"RetentionPeriodHours": 48}),
        ("AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}, {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("AWS::DynamoDB::Table", KEY, {"TimeToLiveSpecification": {"AttributeName": "t", "Enabled": True}}),
        ("AWS::CloudWatch::Alarm", ALARM, {"DatapointsToAlarm": 1}),
        ("AWS::Events::Rule", {"ScheduleExpression": "rate(1 hour)"}, {"State": "DISABLED"}),
    ],
)
def test_what_has_no_name_is_changed(
    small: Make, kind: str, given: dict[str, Any], added: dict[str, Any]
) -> None:
    """A property can be added to a resource whose name is generated, and taken away from it again."""
    own = small("unnamed", kind)
    made = own.resource(own.deploy(**given))
    for changed in ({**given, **added}, given):
        stack = own.deploy(**changed)
        assert stack.status == "UPDATE_COMPLETE", own.why(stack)
        assert own.resource(stack) == made


def test_a_stream_s_mode(small: Make) -> None:
    """A stream with a number of shards and no mode is a provisioned one."""
    own = small("mode", "AWS::Kinesis::Stream")
    name = own.resource(own.deploy(ShardCount=3))
    stream = own.target.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert stream["OpenShardCount"] == 3


@pytest.mark.parametrize(
    ("kind", "before", "after", "refused"),
    [
        ("AWS::IAM::Group", {"Path": "/"}, {"Path": "/other/"}, "Path"),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST},
         {"AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 7200}, "MaxSessionDuration"),
        ("AWS::DynamoDB::Table", {**KEY, "DeletionProtectionEnabled": False},
         {**KEY, "DeletionProtectionEnabled": True}, "DeletionProtectionEnabled"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed(
    small: Make, kind: str, before: dict[str, Any], after: dict[str, Any], refused: str
) -> None:
    """A property that cannot be changed here is refused by name, never accepted and ignored."""
    own = small("refused", kind)
    assert own.deploy(**before).status == "CREATE_COMPLETE"
    stack = own.deploy(**after)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    why = f"{refused} of {kind} cannot be changed on this emulator: deploy under another stack name"
    assert own.why(stack) == f"One ({kind}): {why}"


def test_what_is_gone(small: Make) -> None:
    """A change of what somebody has deleted fails, and is not called a success."""
    own = small("gone", "AWS::SQS::Queue")
    own.deploy(QueueName=own.name, VisibilityTimeout=10)
    sqs = own.target.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=own.name)["QueueUrl"])
    stack = own.deploy(QueueName=own.name, VisibilityTimeout=20)
    assert stack.status.startswith("UPDATE_ROLLBACK_")
    assert "queue does not exist" in own.why(stack)
