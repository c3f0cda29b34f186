"""Stacks of any template on the emulator: a change that cannot be carried out fails, and says so."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from bootstrap import stacks
from bootstrap.stacks import Change, PollingPace, Stack
from bootstrap.target import Target
from tailrace.endpoint import HOST
from tailrace.functions import listing
from tests.frame import stacks as frame
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
type Resources = dict[str, tuple[str, dict[str, Any]]]
"""Logical names with types and properties."""
type Make = Callable[[str], "Small"]


class Small:
    """A stack of a few resources."""

    def __init__(self, target: Target, name: str) -> None:
        self.target, self.name = target, name

    def deploy(self, resources: Resources) -> Stack:
        """Make the resources, or change them; return the stack as it then stands."""
        cloudformation = self.target.client("cloudformation")
        exists = stacks.find(cloudformation, self.name) is not None
        described = {name: {"Type": kind, "Properties": given} for name, (kind, given) in resources.items()}
        change = Change(self.name, json.dumps({"Resources": described}), {})
        stack = stacks.apply(
            cloudformation, change, exists=exists, pace=PollingPace.of(self.target), show=lambda _: None
        )
        assert stack is not None
        return stack

    def names(self, stack: Stack) -> dict[str, str]:
        """Give the resources' own names, as CloudFormation has them."""
        cloudformation = self.target.client("cloudformation")
        found = cloudformation.describe_stack_resources(StackName=stack.arn)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    def why(self, stack: Stack, since: set[str]) -> str:
        """Say what failed first since these events."""
        return stacks.first_failure(self.target.client("cloudformation"), stack.arn, since)

    def events(self, stack: Stack) -> set[str]:
        """Name all that has happened so far."""
        return stacks.known_events(self.target.client("cloudformation"), stack)


@pytest.fixture
def small(run: Run, target: Target) -> Iterator[Make]:
    """Give a function that gives a stack for a purpose; it goes at the end."""
    with frame.named(run, target) as name:
        yield lambda purpose: Small(target, name(purpose))


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


UNNAMED: Resources = {
    "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
    "LogGroup": ("AWS::Logs::LogGroup", {}),
    "Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}),
    "Table": ("AWS::DynamoDB::Table", KEY),
    "Alarm": ("AWS::CloudWatch::Alarm", ALARM),
    "Rule": ("AWS::Events::Rule", {"ScheduleExpression": "rate(1 hour)"}),
}
ADDED: dict[str, dict[str, Any]] = {
    "Stream": {"RetentionPeriodHours": 48},
    "LogGroup": {"RetentionInDays": 7},
    "Role": {"Tags": [{"Key": "a", "Value": "b"}]},
    "Table": {"TimeToLiveSpecification": {"AttributeName": "t", "Enabled": True}},
    "Alarm": {"DatapointsToAlarm": 1},
    "Rule": {"State": "DISABLED"},
}


def test_what_has_no_name_is_changed(small: Make) -> None:
    """A property can be added to a resource whose name is generated, and taken away from it again."""
    own = small("unnamed")
    stack = own.deploy(UNNAMED)
    made, known = own.names(stack), own.events(stack)
    assert made.keys() == UNNAMED.keys()
    kinesis = own.target.client("kinesis")

    def hours() -> int:
        """Read how long the stream retains records."""
        described = kinesis.describe_stream_summary(StreamName=made["Stream"])
        return described["StreamDescriptionSummary"]["RetentionPeriodHours"]

    more = {name: (kind, given | ADDED[name]) for name, (kind, given) in UNNAMED.items()}
    for resources, retained in ((more, 48), (UNNAMED, 24)):
        stack = own.deploy(resources)
        assert stack.status == "UPDATE_COMPLETE", own.why(stack, known)
        assert own.names(stack) == made
        assert hours() == retained


def test_a_stream_s_mode(small: Make) -> None:
    """A stream with a number of shards and no mode is a provisioned one."""
    own = small("mode")
    name = own.names(own.deploy({"One": ("AWS::Kinesis::Stream", {"ShardCount": 3})}))["One"]
    stream = own.target.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert stream["OpenShardCount"] == 3


def test_what_cannot_be_changed(small: Make) -> None:
    """A property that cannot be changed here is refused by name, never accepted and ignored."""
    own = small("refused")
    before: Resources = {
        "Group": ("AWS::IAM::Group", {"Path": "/"}),
        "Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}),
        "Table": ("AWS::DynamoDB::Table", KEY | {"TableClass": "STANDARD"}),
    }
    stack = own.deploy(before)
    assert stack.status == "CREATE_COMPLETE"
    for name, asked, value in (
        ("Group", "Path", "/other/"),
        ("Role", "MaxSessionDuration", 7200),
        ("Table", "TableClass", "STANDARD_INFREQUENT_ACCESS"),
    ):
        kind, given = before[name]
        known = own.events(stack)
        stack = own.deploy(before | {name: (kind, given | {asked: value})})
        assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
        why = f"{asked} of {kind} cannot be changed on this emulator: deploy under another stack name"
        assert own.why(stack, known) == f"{name} ({kind}): {why}"


def test_what_is_gone(small: Make) -> None:
    """A change of what somebody has deleted fails, and is not called a success."""
    own = small("gone")

    def queue(seconds: int) -> Resources:
        """Ask for the queue."""
        return {"One": ("AWS::SQS::Queue", {"QueueName": own.name, "VisibilityTimeout": seconds})}

    known = own.events(own.deploy(queue(10)))
    sqs = own.target.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=own.name)["QueueUrl"])
    stack = own.deploy(queue(20))
    assert stack.status.startswith("UPDATE_ROLLBACK_")
    assert "queue does not exist" in own.why(stack, known)


def test_waiters(small: Make) -> None:
    """A waiter looks every 30 seconds: its first look is answered once a stack is made, or is gone."""
    own = small("waited")
    cloudformation = own.target.client("cloudformation")
    table = {"Type": "AWS::DynamoDB::Table", "Properties": KEY}
    began = time.monotonic()
    cloudformation.create_stack(
        StackName=own.name,
        TemplateBody=json.dumps({"Resources": {"Table": table}}),
        Tags=[{"Key": stacks.TAG, "Value": own.name}],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=own.name, WaiterConfig={"Delay": 1})
    cloudformation.delete_stack(StackName=own.name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=own.name, WaiterConfig={"Delay": 1})
    assert time.monotonic() - began < 20


def test_what_is_not_made_here(small: Make) -> None:
    """What would carry events is refused by name; anything else that is not done is kept, and listed."""
    own = small("missing")
    kept = own.deploy({"Pool": ("AWS::Cognito::UserPool", {}), "Topic": ("AWS::SNS::Topic", {})})
    assert kept.status == "CREATE_COMPLETE"
    port = urlsplit(own.target.endpoint).port
    assert port
    lines = listing.without_effect(HOST, port, own.target.region)
    assert f"{own.name}: AWS::Cognito::UserPool" in lines
    pipe = small("pipe")
    refused = pipe.deploy({"Pipe": ("AWS::Pipes::Pipe", {"Source": "a", "Target": "b", "RoleArn": "c"})})
    assert "AWS::Pipes::Pipe is not done by this emulator" in pipe.why(refused, set())


FUNCTION = {
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Role": "arn:aws:iam::000000000000:role/any",
    "Code": {"ZipFile": "def handler(event, context): pass"},
}


def test_properties_that_localstack_drops(small: Make) -> None:
    """What a template asks for is set, changed and taken away again, or listed, or refused by name."""
    own = small("dropped")
    client = own.target.client
    function = {**FUNCTION, "EphemeralStorage": {"Size": 1024}, "ReservedConcurrentExecutions": 3}
    rules = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}]
    largest = {"MaxRecordSizeInKiB": 2048, "DesiredShardLevelMetrics": ["IncomingBytes"]}
    resources: Resources = {
        "Function": ("AWS::Lambda::Function", function),
        "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1, **largest}),
        "Table": (
            "AWS::DynamoDB::Table",
            {**KEY, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        ),
        "Bucket": (
            "AWS::S3::Bucket",
            {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}},
        ),
        "Topic": (
            "AWS::SNS::Topic",
            {"MaximumMessageSize": 1024, "DeliveryStatusLogging": [{"Protocol": "sqs"}]},
        ),
    }
    stack = own.deploy(resources)
    assert stack.status == "CREATE_COMPLETE"
    names = own.names(stack)

    def seen() -> list[object]:
        configured = client("lambda").get_function(FunctionName=names["Function"])
        stream = client("kinesis").describe_stream_summary(StreamName=names["Stream"])[
            "StreamDescriptionSummary"
        ]
        return [
            configured["Configuration"]["EphemeralStorage"]["Size"],
            configured.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
            stream["MaxRecordSizeInKiB"],
            stream["EnhancedMonitoring"][0]["ShardLevelMetrics"],
        ]

    assert seen() == [1024, 3, 2048, ["IncomingBytes"]]
    backups = client("dynamodb").describe_continuous_backups(TableName=names["Table"])
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    encryption = client("s3").get_bucket_encryption(Bucket=names["Bucket"])
    applied = encryption["ServerSideEncryptionConfiguration"]["Rules"][0][
        "ApplyServerSideEncryptionByDefault"
    ]
    assert applied == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}
    port = urlsplit(own.target.endpoint).port
    assert port
    lines = listing.without_effect(HOST, port, own.target.region)
    assert f"{own.name}: AWS::SNS::Topic DeliveryStatusLogging, AWS::SNS::Topic MaximumMessageSize" in lines
    resources |= {
        "Function": ("AWS::Lambda::Function", FUNCTION),
        "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
    }
    assert own.deploy(resources).status == "UPDATE_COMPLETE"
    assert seen() == [512, None, 1024, []]
    before = own.events(stack)
    resources["Function"] = ("AWS::Lambda::Function", {**FUNCTION, "DurableConfig": {"ExecutionTimeout": 60}})
    assert own.deploy(resources).status == "UPDATE_ROLLBACK_COMPLETE"
    assert "DurableConfig of AWS::Lambda::Function is not done" in own.why(stack, before)


def test_filters_of_a_log_group(small: Make) -> None:
    """A metric filter and a subscription have what was asked for, change, and go when taken away."""
    own = small("filters")
    counted = {"MetricName": "m", "MetricNamespace": own.name, "MetricValue": "1", "DefaultValue": 0}
    group = {"LogGroupName": {"Ref": "Group"}}
    resources: Resources = {
        "Group": ("AWS::Logs::LogGroup", {}),
        "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
        "Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}),
        "Count": (
            "AWS::Logs::MetricFilter",
            {**group, "FilterPattern": "ERROR", "MetricTransformations": [counted]},
        ),
        "Lines": (
            "AWS::Logs::SubscriptionFilter",
            {
                **group,
                "FilterName": "lines",
                "FilterPattern": "ERROR",
                "DestinationArn": {"Fn::GetAtt": ["Stream", "Arn"]},
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Distribution": "Random",
            },
        ),
    }
    made = own.names(own.deploy(resources))
    logs = own.target.client("logs")
    (metric,) = logs.describe_metric_filters(logGroupName=made["Group"])["metricFilters"]
    assert metric["filterName"] == made["Count"]
    assert metric["metricTransformations"][0]["metricName"] == "m"
    (lines,) = logs.describe_subscription_filters(logGroupName=made["Group"])["subscriptionFilters"]
    assert (lines["filterName"], lines["distribution"]) == ("lines", "Random")
    assert lines["roleArn"].endswith(made["Role"])
    for name in ("Count", "Lines"):
        resources[name][1]["FilterPattern"] = "WARN"
    own.deploy(resources)
    (metric,) = logs.describe_metric_filters(logGroupName=made["Group"])["metricFilters"]
    assert metric["filterPattern"] == "WARN"
    own.deploy({name: resources[name] for name in ("Group", "Stream", "Role")})
    assert logs.describe_metric_filters(logGroupName=made["Group"])["metricFilters"] == []
    assert logs.describe_subscription_filters(logGroupName=made["Group"])["subscriptionFilters"] == []


def test_a_stream_s_policy(small: Make) -> None:
    """A resource policy is the stream's, is changed in place, and goes when taken away."""
    own = small("policy")
    kinesis, account = own.target.client("kinesis"), own.target.account

    def resources(action: str) -> Resources:
        """Ask for a stream that another account may use in this way."""
        arn = {"Fn::GetAtt": ["Stream", "Arn"]}
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": action,
            "Resource": arn,
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return {
            "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
            "Policy": ("AWS::Kinesis::ResourcePolicy", {"ResourceArn": arn, "ResourcePolicy": policy}),
        }

    arn = ""
    for action in ("kinesis:PutRecord", "kinesis:GetRecords"):
        stack = own.deploy(resources(action))
        made = own.names(stack)
        arn = made["Policy"]
        assert arn.endswith(f":stream/{made['Stream']}")
        (statement,) = json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"])["Statement"]
        assert (statement["Action"], statement["Resource"]) == (action, arn)
    own.deploy({"Stream": resources("")["Stream"]})
    assert kinesis.get_resource_policy(ResourceARN=arn)["Policy"] == "{}"


def test_a_secret_in_a_template(small: Make) -> None:
    """A reference gives a secret whole, or one of its members."""
    own = small("secret")
    secrets = own.target.client("secretsmanager")  # type: ignore[call-overload]  # no other test asks for it
    secrets.create_secret(Name=own.name, SecretString='{"word": "open"}')
    whole = f"{{{{resolve:secretsmanager:{own.name}:SecretString"
    resources: Resources = {
        "Whole": ("AWS::SSM::Parameter", {"Type": "String", "Value": whole + "}}"}),
        "Part": ("AWS::SSM::Parameter", {"Type": "String", "Value": whole + ":word}}"}),
    }
    try:
        made = own.names(own.deploy(resources))
        ssm = own.target.client("ssm")  # type: ignore[call-overload]  # as above
        values = [ssm.get_parameter(Name=made[name])["Parameter"]["Value"] for name in resources]
    finally:
        secrets.delete_secret(SecretId=own.name, ForceDeleteWithoutRecovery=True)
    assert values == ['{"word": "open"}', "open"]
