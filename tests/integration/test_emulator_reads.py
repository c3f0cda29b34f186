"""What deployers read back: AWS's answer for "none" to each read, and one sentence for what is not there."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap import stacks
from bootstrap.stacks import Change, PollingPace
from bootstrap.target import Target
from tests.frame import stacks as frame
from tests.frame.run import Run

pytestmark = pytest.mark.emulator_only
type Read = Callable[..., str]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ALARM = {
    "Namespace": "N",
    "MetricName": "M",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
FUNCTION = {
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    "Code": {"ZipFile": "def handler(event, context): pass"},
}
MAPPING = {
    "EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]},
    "FunctionName": {"Ref": "Function"},
    "StartingPosition": "LATEST",
}
RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Role": ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}),
    "Stream": ("AWS::Kinesis::Stream", {"ShardCount": 1}),
    "Table": ("AWS::DynamoDB::Table", TABLE),
    "Function": ("AWS::Lambda::Function", FUNCTION),
    "Mapping": ("AWS::Lambda::EventSourceMapping", MAPPING),
    "Group": ("AWS::Logs::LogGroup", {}),
    "Alarm": ("AWS::CloudWatch::Alarm", ALARM),
    "Queue": ("AWS::SQS::Queue", {}),
    "Topic": ("AWS::SNS::Topic", {}),
    "Bucket": ("AWS::S3::Bucket", {}),
    "Rule": ("AWS::Events::Rule", {"ScheduleExpression": "rate(5 minutes)"}),
}


@pytest.fixture(scope="module")
def names(run: Run, target: Target) -> Iterator[dict[str, str]]:
    """Give names and ARNs of one thing of each kind, made by a stack that goes at the end."""
    arns = ("Role", "Stream", "Table", "Function", "Group", "Alarm", "Queue", "Rule")
    template = {
        "Resources": {name: {"Type": kind, "Properties": given} for name, (kind, given) in RESOURCES.items()},
        "Outputs": {
            **{name: {"Value": {"Ref": name}} for name in RESOURCES},
            **{f"{name}Arn": {"Value": {"Fn::GetAtt": [name, "Arn"]}} for name in arns},
        },
    }
    cloudformation = target.client("cloudformation")
    with frame.named(run, target) as name:
        change = Change(name("reads"), json.dumps(template), {})
        stack = stacks.apply(
            cloudformation, change, exists=False, pace=PollingPace.of(target), show=lambda _: None
        )
        assert stack is not None
        (found,) = cloudformation.describe_stacks(StackName=stack.arn)["Stacks"]
        yield {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


READS = """
sts GetCallerIdentity
iam ListAccountAliases
iam GetRole RoleName=Role
iam ListRolePolicies RoleName=Role
iam ListAttachedRolePolicies RoleName=Role
iam ListInstanceProfilesForRole RoleName=Role
iam ListRoleTags RoleName=Role
kinesis DescribeStreamSummary StreamName=Stream
kinesis ListTagsForStream StreamName=Stream
kinesis ListTagsForResource ResourceARN=StreamArn
lambda GetFunction FunctionName=Function
lambda GetFunctionConfiguration FunctionName=FunctionArn
lambda GetFunctionCodeSigningConfig FunctionName=Function
lambda GetFunctionConcurrency FunctionName=Function
lambda GetFunctionEventInvokeConfig FunctionName=Function -> ResourceNotFoundException
lambda GetFunctionRecursionConfig FunctionName=Function
lambda GetFunctionUrlConfig FunctionName=Function -> ResourceNotFoundException
lambda GetPolicy FunctionName=Function -> ResourceNotFoundException
lambda GetRuntimeManagementConfig FunctionName=Function
lambda GetEventSourceMapping UUID=Mapping
lambda ListAliases FunctionName=Function
lambda ListFunctionEventInvokeConfigs FunctionName=Function
lambda ListProvisionedConcurrencyConfigs FunctionName=Function
lambda ListVersionsByFunction FunctionName=Function
lambda ListTags Resource=FunctionArn
lambda GetAccountSettings
lambda ListCapacityProviders
lambda ListCodeSigningConfigs
lambda ListDurableExecutionsByFunction FunctionName=Function
dynamodb DescribeTable TableName=Table
dynamodb DescribeContinuousBackups TableName=Table
dynamodb DescribeContributorInsights TableName=Table
dynamodb DescribeEndpoints
dynamodb DescribeKinesisStreamingDestination TableName=Table
dynamodb DescribeLimits
dynamodb DescribeTableReplicaAutoScaling TableName=Table
dynamodb DescribeTimeToLive TableName=Table
dynamodb GetResourcePolicy ResourceArn=TableArn -> PolicyNotFoundException
dynamodb ListBackups TableName=Table
dynamodb ListContributorInsights TableName=Table
dynamodb ListExports
dynamodb ListImports
dynamodb ListTagsOfResource ResourceArn=TableArn
application-autoscaling DescribeScalableTargets ServiceNamespace=dynamodb
application-autoscaling DescribeScalingPolicies ServiceNamespace=lambda
logs DescribeLogGroups logGroupNamePrefix=Group
logs DescribeAccountPolicies policyType=DATA_PROTECTION_POLICY
logs DescribeMetricFilters logGroupName=Group
logs DescribeQueryDefinitions
logs DescribeResourcePolicies
logs DescribeSubscriptionFilters logGroupName=Group
logs GetDataProtectionPolicy logGroupIdentifier=Group
logs ListLogAnomalyDetectors
logs ListTagsLogGroup logGroupName=Group
cloudwatch DescribeAlarms AlarmNamePrefix=Alarm
cloudwatch DescribeAnomalyDetectors
cloudwatch DescribeInsightRules
cloudwatch ListMetricStreams
cloudwatch ListTagsForResource ResourceARN=AlarmArn
sqs GetQueueAttributes QueueUrl=Queue
sqs ListQueueTags QueueUrl=Queue
sqs ListDeadLetterSourceQueues QueueUrl=Queue
sns GetTopicAttributes TopicArn=Topic
sns ListSubscriptionsByTopic TopicArn=Topic
sns ListTagsForResource ResourceArn=Topic
s3 GetBucketAbac Bucket=Bucket
s3 GetBucketAccelerateConfiguration Bucket=Bucket
s3 GetBucketAcl Bucket=Bucket
s3 GetBucketCors Bucket=Bucket -> NoSuchCORSConfiguration
s3 GetBucketEncryption Bucket=Bucket
s3 GetBucketLifecycleConfiguration Bucket=Bucket -> NoSuchLifecycleConfiguration
s3 GetBucketLocation Bucket=Bucket
s3 GetBucketLogging Bucket=Bucket
s3 GetBucketMetadataConfiguration Bucket=Bucket -> MetadataConfigurationNotFound
s3 GetBucketNotificationConfiguration Bucket=Bucket
s3 GetBucketOwnershipControls Bucket=Bucket
s3 GetBucketPolicy Bucket=Bucket -> NoSuchBucketPolicy
s3 GetBucketPolicyStatus Bucket=Bucket -> NoSuchBucketPolicy
s3 GetBucketReplication Bucket=Bucket -> ReplicationConfigurationNotFoundError
s3 GetBucketRequestPayment Bucket=Bucket
s3 GetBucketTagging Bucket=Bucket -> NoSuchTagSet
s3 GetBucketVersioning Bucket=Bucket
s3 GetBucketWebsite Bucket=Bucket -> NoSuchWebsiteConfiguration
s3 GetObjectLockConfiguration Bucket=Bucket -> ObjectLockConfigurationNotFoundError
s3 GetPublicAccessBlock Bucket=Bucket
events DescribeRule Name=Rule
events ListTagsForResource ResourceARN=RuleArn
events ListTargetsByRule Rule=Rule
cloudformation ListStacks
cloudformation ListExports
ecr DescribeRepositories
ecr DescribeImages repositoryName=serverless-none -> RepositoryNotFoundException
ssm GetParameter Name=/cdk-bootstrap/hnb659fds/version -> ParameterNotFound
kms DescribeKey KeyId=alias/aws/kinesis
organizations DescribeOrganization -> AWSOrganizationsNotInUseException
xray GetSamplingRules
"""


@pytest.fixture
def read(target: Target, names: dict[str, str]) -> Read:
    """Give a function that makes a request and gives the error's code, empty if it was answered."""

    def ask(service: str, operation: str, given: dict[str, str]) -> str:
        client: Any = target.client(service)  # type: ignore[call-overload]  # any service
        request = {name: names.get(value, value) for name, value in given.items()}
        if operation == "DescribeLogGroups":
            assert request["logGroupNamePrefix"] != given["logGroupNamePrefix"]
        try:
            client._make_api_call(operation, request)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    return ask


@pytest.mark.parametrize("line", READS.strip().splitlines())
def test_reads_of_deployers(read: Read, line: str) -> None:
    """Each read that Terraform, CDK, SAM or Serverless makes of a pipeline's things is answered as on AWS."""
    asked, _, code = line.partition(" -> ")
    service, operation, *given = asked.split()
    assert read(service, operation, dict(each.split("=") for each in given)) == code


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the sentence with which a request is refused."""
    with pytest.raises(ClientError) as error:
        call()
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_what_is_not_there(target: Target, names: dict[str, str]) -> None:
    """What is not there is refused in one sentence, whoever lacks it: LocalStack, moto or DynamoDB Local."""
    code = "UnsupportedOperationException"
    on_aws = "it can only be tried on AWS."
    ecr: Any = target.client("ecr")  # type: ignore[call-overload]  # no stubs of it
    assert refused(ecr.get_authorization_token) == (
        code, "This emulator has no ecr: what needs it can only be tried on AWS.",
    )  # fmt: skip
    metrics = target.client("cloudwatch")
    assert refused(lambda: metrics.delete_insight_rules(RuleNames=["r"])) == (
        code, f"This emulator's cloudwatch does not do DeleteInsightRules: {on_aws}",
    )  # fmt: skip
    logs = target.client("logs")
    assert refused(lambda: logs.delete_data_protection_policy(logGroupIdentifier=names["Group"])) == (
        code, f"This emulator's logs does not do DeleteDataProtectionPolicy: {on_aws}",
    )  # fmt: skip
    tables = target.client("dynamodb")
    assert refused(lambda: tables.create_backup(TableName=names["Table"], BackupName="one")) == (
        code, f"This emulator's dynamodb does not do CreateBackup: {on_aws}",
    )  # fmt: skip


def test_what_would_be_ignored(target: Target) -> None:
    """A parameter newer than LocalStack, in CBOR, JSON or a header, and an unserved target are refused."""
    queries: Any = target.client("cloudwatch")
    alarm = {"AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
    rules: Any = target.client("events")
    cluster = {"Id": "t", "Arn": "arn:aws:ecs:us-east-1:000000000000:cluster/c"}
    logs, objects = target.client("logs"), target.client("s3")
    for call, what in (
        (
            lambda: queries.put_metric_alarm(**alarm, EvaluationWindow={"SlidingWindow": {}}),
            "EvaluationWindow",
        ),
        (lambda: logs.filter_log_events(logGroupName="g", startFromHead=False), "startFromHead"),
        (lambda: objects.put_object(Bucket="b", Key="k", ChecksumSHA512="x"), "ChecksumSHA512"),
        (lambda: rules.put_targets(Rule="r", Targets=[cluster]), "such a target"),
    ):
        code, said = refused(call)
        assert code == "UnsupportedOperationException"
        assert f" with {what} is not done by this emulator (" in said


def test_every_form_of_a_name(target: Target, names: dict[str, str]) -> None:
    """A function goes by name, ARN, part of one and qualifier; a bus and a stack by name and ARN."""
    account, function = names["FunctionArn"].split(":")[4], names["Function"]
    lambdas: Any = target.client("lambda")
    for form in (function, names["FunctionArn"], f"{account}:{function}", f"{account}:function:{function}"):
        for qualified in (form, f"{form}:$LATEST"):
            assert lambdas.get_function_configuration(FunctionName=qualified)["FunctionName"] == function
            assert lambdas.invoke(FunctionName=qualified, InvocationType="DryRun")["StatusCode"] == 204
    bus = names["RuleArn"].replace(f":rule/{names['Rule']}", ":event-bus/default")
    for form in ("default", bus):
        rule = target.client("events").describe_rule(Name=names["Rule"], EventBusName=form)
        assert rule["Arn"] == names["RuleArn"]
    cloudformation = target.client("cloudformation")
    physical = {"PhysicalResourceId": function}
    stack = cloudformation.describe_stack_resources(**physical)["StackResources"][0]
    for form in (stack["StackName"], stack["StackId"]):
        assert cloudformation.describe_stacks(StackName=form)["Stacks"][0]["StackId"] == stack["StackId"]


def test_table_policy(target: Target, names: dict[str, str]) -> None:
    """A table's resource policy is kept and read back, with a revision; deleted, there is none."""
    tables, arn = target.client("dynamodb"), names["TableArn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    revision = tables.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"]
    found = tables.get_resource_policy(ResourceArn=arn)
    assert (found["Policy"], found["RevisionId"]) == (policy, revision)
    assert refused(lambda: tables.put_resource_policy(ResourceArn=arn, Policy="{}", ExpectedRevisionId="1"))[
        0
    ] == ("PolicyNotFoundException")
    assert tables.delete_resource_policy(ResourceArn=arn)["RevisionId"] == revision
    assert refused(lambda: tables.get_resource_policy(ResourceArn=arn))[0] == "PolicyNotFoundException"
    assert refused(lambda: tables.get_resource_policy(ResourceArn=f"{arn}-none"))[0] == (
        "ResourceNotFoundException"
    )


def test_runtime_updates(target: Target, names: dict[str, str]) -> None:
    """How a function's runtime is updated is kept and read back; a function that is not there is said so."""
    functions, name = target.client("lambda"), names["Function"]
    functions.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")
    found = functions.get_runtime_management_config(FunctionName=name)
    assert (found["UpdateRuntimeOn"], found["FunctionArn"]) == (
        "FunctionUpdate", f"{names['FunctionArn']}:$LATEST",
    )  # fmt: skip
    assert refused(lambda: functions.get_runtime_management_config(FunctionName="none"))[0] == (
        "ResourceNotFoundException"
    )
